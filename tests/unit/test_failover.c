/* SPDX-License-Identifier: MIT */
/* Life, errors, presets, classes and surroundings of a failover machine (design/failover.md). */
#include "counting_alloc.h"
#include "failover_kit.h"

static failover_kit k;

static void
begin(void)
{
    kit_options(&k);
    kit_open(&k);
}

static void
end(void)
{
    kit_close(&k);
}

TestSuite(failover, .init = begin, .fini = end);

static int
try_options(const split_failover_options *o)
{
    split_failover *fo = NULL;
    int err = split_failover_new(o, NULL, &fo);
    split_failover_free(&fo, NULL);
    return err;
}

Test(failover, names_every_word)
{
    cr_assert_str_eq(split_failover_state_name(SPLIT_FAILOVER_HALF_OPEN), "half_open");
    cr_assert_str_eq(split_failover_mode_name(SPLIT_FAILOVER_MODE_OBSERVE), "observe");
    cr_assert_str_eq(split_failover_action_name(SPLIT_FAILOVER_DO_RESET), "reset");
    cr_assert_str_eq(split_failover_kind_name(SPLIT_FAILOVER_KIND_PANIC), "panic");
    cr_assert_str_eq(split_failover_reason_name(SPLIT_FAILOVER_REASON_NOT_DUE), "not_due");
    cr_assert_str_eq(split_failover_class_name(SPLIT_FAILOVER_CLASS_NEUTRAL), "neutral");
    cr_assert_str_eq(split_failover_credit_name(SPLIT_FAILOVER_CREDIT_STALE), "stale");
    cr_assert_str_eq(split_failover_next_name(SPLIT_FAILOVER_NEXT_GIVE_UP_BUDGET), "give_up_budget");
    cr_assert_str_eq(split_failover_cause_name(SPLIT_FAILOVER_CAUSE_STEP7), "step7");
    cr_assert_str_eq(split_failover_cause_name((split_failover_cause)99), "?");
}

Test(failover, sizes_and_makes_in_the_callers_memory)
{
    size_t n = split_failover_size(&k.o);
    split_failover *fo;
    uint64_t *mem = malloc(n + 8);
    cr_assert_gt(n, 0);
    cr_assert_eq(split_failover_init(mem, n, &k.o, &fo), 0);
    cr_assert_eq((void *)fo, (void *)mem);
    cr_assert_eq(split_failover_init(mem, n - 1, &k.o, &fo), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_failover_init((char *)mem + 4, n, &k.o, &fo), SPLIT_ERR_ALIGN);
    cr_assert_eq(split_failover_init(NULL, n, &k.o, &fo), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_init(mem, n, NULL, &fo), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_init(mem, n, &k.o, NULL), SPLIT_ERR_ARG);
    free(mem);
}

Test(failover, an_origin_takes_at_most_640_bytes)
{
    static const char *const names[] = {"A", "B", "C"};
    size_t two = split_failover_size(&k.o);
    cr_assert_leq(two, 2 * 640 + 640);
    k.o.origins = names;
    k.o.n_origins = 3;
    cr_assert_leq(split_failover_size(&k.o) - two, 640);
    k.o.buckets = 16;
    k.o.probes_in_flight = k.o.flap_limit = 8;
    size_t three = split_failover_size(&k.o);
    k.o.n_origins = 2;
    cr_assert_leq(three - split_failover_size(&k.o), 640);
}

Test(failover, refuses_bad_structs_and_shapes)
{
    split_failover_options o = k.o;
    static const char *const same[] = {"A", "A"};
    static const char *const bad[] = {"A", "B C"};
    static const split_failover_chain unknown[] = {{1, {2}}}, doubled[] = {{2, {A, A}}}, empty[] = {{0, {0}}};
    o.size = 0;
    cr_assert_eq(try_options(&o), SPLIT_ERR_STRUCT);
    cr_assert_eq(split_failover_size(&o), 0);
    o = k.o, o.origins = same;
    cr_assert_eq(try_options(&o), SPLIT_ERR_NAME);
    o = k.o, o.origins = bad;
    cr_assert_eq(try_options(&o), SPLIT_ERR_NAME);
    o = k.o, o.chains = unknown, o.n_chains = 1;
    cr_assert_eq(try_options(&o), SPLIT_ERR_INDEX);
    o.chains = doubled;
    cr_assert_eq(try_options(&o), SPLIT_ERR_INDEX);
    o.chains = empty;
    cr_assert_eq(try_options(&o), SPLIT_ERR_LIMIT);
    o = k.o, o.n_origins = 0;
    cr_assert_eq(try_options(&o), SPLIT_ERR_LIMIT);
    o = k.o, o.n_chains = 65;
    cr_assert_eq(try_options(&o), SPLIT_ERR_LIMIT);
    o = k.o, o.origins = NULL;
    cr_assert_eq(try_options(&o), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_new(&k.o, NULL, NULL), SPLIT_ERR_ARG);
}

Test(failover, a_newer_caller_may_not_use_what_we_do_not_know)
{
    struct {
        split_failover_options o;
        uint64_t more;
    } newer = {k.o, 1};
    newer.o.size = sizeof newer;
    cr_assert_eq(try_options(&newer.o), SPLIT_ERR_NEWER);
    newer.more = 0;
    cr_assert_eq(try_options(&newer.o), SPLIT_OK);
}

/* One bad value each. */
#define REFUSES(field, value)                                                                      \
    do {                                                                                           \
        split_failover_options bad_ = k.o;                                                         \
        bad_.field = value;                                                                        \
        cr_assert_eq(try_options(&bad_), SPLIT_ERR_VALUE, #field);                                 \
    } while (0)

Test(failover, refuses_values_out_of_range)
{
    REFUSES(buckets, 0);
    REFUSES(buckets, 17);
    REFUSES(window_us, 9);
    REFUSES(base_open_us, -1);
    REFUSES(emergency_us, (INT64_C(1) << 53) + 1);
    REFUSES(min_keys, 65);
    REFUSES(fail_ppm, 1000001);
    REFUSES(jitter_ppm, 1000001);
    REFUSES(rel_margin_ppm, 1000001);
    REFUSES(probes_in_flight, 0);
    REFUSES(probes_in_flight, 9);
    REFUSES(probe_successes, 0);
    REFUSES(lost_limit, 0);
    REFUSES(flap_limit, 9);
    REFUSES(max_attempts, 0);
    REFUSES(max_attempts, 9);
    REFUSES(drill_permille, 1001);
    REFUSES(n_ramp, 0);
    REFUSES(n_ramp, 3);
    REFUSES(ramp_permille[0], 300);
    REFUSES(n_statuses, 25);
    REFUSES(statuses[0], 600);
    REFUSES(failback, (split_failover_failback)3);
    REFUSES(sticky, (split_failover_sticky)2);
    REFUSES(unsafe_failover, (split_failover_unsafe)2);
    REFUSES(in_flight, SPLIT_FAILOVER_IN_FLIGHT_FIXED);
}

Test(failover, new_survives_missing_memory_and_free_sets_null)
{
    counting_alloc c;
    split_failover *fo = NULL;
    counting_alloc_init(&c);
    c.fail_at = 1;
    cr_assert_eq(split_failover_new(&k.o, &c.alloc, &fo), SPLIT_ERR_NOMEM);
    cr_assert_null(fo);
    cr_assert_eq(split_failover_new(&k.o, &c.alloc, &fo), SPLIT_OK);
    split_failover_free(&fo, &c.alloc);
    cr_assert_null(fo);
    cr_assert_eq(c.n_live, 0);
    split_failover_free(NULL, NULL);
    split_failover_free(&fo, NULL);
}

Test(failover, calls_refuse_null_and_unknown_indices)
{
    split_failover_request req = {.chain = 2};
    split_failover_answer a = kit_get(&k, 0);
    split_failover_outcome outcome = {.klass = SPLIT_FAILOVER_CLASS_COUNT};
    split_failover_status s;
    cr_assert_eq(split_failover_route(k.fo, 0, &req, &a, NULL), SPLIT_ERR_INDEX);
    req = (split_failover_request){.has_pin = true, .pinned = 2};
    cr_assert_eq(split_failover_route(k.fo, 0, &req, &a, NULL), SPLIT_ERR_INDEX);
    cr_assert_eq(split_failover_route(k.fo, 0, NULL, &a, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_report(k.fo, 0, &a.token, &outcome, &k.next, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_report(k.fo, 0, NULL, &outcome, &k.next, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_admin(k.fo, 0, 2, SPLIT_FAILOVER_DO_RESET, NULL), SPLIT_ERR_INDEX);
    cr_assert_eq(split_failover_admin(k.fo, 0, 0, SPLIT_FAILOVER_ACTION_COUNT, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_probe(k.fo, 0, 2, &a, NULL), SPLIT_ERR_INDEX);
    cr_assert_eq(split_failover_probe(k.fo, 0, 0, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_tick(NULL, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_origin_status(k.fo, 2, &s), SPLIT_ERR_INDEX);
    cr_assert_eq(split_failover_origin_status(k.fo, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_reload(k.fo, NULL), SPLIT_ERR_ARG);
}

Test(failover, finds_origins_by_name_and_counts_them)
{
    cr_assert_eq(split_failover_find(k.fo, "B", 1), B);
    cr_assert_eq(split_failover_find(k.fo, "C", 1), SPLIT_FAILOVER_NONE);
    cr_assert_eq(split_failover_n_origins(k.fo), 2);
    cr_assert_eq(split_failover_n_chains(k.fo), 2);
}

Test(failover, classifies_statuses_and_deadlines)
{
    cr_assert_eq(split_failover_classify_status(k.fo, 503, 1), STATUS_);
    cr_assert_eq(split_failover_classify_status(k.fo, 501, 1), OK_);
    cr_assert_eq(split_failover_classify_status(k.fo, 404, 1), OK_);
    cr_assert_eq(split_failover_classify_status(k.fo, 429, 1), BUSY_);
    cr_assert_eq(split_failover_classify_status(k.fo, 200, SPLIT_NEVER), OK_);
    cr_assert_eq(split_failover_classify_deadline(k.fo, 999999), NEUTRAL_);
    cr_assert_eq(split_failover_classify_deadline(k.fo, 1000000), SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT);
    kit_close(&k);
    k.o.slow_us = 300000;
    kit_open(&k);
    cr_assert_eq(split_failover_classify_status(k.fo, 200, 299999), OK_);
    cr_assert_eq(split_failover_classify_status(k.fo, 200, 300000), SPLIT_FAILOVER_CLASS_SLOW);
    cr_assert_eq(split_failover_classify_deadline(k.fo, 300000), SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT);
}

Test(failover, every_preset_makes_a_machine)
{
    int n = 0;
    for (; n < SPLIT_FAILOVER_PRESET_COUNT; n++) {
        split_failover_options o = k.o;
        o.seed = 7;
        cr_assert_eq(split_failover_options_preset(&o, split_failover_preset_name(n)), 0);
        cr_assert_eq(o.seed, 7);
        cr_assert_eq(o.n_origins, 2);
        cr_assert_eq(try_options(&o), 0);
    }
    cr_assert_str_eq(split_failover_preset_name(n), "?");
    cr_assert_str_eq(split_failover_preset_name(-1), "?");
    cr_assert_eq(split_failover_options_preset(&k.o, "envoy"), SPLIT_ERR_NAME);
    cr_assert_eq(split_failover_options_preset(&k.o, "nginxx"), SPLIT_ERR_NAME);
    cr_assert_eq(split_failover_options_preset(NULL, "nginx"), SPLIT_ERR_ARG);
}

static void
with_preset(const char *name)
{
    kit_close(&k);
    cr_assert_eq(split_failover_options_preset(&k.o, name), 0);
    k.o.jitter_ppm = 0;
    kit_open(&k);
}

Test(failover, cloudfront_remembers_nothing)
{
    with_preset("cloudfront");
    for (int i = 0; i < 200; i++) {
        split_failover_answer a = kit_get(&k, i * 100);
        cr_answer(a, A, NORMAL);
        cr_assert_eq(kit_end(&k, i * 100, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
        cr_answer(k.next.attempt, B, NORMAL);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
}

Test(failover, envoy5xx_ejects_on_five_of_one_user_and_returns_at_once)
{
    with_preset("envoy5xx");
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get_key(&k, 0, 7);
        cr_assert_eq(kit_end(&k, 0, &a, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_ATTEMPTS);
    }
    cr_assert_eq(kit_status(&k, A).open_left_us, 30000000);
    kit_one(&k, 30000, OK_);
    (void)kit_get(&k, 30001);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
}

Test(failover, nginx_ejects_on_one_error_but_on_no_status)
{
    with_preset("nginx");
    cr_assert_eq(split_failover_classify_status(k.fo, 503, 1), OK_);
    kit_one(&k, 0, SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_answer(kit_get(&k, 9999), B, NORMAL);
    cr_answer(kit_get(&k, 10000), A, PROBE);
}

Test(failover, strict_manual_holds_and_refuses_unsafe_requests)
{
    with_preset("strict-manual");
    (void)kit_trip(&k, 0);
    split_failover_answer a = kit_post(&k, 300);
    cr_answer(a, SPLIT_FAILOVER_NONE, FAIL_FAST);
    cr_assert_eq(a.reason, SPLIT_FAILOVER_REASON_UNSAFE_REFUSED);
    cr_answer(kit_get(&k, 300), B, NORMAL);
    for (int i = 0; i < 3; i++)
        kit_one(&k, 5200 + i * 500, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
}

Test(failover, a_synthetic_probe_verifies_without_users)
{
    split_failover_answer a;
    cr_assert_eq(split_failover_probe(k.fo, 0, A, &a, NULL), 0);
    cr_assert_eq(a.reason, SPLIT_FAILOVER_REASON_NOT_DUE);
    int64_t d = kit_trip(&k, 0);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(split_failover_probe(k.fo, (d + i * 500) * 1000, A, &a, &k.events), 0);
        cr_answer(a, A, PROBE);
        cr_assert_eq(kit_end(&k, d + i * 500, &a, OK_), SPLIT_FAILOVER_NEXT_DONE);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
    cr_assert_eq(split_failover_probe(k.fo, 0, A, &a, NULL), 0);
    cr_assert_eq(a.origin, SPLIT_FAILOVER_NONE);
}

Test(failover, a_failed_synthetic_probe_has_no_follow_up)
{
    int64_t d = kit_trip(&k, 0);
    split_failover_answer a;
    cr_assert_eq(split_failover_probe(k.fo, d * 1000, A, &a, NULL), 0);
    cr_assert_eq(kit_end(&k, d, &a, STATUS_), SPLIT_FAILOVER_NEXT_DONE);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover, tick_runs_timers_without_requests)
{
    int64_t d = kit_trip(&k, 0);
    (void)kit_get(&k, d);
    cr_assert_eq(split_failover_tick(k.fo, (d + 60000) * 1000, &k.events), 0);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT);
}
