/* SPDX-License-Identifier: MIT */
/* The black-box scenarios F01 to F41: what a user of the machine sees, call by call. */
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

TestSuite(failover_scenarios, .init = begin, .fini = end);

/* Start over with changed options. */
static void
again(void)
{
    kit_close(&k);
    kit_open(&k);
}

Test(failover_scenarios, f01_a_good_answer_changes_nothing)
{
    split_failover_answer a = kit_get(&k, 0);
    cr_answer(a, A, NORMAL);
    cr_assert_eq(kit_end(&k, 5, &a, OK_), SPLIT_FAILOVER_NEXT_DONE);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_CLOSED);
}

Test(failover_scenarios, f02_the_fifth_failure_opens_and_its_request_goes_on)
{
    for (int i = 0; i < 4; i++)
        kit_one(&k, i * 50, STATUS_);
    cr_assert_eq(kit_status(&k, A).run, 4);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    split_failover_answer a = kit_get(&k, 200);
    cr_assert_eq(kit_end(&k, 200, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, B, NORMAL);
    cr_assert_eq(kit_status(&k, A).level, 1);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RUN);
    cr_assert_eq(k.events.items[0].run, 5);
    cr_assert_eq(k.events.items[0].run_keys, 2);
    cr_assert_eq(k.events.items[0].run_span_us, 200000);
    cr_assert_eq(k.events.items[0].open_us, 5000000);
    split_failover_answer next = kit_get(&k, 201);
    cr_answer(next, B, NORMAL);
    cr_assert_eq(next.reason, SPLIT_FAILOVER_REASON_DIVERTED);
    cr_assert_eq(next.assigned, A);
}

Test(failover_scenarios, f03_one_subject_ejects_nobody)
{
    for (int i = 0; i < 50; i++) {
        split_failover_answer a = kit_get_key(&k, i * 50, 7);
        (void)kit_end(&k, i * 50, &a, STATUS_);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    cr_assert_eq(kit_status(&k, A).run_keys, 1);
}

Test(failover_scenarios, f05_a_success_issued_before_the_run_does_not_end_it)
{
    split_failover_answer old = kit_get(&k, 0);
    for (int i = 1; i <= 4; i++)
        kit_one(&k, i * 10, STATUS_);
    (void)kit_end(&k, 50, &old, OK_);
    cr_assert_eq(kit_status(&k, A).run, 4);
    kit_one(&k, 120, STATUS_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_scenarios, f06_a_success_issued_within_the_run_ends_it)
{
    for (int i = 1; i <= 4; i++)
        kit_one(&k, i * 10, STATUS_);
    split_failover_answer a = kit_get(&k, 45);
    (void)kit_end(&k, 60, &a, OK_);
    cr_assert_eq(kit_status(&k, A).run, 0);
    kit_one(&k, 120, STATUS_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
}

Test(failover_scenarios, f07_alternating_failures_open_by_ratio)
{
    for (int i = 0; i < 19; i++) {
        split_failover_answer a = kit_get_key(&k, i * 100, (uint64_t)(i / 2 % 3 + 1));
        (void)kit_end(&k, i * 100, &a, i % 2 == 0 ? OK_ : STATUS_);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    kit_one(&k, 1900, STATUS_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_scenarios, f09_client_aborts_leave_no_trace)
{
    for (int i = 0; i < 100; i++) {
        split_failover_answer a = kit_get(&k, i);
        cr_assert_eq(kit_end(&k, i, &a, NEUTRAL_), SPLIT_FAILOVER_NEXT_DONE);
    }
    cr_assert_eq(kit_status(&k, A).total, 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
}

Test(failover_scenarios, f10_refused_connects_of_a_post_go_on_and_open)
{
    for (int i = 0; i < 3; i++) {
        split_failover_answer a = kit_post(&k, i * 50);
        cr_assert_eq(kit_end(&k, i * 50, &a, CONNECT_), SPLIT_FAILOVER_NEXT_ATTEMPT);
        cr_answer(k.next.attempt, B, NORMAL);
    }
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_HARD_RUN);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_scenarios, f11_a_sent_post_is_not_sent_again)
{
    split_failover_answer a = kit_post(&k, 0);
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_UNSAFE);
    cr_assert_eq(kit_status(&k, A).run, 1);
}

Test(failover_scenarios, f13_a_committed_answer_is_not_replaced)
{
    split_failover_answer a = kit_get(&k, 0);
    const split_failover_outcome reset = {.klass = SPLIT_FAILOVER_CLASS_FAIL_RESET, .committed = true};
    cr_assert_eq(split_failover_report(k.fo, 1000, &a.token, &reset, &k.next, NULL), 0);
    cr_assert_eq(k.next.next, SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED);
    cr_assert_eq(kit_status(&k, A).run, 1);
}

Test(failover_scenarios, f14_a_probe_goes_out_exactly_when_due)
{
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_get(&k, d - 1), B, NORMAL);
    cr_answer(kit_get(&k, d), A, PROBE);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
}

Test(failover_scenarios, f15_only_a_replayable_get_may_probe)
{
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_post(&k, d), B, NORMAL);
    cr_answer(kit_send(&k, d + 1, (split_failover_request){.safe = true}), B, NORMAL);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_answer(kit_get(&k, d + 2), A, PROBE);
}

Test(failover_scenarios, f17_a_failed_probe_is_replayed_for_free)
{
    k.o.retry_start_milli = k.o.retry_deposit_milli = 0;
    k.o.consecutive = 5;
    again();
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get(&k, i * 50);
        cr_assert_eq(kit_end(&k, i * 50, &a, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_BUDGET);
    }
    split_failover_answer probe = kit_get(&k, 5200);
    cr_answer(probe, A, PROBE);
    cr_assert_eq(kit_end(&k, 5300, &probe, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, B, NORMAL);
    cr_assert_eq(split_failover_budget_milli(k.fo), 0);
    cr_assert_eq(kit_status(&k, A).level, 2);
    cr_assert_eq(kit_status(&k, A).open_left_us, 10000000);
}

Test(failover_scenarios, f18_probes_keep_their_distance_and_three_verify)
{
    int64_t d = kit_trip(&k, 0);
    kit_one(&k, d, OK_);
    cr_answer(kit_get(&k, d + 499), B, NORMAL);
    kit_one(&k, d + 500, OK_);
    kit_one(&k, d + 1000, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
}

Test(failover_scenarios, f19_an_aborted_probe_frees_its_lease)
{
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    (void)kit_end(&k, d + 10, &probe, NEUTRAL_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
    cr_assert_eq(kit_status(&k, A).probe_ok, 0);
    cr_answer(kit_get(&k, d + 500), A, PROBE);
}

Test(failover_scenarios, f21_the_third_lost_probe_opens_at_the_same_level)
{
    int64_t d = kit_trip(&k, 0);
    for (int i = 0; i < 3; i++)
        cr_answer(kit_get(&k, d + i * 10000), A, PROBE);
    cr_answer(kit_get(&k, d + 29999), B, NORMAL);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
    cr_answer(kit_get(&k, d + 30000), B, NORMAL);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_PROBES_LOST);
    cr_assert_eq(kit_status(&k, A).level, 1);
}

Test(failover_scenarios, f22_stragglers_of_the_closed_era_are_stale)
{
    split_failover_answer old[3];
    for (int i = 0; i < 3; i++)
        old[i] = kit_get(&k, 0);
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_get(&k, d), A, PROBE);
    for (int i = 0; i < 3; i++) {
        (void)kit_end(&k, d + 1, &old[i], OK_);
        cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_STALE);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
    cr_assert_eq(kit_status(&k, A).n_stale, 3);
}

Test(failover_scenarios, f24_the_ramp_returns_keys_by_their_draw_and_keeps_them)
{
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50), mid = kit_key_in(&k, r, 50, 250);
    cr_answer(kit_get_key(&k, r, mid), B, NORMAL);
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get_key(&k, r + i, low);
        cr_answer(a, A, RAMP);
        (void)kit_end(&k, r + i, &a, OK_);
    }
    cr_answer(kit_get_key(&k, r + 4990, mid), B, NORMAL);
    cr_answer(kit_get_key(&k, r + 5000, mid), A, RAMP);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_STEP1);
    cr_answer(kit_get_key(&k, r + 5001, low), A, RAMP);
}

Test(failover_scenarios, f25_two_failures_in_the_ramp_open_at_level_two)
{
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    for (int i = 0; i < 2; i++) {
        split_failover_answer a = kit_get_key(&k, r + i, low);
        cr_answer(a, A, RAMP);
        (void)kit_end(&k, r + i, &a, STATUS_);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_assert_eq(kit_status(&k, A).level, 2);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RAMP_FAILED);
}

Test(failover_scenarios, f27_failed_probes_double_the_ejection_up_to_five_minutes)
{
    static const int64_t seconds[] = {10, 20, 40, 80, 160, 300, 300, 300};
    int64_t d = kit_trip(&k, 0);
    for (int i = 0; i < 8; i++) {
        split_failover_answer probe = kit_get(&k, d);
        cr_answer(probe, A, PROBE);
        (void)kit_end(&k, d, &probe, STATUS_);
        cr_assert_eq(kit_status(&k, A).open_left_us, seconds[i] * 1000000);
        d += seconds[i] * 1000;
    }
}

Test(failover_scenarios, f29_a_busy_probe_opens_at_the_same_level)
{
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    cr_assert_eq(kit_end(&k, d, &probe, BUSY_), SPLIT_FAILOVER_NEXT_DONE);
    cr_assert_eq(kit_status(&k, A).level, 1);
    cr_assert_eq(kit_status(&k, A).open_left_us, 5000000);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_PROBE_BUSY);
}

Test(failover_scenarios, f32_forced_down_origins_are_never_named)
{
    cr_assert_eq(split_failover_admin(k.fo, 0, A, SPLIT_FAILOVER_DO_FORCE_DOWN, NULL), 0);
    cr_answer(kit_get(&k, 0), B, NORMAL);
    cr_assert_eq(split_failover_admin(k.fo, 0, B, SPLIT_FAILOVER_DO_FORCE_DOWN, NULL), 0);
    split_failover_answer none = kit_get(&k, 1);
    cr_answer(none, SPLIT_FAILOVER_NONE, FAIL_FAST);
    cr_assert_eq(none.reason, SPLIT_FAILOVER_REASON_ALL_DOWN);
}

Test(failover_scenarios, f32_a_panic_is_single_and_unscored)
{
    (void)kit_trip(&k, 0);
    cr_assert_eq(split_failover_admin(k.fo, 300000, B, SPLIT_FAILOVER_DO_FORCE_DOWN, NULL), 0);
    split_failover_answer a = kit_get(&k, 300);
    cr_answer(a, A, PANIC);
    cr_assert_eq(kit_end(&k, 301, &a, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_PANIC);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_UNSCORED);
}

Test(failover_scenarios, f33_time_does_not_go_back)
{
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_get(&k, d - 1000), B, NORMAL);
    split_us left = kit_status(&k, A).open_left_us;
    cr_answer(kit_get(&k, 0), B, NORMAL);
    cr_assert_eq(split_failover_regressions(k.fo), 1);
    cr_assert_eq(split_failover_now(k.fo), (d - 1000) * 1000);
    cr_assert_eq(kit_status(&k, A).open_left_us, left);
    cr_answer(kit_get(&k, d), A, PROBE);
}

Test(failover_scenarios, f35_manual_failback_holds_until_approved)
{
    k.o.failback = SPLIT_FAILOVER_FAILBACK_MANUAL;
    again();
    int64_t d = kit_trip(&k, 0);
    for (int i = 0; i < 3; i++)
        kit_one(&k, d + i * 500, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    cr_answer(kit_get(&k, d + 1001), B, NORMAL);
    split_failover_answer alive = kit_get(&k, d + 31000);
    cr_answer(alive, A, PROBE);
    (void)kit_end(&k, d + 31001, &alive, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    cr_assert_eq(split_failover_admin(k.fo, (d + 31002) * 1000, A, SPLIT_FAILOVER_DO_APPROVE, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_APPROVED);
}

Test(failover_scenarios, f36_a_flapping_origin_waits_for_an_operator)
{
    k.o.flap_limit = 2;
    again();
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    for (int i = 0; i < 2; i++) {
        split_failover_answer a = kit_get_key(&k, r + i, low);
        (void)kit_end(&k, r + i, &a, STATUS_);
    }
    cr_assert(kit_status(&k, A).latched);
    for (int i = 0; i < 3; i++)
        kit_one(&k, r + 10001 + i * 500, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
}

Test(failover_scenarios, f38_both_fail_and_attempts_are_used_up)
{
    split_failover_answer a = kit_get(&k, 0);
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    split_failover_answer b = k.next.attempt;
    cr_assert_eq(kit_end(&k, 2, &b, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_ATTEMPTS);
}

Test(failover_scenarios, f39_long_overdue_a_post_may_probe)
{
    int64_t d = kit_trip(&k, 0);
    cr_answer(kit_post(&k, d + 29999), B, NORMAL);
    split_failover_answer probe = kit_post(&k, d + 30000);
    cr_answer(probe, A, PROBE);
    cr_assert_eq(probe.reason, SPLIT_FAILOVER_REASON_PROBE_OVERDUE);
    cr_assert_eq(kit_end(&k, d + 30001, &probe, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_UNSAFE);
    cr_assert_eq(kit_status(&k, A).level, 2);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_scenarios, f41_time_without_failure_steps_a_quiet_ramp)
{
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50), mid = kit_key_in(&k, r, 50, 250);
    for (int i = 0; i < 3; i++) {
        split_failover_answer a = kit_get_key(&k, r + i, low);
        (void)kit_end(&k, r + i, &a, OK_);
    }
    cr_answer(kit_get_key(&k, r + 5000, mid), B, NORMAL);
    cr_answer(kit_get_key(&k, r + 59000, mid), B, NORMAL);
    cr_answer(kit_get_key(&k, r + 60000, mid), A, RAMP);
}
