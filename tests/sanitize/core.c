/* SPDX-License-Identifier: MIT */
/* What the core calls const-safe, asked of shared objects by many threads. */
#include <string.h>

#include "readers.h"
#include "split/split.h"

typedef struct objects {
    split_plan *plan, *next, *random;
    split_failover *failover;
    split_meter *meter;
    split_distinct *distinct;
    split_evidence *evidence;
    split_rollout *rollout;
    split_rollout_decision decision;
} objects;

static const char *const keys[] = {"user-1", "user-2",
                                   "a key that is longer than one stripe of the hash", "vip"};
enum { N_KEYS = 4 };

static void
read_decisions(const void *arg, answers *heard)
{
    const objects *o = arg;
    size_t lens[N_KEYS];
    uint16_t each[N_KEYS], many[N_KEYS];
    uint32_t offsets[N_KEYS + 1] = {0};
    char text[128];
    for (size_t i = 0; i < N_KEYS; i++) {
        split_assignment a;
        split_explanation why;
        bool decided;
        uint64_t hash;
        lens[i] = strlen(keys[i]);
        memcpy(text + offsets[i], keys[i], lens[i]);
        offsets[i + 1] = offsets[i] + (uint32_t)lens[i];
        MUST(split_assign(o->plan, keys[i], lens[i], &a) == 0);
        answers_number(heard, a.variant);
        MUST(split_assign_explain(o->plan, keys[i], lens[i], &why) == 0);
        answers_number(heard, why.bucket);
        MUST(split_assign_gate(o->plan, keys[i], lens[i], &a, &decided) == 0);
        answers_number(heard, decided);
        MUST(split_plan_unit_hash(o->plan, keys[i], lens[i], &hash) == 0);
        answers_number(heard, (int64_t)hash);
    }
    MUST(split_assign_each(o->plan, keys, lens, N_KEYS, each, NULL) == 0);
    MUST(split_assign_many(o->plan, text, offsets[N_KEYS], offsets, N_KEYS, many, NULL) == 0);
    MUST(memcmp(each, many, sizeof each) == 0);
    answers_bytes(heard, each, sizeof each);
}

static void
read_random(const void *arg, answers *heard)
{
    const objects *o = arg;
    split_random own = {7};
    for (int i = 0; i < 20; i++) {
        split_assignment a;
        MUST(split_assign_random(o->random, &own, &a) == 0);
        answers_number(heard, a.variant);
    }
}

static void
read_plan(const void *arg, answers *heard)
{
    const objects *o = arg;
    split_range range;
    split_override override;
    uint32_t matrix[4], moved;
    for (size_t i = 0; i < split_plan_n_ranges(o->plan); i++) {
        MUST(split_plan_range(o->plan, i, &range) == 0);
        answers_number(heard, range.end);
    }
    MUST(split_plan_override(o->plan, 0, &override) == 0);
    answers_number(heard, override.variant);
    MUST(split_plan_diff(o->plan, o->next, matrix, 4, &moved) == 0);
    answers_number(heard, moved);
    answers_text(heard, split_mode_name((int)split_plan_mode(o->plan)));
    answers_text(heard, split_version());
}

static void
read_origin(const split_failover *fo, uint32_t origin, answers *heard)
{
    split_failover_status status;
    MUST(split_failover_origin_status(fo, origin, &status) == 0);
    answers_number(heard, status.state);
    answers_number(heard, status.bad);
    answers_number(heard, status.open_left_us);
    answers_number(heard, (int64_t)status.n_issued);
}

static void
read_failover(const void *arg, answers *heard)
{
    const split_failover *fo = ((const objects *)arg)->failover;
    char bytes[8192];
    size_t n_bytes;
    for (uint32_t i = 0; i < split_failover_n_origins(fo); i++)
        read_origin(fo, i, heard);
    answers_number(heard, split_failover_n_chains(fo));
    answers_number(heard, split_failover_find(fo, "legacy", 6));
    answers_number(heard, split_failover_deadline(fo));
    answers_number(heard, split_failover_now(fo));
    answers_number(heard, (int64_t)split_failover_regressions(fo));
    answers_number(heard, split_failover_budget_milli(fo));
    answers_number(heard, split_failover_classify_status(fo, 503, 1000));
    answers_number(heard, split_failover_classify_deadline(fo, 1000));
    MUST(split_failover_snapshot_size(fo) <= sizeof bytes);
    MUST(split_failover_snapshot(fo, split_failover_now(fo), bytes, sizeof bytes, &n_bytes) == 0);
    answers_bytes(heard, bytes, n_bytes);
}

static void
read_meter(const void *arg, answers *heard)
{
    const objects *o = arg;
    split_arm arm;
    for (uint32_t i = 0; i < split_meter_arms(o->meter); i++) {
        const split_histogram *latencies = split_meter_histogram(o->meter, i);
        MUST(split_meter_read(o->meter, i, &arm) == 0);
        answers_number(heard, split_arm_get(&arm, SPLIT_COUNTER_ERROR));
        answers_number(heard, split_arm_has(&arm, SPLIT_COUNTER_OUTCOMES));
        answers_number(heard, split_histogram_count(latencies));
        answers_number(heard, split_histogram_percentile(latencies, 95000000));
        answers_number(heard, split_histogram_at_least(latencies, 5000));
    }
    answers_number(heard, split_distinct_count(o->distinct));
    answers_number(heard, split_distinct_left_out(o->distinct));
    answers_real(heard, split_evidence_ln(o->evidence));
    answers_number(heard, split_evidence_windows(o->evidence));
}

static void
read_rollout(const void *arg, answers *heard)
{
    const objects *o = arg;
    char text[512];
    split_rollout_refused refused = split_rollout_refusals(o->rollout);
    answers_number(heard, refused.late);
    answers_number(heard, split_rollout_phase(o->rollout));
    answers_number(heard, split_rollout_percent_e6(o->rollout));
    answers_number(heard, split_rollout_has_ended(o->rollout));
    answers_number(heard, split_rollout_is_paused(o->rollout));
    for (uint32_t i = 0; i < split_rollout_metrics(o->rollout); i++)
        answers_text(heard, split_rollout_metric(o->rollout, i)->name);
    answers_text(heard, split_rollout_reason(o->rollout, &o->decision));
    MUST(split_rollout_detail(o->rollout, &o->decision, text, sizeof text) > 0);
    answers_text(heard, text);
}

static void
make_plans(objects *o)
{
    const uint64_t tenth[] = {10, 90}, half[] = {50, 50};
    const split_override vip = {.key = "vip", .key_len = 3, .variant = 0};
    split_plan_options options;
    split_plan_options_init(&options);
    options.name = "threads";
    options.weights = tenth;
    options.n_variants = 2;
    options.overrides = &vip;
    options.n_overrides = 1;
    MUST(split_plan_new(&options, NULL, &o->plan) == 0);
    MUST(split_plan_reweight_new(o->plan, half, 2, NULL, &o->next, NULL) == 0);
    options.mode = SPLIT_MODE_RANDOM;
    options.n_overrides = 0;
    MUST(split_plan_new(&options, NULL, &o->random) == 0);
}

/* Two origins, the first of them ejected. */
static void
make_failover(objects *o)
{
    static const char *const origins[] = {"new", "legacy"};
    const split_failover_chain chain = {2, {0, 1}};
    const split_failover_outcome refused = {.klass = SPLIT_FAILOVER_CLASS_FAIL_STATUS};
    split_failover_options options;
    split_failover_options_init(&options);
    options.origins = origins;
    options.n_origins = 2;
    options.chains = &chain;
    options.n_chains = 1;
    MUST(split_failover_new(&options, NULL, &o->failover) == 0);
    for (uint32_t i = 0; i < 12; i++) {
        split_failover_request request = {.key = i, .safe = true};
        split_failover_answer at;
        split_failover_followup after;
        MUST(split_failover_route(o->failover, i * 50000, &request, &at, NULL) == 0);
        MUST(split_failover_report(o->failover, i * 50000, &at.token, &refused, &after, NULL) == 0);
    }
}

static void
make_counts(objects *o)
{
    split_meter_options meter;
    split_distinct_options distinct;
    split_evidence_options evidence;
    split_meter_options_init(&meter);
    split_distinct_options_init(&distinct);
    split_evidence_options_init(&evidence);
    MUST(split_meter_new(&meter, NULL, &o->meter) == 0);
    MUST(split_distinct_new(&distinct, NULL, &o->distinct) == 0);
    MUST(split_evidence_new(&evidence, NULL, &o->evidence) == 0);
    for (uint32_t i = 0; i < 500; i++) {
        MUST(split_meter_sent(o->meter, i % 2) == 0);
        MUST(split_meter_outcome(o->meter, i % 2, i % 7 == 0, i * 50) == 0);
        (void)split_distinct_note(o->distinct, UINT64_C(0x9e3779b97f4a7c15) * (i % 99 + 1),
                                  i % 3 == 0);
    }
    MUST(split_evidence_step(o->evidence, 500, 20) == 0);
}

static void
make_rollout(objects *o)
{
    split_metric metric;
    const split_phase phase = {.percent_e6 = 10000000, .bake_us = 14400000000};
    split_rollout_options options;
    split_window window;
    MUST(split_metric_init(&metric, SPLIT_METRIC_ERROR) == 0);
    strcpy(metric.name, "error_rate");
    split_rollout_options_init(&options);
    options.metrics = &metric;
    options.n_metrics = 1;
    options.phases = &phase;
    options.n_phases = 1;
    MUST(split_rollout_new(&options, NULL, &o->rollout) == 0);
    split_window_init(&window, 1, 0);
    MUST(split_arm_set(&window.arm, SPLIT_COUNTER_SENT, 60) == 0);
    MUST(split_arm_set(&window.arm, SPLIT_COUNTER_OUTCOMES, 60) == 0);
    MUST(split_arm_set(&window.arm, SPLIT_COUNTER_ERROR, 12) == 0);
    MUST(split_rollout_step(o->rollout, &window, &o->decision) == 0);
}

static void
free_objects(objects *o)
{
    split_plan_free(&o->plan, NULL);
    split_plan_free(&o->next, NULL);
    split_plan_free(&o->random, NULL);
    split_failover_free(&o->failover, NULL);
    split_meter_free(&o->meter, NULL);
    split_distinct_free(&o->distinct, NULL);
    split_evidence_free(&o->evidence, NULL);
    split_rollout_free(&o->rollout, NULL);
}

int
main(void)
{
    static reader *const readers[] = {read_decisions, read_random, read_plan,
                                      read_failover,  read_meter,  read_rollout};
    static objects shared;
    make_plans(&shared);
    make_failover(&shared);
    make_counts(&shared);
    make_rollout(&shared);
    int code = readers_run(readers, sizeof readers / sizeof *readers, &shared);
    free_objects(&shared);
    return code;
}
