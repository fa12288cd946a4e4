/* SPDX-License-Identifier: MIT */
/* Guards that only a mutant of the source made us test: drill, caps, sessions, restore, steps, levels (design/failover.md F9-F33). */
#include "failover_kit.h"

static failover_kit k;

static void
prepare(void)
{
    kit_options(&k);
}

static void
done(void)
{
    kit_close(&k);
}

TestSuite(failover_guards, .init = prepare, .fini = done);

static size_t
save(int64_t ms, uint8_t *buf, size_t buf_bytes)
{
    size_t n = 0;
    cr_assert_eq(split_failover_snapshot(k.fo, ms * 1000, buf, buf_bytes, &n), 0);
    return n;
}

Test(failover_guards, no_drill_while_the_second_origin_is_not_well)
{
    k.o.drill_permille = 1000;
    kit_open(&k);
    cr_assert_eq(kit_get(&k, 0).origin, B);
    cr_assert_eq(split_failover_admin(k.fo, 0, B, SPLIT_FAILOVER_DO_FORCE_DOWN, NULL), 0);
    cr_assert_eq(kit_get(&k, 1).origin, A);
}

Test(failover_guards, a_reset_forgets_what_was_in_flight)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 1;
    kit_open(&k);
    cr_assert_eq(kit_get(&k, 0).origin, A);
    cr_assert_eq(kit_get(&k, 1).origin, B);
    cr_assert_eq(split_failover_admin(k.fo, 2000, A, SPLIT_FAILOVER_DO_RESET, NULL), 0);
    cr_assert_eq(kit_status(&k, A).in_flight, 0);
    cr_assert_eq(kit_get(&k, 3).origin, A);
}

Test(failover_guards, a_restored_machine_has_nothing_in_flight)
{
    uint8_t buf[8192];
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 2;
    kit_open(&k);
    (void)kit_get(&k, 0);
    cr_assert_eq(kit_status(&k, A).in_flight, 1);
    size_t n = save(1, buf, sizeof buf);
    cr_assert_eq(split_failover_restore(k.fo, 1000, buf, n), 0);
    cr_assert_eq(kit_status(&k, A).in_flight, 0);
}

Test(failover_guards, a_restore_does_not_give_a_number_of_an_attempt_twice)
{
    uint8_t buf[8192];
    kit_open(&k);
    (void)kit_get(&k, 0);
    size_t n = save(1, buf, sizeof buf);
    uint64_t last = 0;
    for (int64_t i = 1; i < 4; i++)
        last = kit_get(&k, i).token.seq;
    cr_assert_eq(split_failover_restore(k.fo, 4000, buf, n), 0);
    cr_assert_gt(kit_get(&k, 5).token.seq, last);
}

Test(failover_guards, a_ramp_without_enough_successes_waits_for_its_longest_hold)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    for (int64_t i = 0; i < 3; i++) {
        split_failover_answer probe = kit_get(&k, d + i * 500);
        cr_assert_eq(probe.kind, SPLIT_FAILOVER_KIND_PROBE);
        cr_assert_eq(kit_end(&k, d + i * 500, &probe, OK_), SPLIT_FAILOVER_NEXT_DONE);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
    cr_assert_eq(split_failover_deadline(k.fo), (d + 1000 + 60000) * 1000);
}

Test(failover_guards, only_the_origin_that_gets_the_request_anyway_is_probed_when_observed)
{
    static const split_failover_chain chains[] = {{2, {A, B}}, {2, {B, A}}};
    k.o.chains = chains;
    kit_open(&k);
    cr_assert_eq(split_failover_admin(k.fo, 0, B, SPLIT_FAILOVER_DO_OBSERVE, NULL), 0);
    for (int64_t i = 0; i < 5; i++) {
        split_failover_answer b = kit_send(&k, i * 50, (split_failover_request){.chain = 1, .safe = true});
        (void)kit_end(&k, i * 50, &b, STATUS_);
    }
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_OPEN);
    /* Long overdue, B may take any first attempt; but A's requests would not go there. */
    cr_answer(kit_get(&k, 60000), A, NORMAL);
    cr_answer(kit_send(&k, 60001, (split_failover_request){.chain = 1, .safe = true}), B, PROBE);
}

Test(failover_guards, a_full_origin_is_not_probed)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 2;
    kit_open(&k);
    split_failover_answer held = kit_get(&k, 0);
    int64_t d = kit_trip(&k, 0);
    cr_assert_eq(kit_status(&k, A).in_flight, 1);
    cr_answer(kit_get(&k, d), A, PROBE);
    cr_answer(kit_get(&k, d + 10000), B, NORMAL);
    (void)kit_end(&k, d + 10001, &held, NEUTRAL_);
    cr_answer(kit_get(&k, d + 10002), A, PROBE);
}

Test(failover_guards, a_drill_of_almost_all_leaves_some_at_home)
{
    uint32_t n_home = 0;
    k.o.drill_permille = 999;
    kit_open(&k);
    for (int64_t i = 0; i < 20000; i++)
        n_home += kit_get(&k, i).origin == A;
    cr_assert_gt(n_home, 5);
    cr_assert_lt(n_home, 50);
}

Test(failover_guards, a_chain_of_one_is_not_drilled_and_neither_is_a_post)
{
    k.o.drill_permille = 1000;
    kit_open(&k);
    cr_answer(kit_send(&k, 0, (split_failover_request){.chain = CHAIN_LEG, .safe = true, .replayable = true}), B, NORMAL);
    cr_answer(kit_post(&k, 1), A, NORMAL);
    cr_answer(kit_get(&k, 2), B, NORMAL);
}

Test(failover_guards, no_drill_while_the_second_origin_is_full)
{
    k.o.drill_permille = 1000;
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 1;
    kit_open(&k);
    cr_answer(kit_get(&k, 0), B, NORMAL);
    cr_answer(kit_get(&k, 0), A, NORMAL);
}

Test(failover_guards, a_follow_up_is_not_drilled)
{
    static const char *const names[] = {"A", "B", "C"};
    static const split_failover_chain chains[] = {{3, {A, B, 2}}};
    k.o.origins = names;
    k.o.n_origins = 3;
    k.o.chains = chains;
    k.o.n_chains = 1;
    k.o.drill_permille = 1000;
    kit_open(&k);
    split_failover_answer b = kit_get(&k, 0);
    cr_answer(b, B, NORMAL);
    cr_assert_eq(kit_end(&k, 1, &b, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, A, NORMAL);
}

Test(failover_guards, a_ramp_without_holds_takes_one_step_a_call)
{
    k.o.ramp_hold_us = 0;
    k.o.ramp_min_ok = 0;
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    split_failover_answer a = kit_get_key(&k, r, low);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_STEP1);
    (void)kit_end(&k, r, &a, OK_);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_STEP2);
}

Test(failover_guards, an_origin_that_just_stepped_does_not_trip_in_the_same_call)
{
    k.o.ramp_consecutive = 1;
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    split_failover_answer a = kit_get_key(&k, r, low), b = kit_get_key(&k, r, low);
    (void)kit_end(&k, r + 60000, &a, STATUS_);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_STEP1);
    (void)kit_end(&k, r + 60000, &b, STATUS_);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RAMP_FAILED);
}

Test(failover_guards, a_reaped_origin_is_not_probed_in_the_same_call)
{
    split_failover_answer a;
    k.o.base_open_us = 0;
    kit_open(&k);
    for (int64_t i = 0; i < 5; i++)
        kit_one(&k, i * 50, STATUS_);
    cr_assert_eq(split_failover_probe(k.fo, 300000, A, &a, NULL), 0);
    cr_answer(a, A, PROBE);
    cr_assert_eq(split_failover_probe(k.fo, 60300000, A, &a, &k.events), 0);
    cr_assert_eq(a.reason, SPLIT_FAILOVER_REASON_NOT_DUE);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT);
    cr_assert_eq(split_failover_probe(k.fo, 60300000, A, &a, NULL), 0);
    cr_answer(a, A, PROBE);
}

/* AIMD between 16 and 20 at its bottom, with so many requests of A in flight. */
static void
learn_down(split_failover_answer *held, int n)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
    k.o.in_flight_cap = 20;
    k.o.in_flight_min = 16;
    kit_open(&k);
    split_failover_answer slow = kit_get(&k, 0);
    (void)kit_end(&k, 0, &slow, SPLIT_FAILOVER_CLASS_SLOW);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 18);
    for (int i = 0; i < 4; i++) {
        slow = kit_get(&k, i);
        (void)kit_end(&k, i, &slow, SPLIT_FAILOVER_CLASS_SLOW);
    }
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 16);
    for (int i = 0; i < n; i++)
        held[i] = kit_get(&k, 10);
}

Test(failover_guards, a_learnt_cap_grows_only_when_half_of_it_is_used)
{
    split_failover_answer held[8];
    learn_down(held, 8);
    (void)kit_end(&k, 11, &held[0], OK_);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 17);
    (void)kit_end(&k, 11, &held[1], OK_);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 17);
    cr_assert_eq(kit_status(&k, A).in_flight, 6);
}

Test(failover_guards, nothing_is_learnt_from_a_neutral_end_nor_above_the_cap)
{
    split_failover_answer held[10];
    learn_down(held, 10);
    (void)kit_end(&k, 11, &held[9], OK_);
    (void)kit_end(&k, 11, &held[8], NEUTRAL_);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 17);
    for (int i = 0; i < 100; i++) {
        split_failover_answer many[12];
        for (int j = 0; j < 4; j++)
            many[j] = kit_get(&k, 20);
        for (int j = 0; j < 4; j++)
            (void)kit_end(&k, 20, &many[j], OK_);
    }
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 20);
}

Test(failover_guards, a_cap_that_may_learn_down_to_nothing_is_refused)
{
    split_failover *fo = NULL;
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
    k.o.in_flight_cap = 2;
    k.o.in_flight_min = 0;
    cr_assert_eq(split_failover_new(&k.o, NULL, &fo), SPLIT_ERR_VALUE);
    k.o.in_flight_min = 3;
    cr_assert_eq(split_failover_new(&k.o, NULL, &fo), SPLIT_ERR_VALUE);
    k.o.in_flight_min = 2;
    kit_open(&k);
}

Test(failover_guards, a_slow_answer_may_ask_for_a_pause_but_sets_no_floor)
{
    kit_open(&k);
    split_failover_answer a = kit_get(&k, 0);
    const split_failover_outcome slow = {.klass = SPLIT_FAILOVER_CLASS_SLOW, .push_back_us = 100000000};
    cr_assert_eq(split_failover_report(k.fo, 0, &a.token, &slow, &k.next, NULL), 0);
    (void)kit_trip(&k, 0);
    cr_assert_eq(kit_status(&k, A).open_left_us, 5000000);
}

Test(failover_guards, a_stay_pin_to_an_origin_outside_the_chain_is_ignored)
{
    k.o.sticky = SPLIT_FAILOVER_STICKY_STAY;
    kit_open(&k);
    split_failover_answer a = kit_send(&k, 0, (split_failover_request){.chain = CHAIN_LEG, .has_pin = true, .pinned = A});
    cr_answer(a, B, NORMAL);
    cr_assert(a.flags & SPLIT_FAILOVER_FLAG_REPIN);
}

Test(failover_guards, a_stay_pin_to_a_full_origin_is_passed_over)
{
    k.o.sticky = SPLIT_FAILOVER_STICKY_STAY;
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 1;
    kit_open(&k);
    const split_failover_request req = {.has_pin = true, .pinned = B, .safe = true, .replayable = true};
    cr_answer(kit_send(&k, 0, req), B, NORMAL);
    cr_answer(kit_send(&k, 0, req), A, NORMAL);
}

/* A made-up token is at worst STALE. */
Test(failover_guards, a_probe_without_a_number_has_no_lease)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    (void)kit_end(&k, d, &probe, NEUTRAL_);
    probe.token.seq = 0;
    (void)kit_end(&k, d, &probe, STATUS_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_STALE);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
}

Test(failover_guards, a_token_that_claims_another_kind_is_stale)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    probe.token.kind = SPLIT_FAILOVER_KIND_NORMAL;
    (void)kit_end(&k, d, &probe, STATUS_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_STALE);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
}

Test(failover_guards, a_forced_request_is_unscored_although_its_origin_is_well)
{
    kit_open(&k);
    cr_assert_eq(split_failover_admin(k.fo, 0, A, SPLIT_FAILOVER_DO_FORCE_UP, NULL), 0);
    split_failover_answer a = kit_get(&k, 0);
    (void)kit_end(&k, 0, &a, OK_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_UNSCORED);
    cr_assert_eq(kit_status(&k, A).total, 0);
}

Test(failover_guards, every_end_takes_one_off_the_requests_in_flight)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 4;
    kit_open(&k);
    split_failover_answer a = kit_get(&k, 0), b = kit_get(&k, 0);
    (void)kit_end(&k, 0, &a, OK_);
    cr_assert_eq(kit_status(&k, A).in_flight, 1);
    (void)kit_end(&k, 0, &b, OK_);
    (void)kit_end(&k, 0, &b, OK_);
    cr_assert_eq(kit_status(&k, A).in_flight, 0);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 4);
}

Test(failover_guards, a_listed_429_is_a_failure)
{
    k.o.statuses[0] = 429;
    kit_open(&k);
    cr_assert_eq(split_failover_classify_status(k.fo, 429, 0), STATUS_);
    cr_assert_eq(split_failover_classify_status(k.fo, 500, 0), OK_);
}

Test(failover_guards, a_fair_chance_of_its_own_comes_before_slow)
{
    k.o.slow_us = 300000;
    k.o.fair_us = 700000;
    kit_open(&k);
    cr_assert_eq(split_failover_classify_deadline(k.fo, 699999), NEUTRAL_);
    cr_assert_eq(split_failover_classify_deadline(k.fo, 700000), SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT);
}

Test(failover_guards, the_longest_ejections_do_not_overflow)
{
    const split_us longest = INT64_C(1) << 53;
    k.o.base_open_us = k.o.max_open_us = longest;
    k.o.jitter_ppm = 1000000;
    k.o.overdue_us = longest;
    kit_open(&k);
    for (int64_t i = 0; i < 5; i++)
        kit_one(&k, i * 50, STATUS_);
    for (int i = 0; i < 60; i++) {
        split_us left = kit_status(&k, A).open_left_us;
        cr_assert(left >= longest || split_failover_now(k.fo) + left == SPLIT_NEVER);
        cr_assert_leq(left, 2 * longest + 1000);
        cr_assert_eq(split_failover_tick(k.fo, split_failover_now(k.fo) + left, NULL), 0);
        split_failover_answer probe = kit_get(&k, 0);
        cr_answer(probe, A, PROBE);
        (void)kit_end(&k, 0, &probe, STATUS_);
        if (split_failover_now(k.fo) == SPLIT_NEVER)
            break;
    }
    cr_assert_gt(kit_status(&k, A).level, 40);
}

Test(failover_guards, a_flap_is_younger_than_the_window)
{
    k.o.flap_limit = 2;
    k.o.flap_window_us = 20000000;
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    for (int64_t i = 0; i < 2; i++) {
        split_failover_answer a = kit_get_key(&k, r + i, low);
        (void)kit_end(&k, 20199 + i, &a, STATUS_);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_assert_not(kit_status(&k, A).latched);
}

Test(failover_guards, one_trip_latches_unless_the_window_is_empty)
{
    k.o.flap_limit = 1;
    kit_open(&k);
    (void)kit_trip(&k, 0);
    cr_assert(kit_status(&k, A).latched);
    kit_close(&k);
    k.o.flap_window_us = 0;
    kit_open(&k);
    (void)kit_trip(&k, 0);
    cr_assert_not(kit_status(&k, A).latched);
}

Test(failover_guards, each_step_of_decay_needs_its_own_successes)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    (void)kit_end(&k, d, &probe, STATUS_);
    cr_assert_eq(kit_status(&k, A).level, 2);
    for (int64_t i = 0; i < 3; i++)
        kit_one(&k, d + 10000 + i * 500, OK_);
    for (int64_t i = 1; i <= 3; i++)
        cr_assert_eq(split_failover_tick(k.fo, (d + 11000 + i * 60000) * 1000, NULL), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    int64_t closed = d + 11000 + 180000;
    for (int64_t i = 0; i < 25; i++)
        kit_one(&k, closed + i, OK_);
    kit_one(&k, closed + 60000, OK_);
    cr_assert_eq(kit_status(&k, A).level, 1);
    for (int64_t i = 0; i < 19; i++)
        kit_one(&k, closed + 120000, OK_);
    cr_assert_eq(kit_status(&k, A).level, 1);
    kit_one(&k, closed + 120000, OK_);
    cr_assert_eq(kit_status(&k, A).level, 0);
    for (int64_t i = 0; i < 20; i++)
        kit_one(&k, closed + 180000, OK_);
    cr_assert_eq(kit_status(&k, A).level, 0);
}

Test(failover_guards, the_event_of_a_trip_has_no_probes)
{
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    for (int64_t i = 1; i <= 3; i++)
        cr_assert_eq(split_failover_tick(k.fo, (r + i * 60000) * 1000, NULL), 0);
    for (int64_t i = 0; i < 10; i++)
        kit_one(&k, r + 200000 + i, OK_);
    for (int64_t i = 0; i < 5; i++) {
        split_failover_answer a = kit_get(&k, r + 201000 + i * 50);
        (void)kit_end(&k, r + 201000 + i * 50, &a, STATUS_);
    }
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RUN);
    cr_assert_eq(k.events.items[0].probe_ok, 0);
}

static const char *const three_names[] = {"A", "B", "C"};
static const split_failover_chain three_chains[] = {{3, {A, B, 2}}, {3, {B, A, 2}}};

/* Three origins; B opens by way of its own chain, at 200 ms. */
static void
open_three(void)
{
    k.o.origins = three_names;
    k.o.n_origins = 3;
    k.o.chains = three_chains;
    k.o.overdue_us = 0;
    kit_open(&k);
    for (int64_t i = 0; i < 5; i++) {
        split_failover_answer b = kit_send(&k, i * 50, (split_failover_request){.chain = 1, .safe = true});
        (void)kit_end(&k, i * 50, &b, STATUS_);
    }
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_OPEN);
}

static void
set_mode(uint32_t origin, split_failover_action action)
{
    cr_assert_eq(split_failover_admin(k.fo, 0, origin, action, NULL), 0);
}

Test(failover_guards, a_panic_among_equals_takes_the_first_of_the_chain)
{
    open_three();
    (void)kit_trip(&k, 300);
    set_mode(2, SPLIT_FAILOVER_DO_FORCE_DOWN);
    cr_answer(kit_get(&k, 600), A, PANIC);
    cr_answer(kit_send(&k, 600, (split_failover_request){.chain = 1, .safe = true}), B, PANIC);
}

Test(failover_guards, an_observed_fallback_is_probed_by_a_follow_up_that_gets_there)
{
    open_three();
    set_mode(B, SPLIT_FAILOVER_DO_OBSERVE);
    split_failover_answer a = kit_get(&k, 5200);
    cr_answer(a, A, NORMAL);
    cr_assert_eq(kit_end(&k, 5201, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, B, PROBE);
}

Test(failover_guards, an_observed_fallback_of_a_forced_down_head_is_probed)
{
    open_three();
    set_mode(B, SPLIT_FAILOVER_DO_OBSERVE);
    set_mode(A, SPLIT_FAILOVER_DO_FORCE_DOWN);
    cr_answer(kit_get(&k, 5199), B, OBSERVED);
    cr_answer(kit_get(&k, 5200), B, PROBE);
}

Test(failover_guards, a_request_that_may_not_leave_home_probes_nobody_else)
{
    k.o.unsafe_failover = SPLIT_FAILOVER_UNSAFE_REFUSE;
    open_three();
    cr_answer(kit_post(&k, 60000), A, NORMAL);
    cr_answer(kit_get(&k, 60000), B, PROBE);
}

Test(failover_guards, a_home_that_returns_takes_every_request_that_may_not_leave_it)
{
    k.o.unsafe_failover = SPLIT_FAILOVER_UNSAFE_REFUSE;
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    const uint64_t high = kit_key_in(&k, r, 500, 1000);
    cr_answer(kit_send(&k, r, (split_failover_request){.key = high}), A, RAMP);
    cr_answer(kit_get_key(&k, r, high), B, NORMAL);
}

Test(failover_guards, the_level_stops_at_its_top)
{
    k.o.base_open_us = k.o.max_open_us = 0;
    kit_open(&k);
    for (int64_t i = 0; i < 5; i++)
        kit_one(&k, i * 50, STATUS_);
    for (int64_t i = 0; i < 300; i++) {
        split_failover_answer probe = kit_get(&k, 300 + i);
        cr_answer(probe, A, PROBE);
        (void)kit_end(&k, 300 + i, &probe, STATUS_);
    }
    cr_assert_eq(kit_status(&k, A).level, 255);
}

/* A request of B's chain moves the clock, but runs no timer of A. */
static split_us
deadline_seen_from_b(int64_t ms)
{
    return kit_send(&k, ms, (split_failover_request){.chain = CHAIN_LEG}).deadline_us;
}

Test(failover_guards, the_deadline_of_a_lost_probe_is_now)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_get(&k, d), A, PROBE);
    cr_assert_eq(deadline_seen_from_b(d + 9999), (d + 10000) * 1000);
    cr_assert_eq(deadline_seen_from_b(d + 10000), (d + 10000) * 1000);
    cr_assert_eq(deadline_seen_from_b(d + 12000), (d + 12000) * 1000);
}

Test(failover_guards, the_deadline_of_a_verification_that_took_too_long_is_now)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    (void)kit_end(&k, d, &probe, NEUTRAL_);
    cr_assert_eq(deadline_seen_from_b(d + 59999), (d + 60000) * 1000);
    cr_assert_eq(deadline_seen_from_b(d + 61000), (d + 61000) * 1000);
}

Test(failover_guards, a_latched_origin_has_no_failback_to_wait_for)
{
    k.o.failback = SPLIT_FAILOVER_FAILBACK_DELAY;
    k.o.failback_delay_us = 7000000;
    k.o.flap_limit = 1;
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    for (int64_t i = 0; i < 3; i++)
        kit_one(&k, d + i * 500, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    cr_assert_eq(split_failover_deadline(k.fo), (d + 30000) * 1000);
}

Test(failover_guards, a_ramp_with_a_failure_waits_for_no_time)
{
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    split_failover_answer a = kit_get_key(&k, r, kit_key_in(&k, r, 0, 50));
    (void)kit_end(&k, r, &a, STATUS_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
    cr_assert_eq(split_failover_deadline(k.fo), SPLIT_NEVER);
}
