/* SPDX-License-Identifier: MIT */
/* Levels, meters, evidence and rollouts on random inputs, against naive second ways to say the
 * same. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plans.h"
#include "rollout_kit.h"

static int
ascending(const void *a, const void *b)
{
    const split_us x = *(const split_us *)a, y = *(const split_us *)b;
    return (x > y) - (x < y);
}

static bool
compares(split_op op, double a, double b)
{
    return op == SPLIT_OP_LT   ? a < b
           : op == SPLIT_OP_LE ? a <= b
           : op == SPLIT_OP_GT ? a > b
                               : a >= b;
}

/* Sort, take the nearest rank, compare as the policy is written. */
static split_level
naive_latency_level(const split_metric *m, split_us *latencies, int n)
{
    qsort(latencies, (size_t)n, sizeof latencies[0], ascending);
    const int64_t rank = (n * m->percentile_e6 + SPLIT_PERCENT_ALL_E6 - 1) / SPLIT_PERCENT_ALL_E6;
    const double value = (double)latencies[rank - 1];
    if (compares(m->critical.op, value, (double)m->critical.value))
        return SPLIT_LEVEL_CRITICAL;
    if (compares(m->warning.op, value, (double)m->warning.value))
        return SPLIT_LEVEL_WARNING;
    return compares(m->target.op, value, (double)m->target.value) ? SPLIT_LEVEL_OK
                                                                  : SPLIT_LEVEL_OFF_TARGET;
}

static void
random_latency_metric(uint64_t *seed, split_metric *m)
{
    static const int64_t percentiles[] = {50000000, 90000000, 95000000, 99000000, 97500000};
    cr_assert_eq(split_metric_init(m, SPLIT_METRIC_LATENCY), 0);
    strcpy(m->name, "l");
    m->percentile_e6 = percentiles[test_random(seed) % 5];
    m->target = (split_bound){test_random(seed) % 2 ? SPLIT_OP_LT : SPLIT_OP_LE, 20};
    m->warning = (split_bound){test_random(seed) % 2 ? SPLIT_OP_GT : SPLIT_OP_GE, 25};
    m->critical = (split_bound){test_random(seed) % 2 ? SPLIT_OP_GT : SPLIT_OP_GE, 30};
}

Test(verdict, a_percentile_counted_at_its_bounds_has_the_level_of_the_sorted_data)
{
    uint64_t seed = test_seed("percentile", 1);
    for (int round = 0; round < 20000; round++) {
        split_metric m;
        split_us latencies[200];
        split_metric_counts c = {.present = true};
        random_latency_metric(&seed, &m);
        const int n = 30 + (int)(test_random(&seed) % 170);
        const int64_t spread = 5 + (int64_t)(test_random(&seed) % 20);
        for (int i = 0; i < n; i++) {
            latencies[i] = 12 + (int64_t)(test_random(&seed) % (uint64_t)spread);
            for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
                c.bad[b] += latencies[i] >= split_metric_over_us(&m, (split_bound_index)b);
        }
        c.n = n;
        cr_assert_eq(split_threshold_level(&m, &c, 30), naive_latency_level(&m, latencies, n),
                     "round %d", round);
    }
}

Test(verdict, a_share_has_the_level_of_long_division)
{
    static const split_metric_kind kinds[] = {SPLIT_METRIC_ERROR, SPLIT_METRIC_CACHE,
                                              SPLIT_METRIC_EDGE_5XX};
    uint64_t seed = test_seed("share", 2);
    for (int round = 0; round < 200000; round++) {
        split_metric m;
        cr_assert_eq(split_metric_init(&m, kinds[test_random(&seed) % 3]), 0);
        const int64_t n = 30 + (int64_t)(test_random(&seed) % 3000);
        /* Near a bound, so that equality is frequent. */
        const split_bound_index near = (split_bound_index)(test_random(&seed) % 3);
        int64_t bad = n * split_metric_share_e6(&m, near) / SPLIT_PERCENT_ALL_E6 +
                      (int64_t)(test_random(&seed) % 3) - 1;
        bad = bad < 0 ? 0 : bad;
        const split_metric_counts c = {true, n, {bad, bad, bad}};
        const bool low = m.target.op == SPLIT_OP_GE;
        /* n and bad are small: 100 million times them is exact in 64 bits. */
        const double value = (double)((low ? n - bad : bad) * SPLIT_PERCENT_ALL_E6),
                     scale = (double)n;
        const split_level want =
            compares(m.critical.op, value, (double)m.critical.value * scale) ? SPLIT_LEVEL_CRITICAL
            : compares(m.warning.op, value, (double)m.warning.value * scale) ? SPLIT_LEVEL_WARNING
            : compares(m.target.op, value, (double)m.target.value * scale)   ? SPLIT_LEVEL_OK
                                                                           : SPLIT_LEVEL_OFF_TARGET;
        cr_assert_eq(split_threshold_level(&m, &c, 30), want, "%ld of %ld", bad, n);
    }
}

Test(verdict, meters_merged_in_any_order_count_the_same)
{
    uint64_t seed = test_seed("meters", 3);
    rollout_kit kit;
    kit_init(&kit);
    split_meter_options o;
    split_meter_options_init(&o);
    o.metrics = kit.metrics;
    o.n_metrics = KIT_METRICS;
    split_meter *m[5] = {NULL};
    for (int i = 0; i < 5; i++)
        cr_assert_eq(split_meter_new(&o, NULL, &m[i]), 0);
    for (int i = 0; i < 20000; i++) {
        /* One meter counts everything, three count a part each. */
        const split_us latency = (split_us)(test_random(&seed) % 700000);
        const bool failed = test_random(&seed) % 50 == 0, miss = test_random(&seed) % 8 == 0;
        split_meter *const both[2] = {m[0], m[1 + test_random(&seed) % 3]};
        for (int k = 0; k < 2; k++) {
            cr_assert_eq(split_meter_sent(both[k], 1), 0);
            cr_assert_eq(split_meter_outcome(both[k], 1, failed, latency), 0);
            cr_assert_eq(split_meter_lookup(both[k], 1, miss), 0);
        }
    }
    const int orders[2][3] = {{1, 2, 3}, {3, 1, 2}};
    for (int order = 0; order < 2; order++) {
        split_meter_reset(m[4]);
        for (int i = 0; i < 3; i++)
            cr_assert_eq(split_meter_merge(m[4], m[orders[order][i]]), 0);
        split_arm a, b;
        cr_assert_eq(split_meter_read(m[0], 1, &a), 0);
        cr_assert_eq(split_meter_read(m[4], 1, &b), 0);
        cr_assert_eq(memcmp(&a, &b, sizeof a), 0);
        for (int64_t p = 10000000; p <= SPLIT_PERCENT_ALL_E6; p += 10000000)
            cr_assert_eq(split_histogram_percentile(split_meter_histogram(m[0], 1), p),
                         split_histogram_percentile(split_meter_histogram(m[4], 1), p));
    }
    for (int i = 0; i < 5; i++)
        split_meter_free(&m[i], NULL);
}

Test(verdict, without_restarts_only_the_sums_matter)
{
    uint64_t seed = test_seed("sums", 4);
    split_evidence_options o;
    split_evidence_options_init(&o);
    o.restarts = false;
    for (int round = 0; round < 500; round++) {
        split_evidence *parts = NULL, *whole = NULL;
        int64_t n = 0, bad = 0;
        o.bound = 0.001 + (double)(test_random(&seed) % 400) / 1000;
        o.side = (split_evidence_side)(test_random(&seed) % 2);
        cr_assert_eq(split_evidence_new(&o, NULL, &parts), 0);
        cr_assert_eq(split_evidence_new(&o, NULL, &whole), 0);
        for (int i = 0; i < 20; i++) {
            const int64_t k = (int64_t)(test_random(&seed) % 100),
                          b = (int64_t)(test_random(&seed) % (uint64_t)(k + 1));
            cr_assert_eq(split_evidence_step(parts, k, b), 0);
            n += k;
            bad += b;
        }
        cr_assert_eq(split_evidence_step(whole, n, bad), 0);
        const double ln = split_evidence_ln(whole);
        cr_assert_float_eq(split_evidence_ln(parts), ln, 1e-9 * (1 + fabs(ln)));
        split_evidence_free(&parts, NULL);
        split_evidence_free(&whole, NULL);
    }
}

/* Give both rollouts the same good windows, and the second one refused windows in between. */
static void
step_both(uint64_t *seed, rollout_kit *clean, rollout_kit *noisy)
{
    split_rollout_decision ignored;
    const int64_t n = 30 + (int64_t)(test_random(seed) % 600);
    kit_healthy(clean, n);
    kit_errors(clean, n, (int64_t)(test_random(seed) % 8));
    kit_legacy(clean, 9 * n, (int64_t)(test_random(seed) % 40));
    noisy->w = clean->w;
    noisy->w.id = noisy->id;
    cr_assert_eq(split_rollout_step(noisy->ro, &noisy->w, &ignored), SPLIT_ERR_DUPLICATE);
    noisy->w = clean->w;
    noisy->w.arm.counts[SPLIT_COUNTER_ERROR] = n + 1;
    cr_assert_eq(split_rollout_step(noisy->ro, &noisy->w, &ignored), SPLIT_ERR_WINDOW);
    noisy->w = clean->w;
    memset(&clean->d, 0, sizeof clean->d);
    memset(&noisy->d, 0, sizeof noisy->d);
    cr_assert_eq(kit_step(clean), 0);
    cr_assert_eq(kit_step(noisy), 0);
    cr_assert_eq(memcmp(&clean->d, &noisy->d, sizeof clean->d), 0, "window %d", (int)clean->d.id);
}

Test(verdict, refused_windows_change_no_decision)
{
    uint64_t seed = test_seed("refused", 5);
    for (int round = 0; round < 20; round++) {
        rollout_kit clean, noisy;
        kit_init(&clean);
        kit_init(&noisy);
        kit_start(&clean);
        kit_start(&noisy);
        kit_healthy(&clean, 100);
        noisy.w = clean.w;
        cr_assert_eq(kit_step(&clean), 0);
        cr_assert_eq(kit_step(&noisy), 0);
        for (int i = 0; i < 300; i++)
            step_both(&seed, &clean, &noisy);
        cr_assert_eq(split_rollout_refusals(noisy.ro).impossible, 300);
        kit_stop(&clean);
        kit_stop(&noisy);
    }
}

/* What must hold of every decision, whatever the windows were. */
static void
check_decision(const rollout_kit *kit, const split_rollout_decision *before)
{
    const split_rollout_decision *d = &kit->d;
    cr_assert(d->bake_us <= before->bake_us + kit->options.window_us || d->phase != before->phase);
    cr_assert(d->covered <= d->windows);
    if (d->decision == SPLIT_DECISION_ADVANCE || d->decision == SPLIT_DECISION_COMPLETE) {
        cr_assert(d->bake_us >= d->bake_need_us);
        for (uint32_t m = 0; m < d->n_metrics; m++) {
            cr_assert(d->metrics[m].compliant && d->metrics[m].missing == 0);
            cr_assert(!d->metrics[m].warning_latched);
        }
    }
    if (d->decision == SPLIT_DECISION_ROLLBACK)
        cr_assert(d->metrics[d->reason_metric].critical_latched);
    for (uint32_t m = 0; m < d->n_metrics; m++) {
        cr_assert(!d->metrics[m].critical_latched || d->metrics[m].warning_latched,
                  "critical without warning");
        cr_assert(isfinite(d->metrics[m].ln_warning) && isfinite(d->metrics[m].ln_compliance));
    }
}

Test(verdict,
     nothing_advances_before_bake_and_proof_and_nothing_rolls_back_without_a_critical_breach)
{
    uint64_t seed = test_seed("safety", 6);
    int advanced = 0, rolled_back = 0;
    for (int round = 0; round < 200; round++) {
        rollout_kit kit;
        kit_init(&kit);
        for (int p = 0; p < 3; p++)
            kit.phases[p].bake_us = KIT_HOUR_US / 4;
        kit_start(&kit);
        uint64_t rate = test_random(&seed) % 12;
        for (int i = 0; i < 150 && !split_rollout_has_ended(kit.ro); i++) {
            const split_rollout_decision before = kit.d;
            const int64_t n = 30 + (int64_t)(test_random(&seed) % 2000);
            if (test_random(&seed) % 40 == 0)
                rate = test_random(&seed) % 200;
            kit_healthy(&kit, n);
            kit_errors(&kit, n, n * (int64_t)(test_random(&seed) % (rate + 1)) / 1000);
            if (test_random(&seed) % 30 == 0)
                split_arm_clear(&kit.w.arm);
            cr_assert_eq(kit_step(&kit), 0);
            check_decision(&kit, &before);
            advanced += kit.d.decision == SPLIT_DECISION_ADVANCE;
            rolled_back += kit.d.decision == SPLIT_DECISION_ROLLBACK;
        }
        kit_stop(&kit);
    }
    cr_assert(advanced > 50 && rolled_back > 20,
              "%d advanced, %d rolled back: the test saw too little", advanced, rolled_back);
}
