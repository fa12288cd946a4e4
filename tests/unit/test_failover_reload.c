/* SPDX-License-Identifier: MIT */
/* What a machine takes over from a snapshot or from an older machine, field by field (design/failover.md F32, F33). */
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

TestSuite(failover_reload, .init = prepare, .fini = done);

/* A fresh machine with the options as they are now takes over. */
static void
reload(void)
{
    split_failover *fresh;
    cr_assert_eq(split_failover_new(&k.o, NULL, &fresh), 0);
    cr_assert_eq(split_failover_reload(fresh, k.fo), 0);
    kit_close(&k);
    k.fo = fresh;
}

/* A snapshot at one time, restored into a fresh machine of the present options at another. */
static void
restore(int64_t from_ms, int64_t to_ms)
{
    uint8_t buf[8192];
    size_t n = 0;
    cr_assert_eq(split_failover_snapshot(k.fo, from_ms * 1000, buf, sizeof buf, &n), 0);
    kit_close(&k);
    kit_open(&k);
    cr_assert_eq(split_failover_restore(k.fo, to_ms * 1000, buf, n), 0);
}

/* One bad answer of A that trips nothing. */
static void
count_one(int64_t ms)
{
    split_failover_answer a = kit_get_key(&k, ms, 7);
    cr_assert_eq(a.origin, A);
    (void)kit_end(&k, ms, &a, BUSY_);
}

static uint32_t
total_at(int64_t ms)
{
    cr_assert_eq(split_failover_tick(k.fo, ms * 1000, NULL), 0);
    return kit_status(&k, A).total;
}

/* The last word of the bytes is XXH64 of the others: pinning it pins the format, which only a new version may change. */
Test(failover_reload, the_format_of_version_1_is_pinned)
{
    uint8_t buf[8192];
    uint64_t last;
    size_t n = 0;
    k.o.probes_in_flight = 2;
    kit_open(&k);
    count_one(3000);
    count_one(5000);
    int64_t d = kit_trip(&k, 7000);
    (void)kit_get(&k, d);
    split_failover_answer b = kit_send(&k, d, (split_failover_request){.chain = CHAIN_LEG});
    (void)kit_end(&k, d, &b, BUSY_);
    cr_assert_eq(split_failover_snapshot(k.fo, (d + 1100) * 1000, buf, sizeof buf, &n), 0);
    cr_assert_eq(n, (9 + 2 * (26 + 3 * 10 + 2 * 2 + 5) + 1) * 8);
    memcpy(&last, buf + n - 8, 8);
    cr_assert_eq(last, UINT64_C(0x54530adece3b8c76));
}

Test(failover_reload, evidence_of_slots_of_another_length_is_dropped)
{
    kit_open(&k);
    count_one(0);
    k.o.window_us = 20000000;
    reload();
    cr_assert_eq(kit_status(&k, A).total, 0);
}

Test(failover_reload, evidence_of_another_number_of_slots_is_dropped)
{
    kit_open(&k);
    count_one(0);
    k.o.buckets = 5;
    k.o.window_us = 5000000;
    reload();
    cr_assert_eq(kit_status(&k, A).total, 0);
    count_one(1);
    cr_assert_eq(kit_status(&k, A).total, 1);
}

Test(failover_reload, evidence_of_the_same_slots_is_kept)
{
    kit_open(&k);
    count_one(0);
    count_one(3000);
    reload();
    cr_assert_eq(kit_status(&k, A).total, 2);
    cr_assert_eq(kit_status(&k, A).bad_keys, 1);
    cr_assert_eq(total_at(10000), 1);
}

Test(failover_reload, a_snapshot_ages_evidence_to_its_own_time)
{
    kit_open(&k);
    count_one(1000);
    count_one(7000);
    restore(9000, 1000000);
    cr_assert_eq(total_at(1000000), 2);
    cr_assert_eq(total_at(1001999), 2);
    cr_assert_eq(total_at(1002000), 1);
    cr_assert_eq(total_at(1007999), 1);
    cr_assert_eq(total_at(1008000), 0);
}

Test(failover_reload, evidence_survives_on_a_clock_that_just_began)
{
    kit_open(&k);
    count_one(101000);
    count_one(107000);
    restore(109000, 0);
    cr_assert_eq(total_at(0), 2);
    count_one(1500);
    cr_assert_eq(total_at(1999), 3);
    cr_assert_eq(total_at(2000), 2);
    cr_assert_eq(total_at(8000), 1);
    cr_assert_eq(total_at(11000), 0);
}

Test(failover_reload, a_snapshot_of_an_old_clock_is_of_the_machines_time)
{
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    cr_assert_eq(split_failover_tick(k.fo, (d - 1000) * 1000, NULL), 0);
    restore(0, 0);
    cr_assert_eq(kit_status(&k, A).open_left_us, 1000000);
}

Test(failover_reload, a_restored_machine_is_at_the_time_of_the_restore)
{
    kit_open(&k);
    restore(0, 7000);
    cr_assert_eq(split_failover_now(k.fo), 7000000);
    (void)kit_get(&k, 6000);
    cr_assert_eq(split_failover_regressions(k.fo), 1);
    restore(7000, 0);
    cr_assert_eq(split_failover_regressions(k.fo), 1);
}

Test(failover_reload, a_snapshot_needs_exactly_its_size)
{
    uint8_t buf[8192];
    size_t n = 0;
    kit_open(&k);
    cr_assert_eq(split_failover_snapshot(k.fo, 0, buf, split_failover_snapshot_size(k.fo), &n), 0);
}

Test(failover_reload, a_snapshot_keeps_the_names_apart)
{
    kit_open(&k);
    (void)kit_trip(&k, 0);
    restore(200, 200);
    cr_assert_eq(split_failover_find(k.fo, "A", 1), A);
    cr_assert_eq(split_failover_find(k.fo, "B", 1), B);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_CLOSED);
}

/* Without a ramp: three probes after its ejection A is back. */
static void
open_without_ramp(void)
{
    k.o.n_ramp = 1;
    memset(k.o.ramp_permille, 0, sizeof k.o.ramp_permille);
    k.o.ramp_permille[0] = 1000;
    k.o.ramp_hold_us = 0;
    k.o.ramp_min_ok = 0;
    kit_open(&k);
}

Test(failover_reload, a_restored_machine_remembers_its_trips)
{
    k.o.flap_limit = 2;
    kit_open(&k);
    (void)kit_trip(&k, 0);
    restore(300, 5000000);
    for (int64_t i = 0; i < 3; i++)
        kit_one(&k, 5005000 + i * 500, OK_);
    uint64_t low = kit_key_in(&k, 0, 0, 50);
    for (int64_t i = 0; i < 2; i++) {
        split_failover_answer a = kit_get_key(&k, 5007000 + i, low);
        cr_answer(a, A, RAMP);
        (void)kit_end(&k, 5007000 + i, &a, STATUS_);
    }
    cr_assert(kit_status(&k, A).latched);
}

/* A trips and, after at most five minutes, is back in service. */
static void
trip_and_return(int64_t ms)
{
    int64_t at = kit_trip(&k, ms);
    for (; kit_state(&k, A) != SPLIT_FAILOVER_CLOSED; at += 5000)
        kit_one(&k, at, OK_);
    cr_assert_leq(at, ms + 300000);
}

Test(failover_reload, a_smaller_flap_limit_keeps_the_newest_trips)
{
    open_without_ramp();
    trip_and_return(0);
    trip_and_return(100000);
    trip_and_return(400000);
    k.o.flap_limit = 2;
    reload();
    cr_assert_not(kit_status(&k, A).latched);
    /* The trips of 0 and 100 s are too old by then; the one of 400 s is not. */
    (void)kit_trip(&k, 800000);
    cr_assert(kit_status(&k, A).latched);
}

Test(failover_reload, a_full_list_of_trips_drops_its_oldest)
{
    open_without_ramp();
    trip_and_return(0);
    trip_and_return(100000);
    trip_and_return(200000);
    k.o.flap_limit = 2;
    reload();
    (void)kit_trip(&k, 300000);
    cr_assert(kit_status(&k, A).latched);
    cr_assert_eq(split_failover_find(k.fo, "B", 1), B);
}

Test(failover_reload, a_shorter_ramp_goes_on_at_its_last_step)
{
    kit_open(&k);
    int64_t r = kit_ramp(&k);
    for (int64_t i = 1; i <= 2; i++)
        cr_assert_eq(split_failover_tick(k.fo, (r + i * 60000) * 1000, NULL), 0);
    cr_assert_eq(kit_status(&k, A).step, 2);
    memset(k.o.ramp_permille, 0, sizeof k.o.ramp_permille);
    k.o.n_ramp = 1;
    k.o.ramp_permille[0] = 1000;
    reload();
    cr_assert_eq(kit_status(&k, A).step, 0);
    cr_assert_eq(kit_status(&k, A).permille, 1000);
}

Test(failover_reload, fewer_leases_keep_the_first)
{
    k.o.probes_in_flight = 2;
    kit_open(&k);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer first = kit_get(&k, d), second = kit_get(&k, d + 500);
    cr_answer(second, A, PROBE);
    k.o.probes_in_flight = 1;
    reload();
    cr_assert_eq(kit_status(&k, A).n_leases, 1);
    (void)kit_end(&k, d + 501, &second, OK_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_STALE);
    (void)kit_end(&k, d + 502, &first, OK_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_APPLIED);
}

Test(failover_reload, numbers_time_and_budget_go_on)
{
    k.o.retry_cap_milli = k.o.retry_start_milli = 10000;
    kit_open(&k);
    uint64_t last = kit_get(&k, 9000).token.seq;
    (void)kit_get(&k, 8000);
    k.o.retry_cap_milli = 3000;
    reload();
    cr_assert_eq(split_failover_budget_milli(k.fo), 3000);
    cr_assert_eq(split_failover_now(k.fo), 9000000);
    cr_assert_eq(split_failover_regressions(k.fo), 1);
    cr_assert_gt(kit_get(&k, 9001).token.seq, last + 1);
}

Test(failover_reload, a_restored_budget_is_at_most_its_cap)
{
    kit_open(&k);
    k.o.retry_cap_milli = 3000;
    restore(0, 0);
    cr_assert_eq(split_failover_budget_milli(k.fo), 3000);
}

Test(failover_reload, a_fresh_machine_that_is_ahead_stays_ahead)
{
    split_failover *fresh;
    kit_open(&k);
    (void)kit_get(&k, 1000);
    cr_assert_eq(split_failover_new(&k.o, NULL, &fresh), 0);
    split_failover_answer a;
    const split_failover_request req = {.key = 1};
    for (int i = 0; i < 9; i++)
        cr_assert_eq(split_failover_route(fresh, 5000000, &req, &a, NULL), 0);
    cr_assert_eq(split_failover_reload(fresh, k.fo), 0);
    cr_assert_eq(split_failover_now(fresh), 5000000);
    kit_close(&k);
    k.fo = fresh;
    cr_assert_eq(kit_get(&k, 0).token.seq, 10);
}

/* C takes B's index; a token that visited A and B must find C unvisited. */
Test(failover_reload, a_new_origin_was_not_visited_by_anybody)
{
    static const char *const names[] = {"A", "C", "B"};
    static const split_failover_chain chains[] = {{3, {0, 1, 2}}, {1, {2}}};
    k.o.max_attempts = 3;
    kit_open(&k);
    split_failover_answer a = kit_get(&k, 0);
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    split_failover_answer b = k.next.attempt;
    k.o.origins = names;
    k.o.n_origins = 3;
    k.o.chains = chains;
    reload();
    cr_assert_eq(kit_end(&k, 2, &b, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_assert_eq(k.next.attempt.origin, 1);
}

Test(failover_reload, a_restored_machine_tells_its_origins_apart)
{
    kit_open(&k);
    restore(0, 0);
    split_failover_answer a = kit_get(&k, 0);
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, B, NORMAL);
}

/* A fails, B is probed by the same request, and meanwhile one attempt became the most. */
Test(failover_reload, the_failure_of_a_probe_does_not_count_attempts)
{
    static const char *const names[] = {"A", "B", "C"};
    static const split_failover_chain chains[] = {{3, {A, B, 2}}, {3, {B, A, 2}}};
    k.o.origins = names;
    k.o.n_origins = 3;
    k.o.chains = chains;
    k.o.overdue_us = 0;
    kit_open(&k);
    for (int64_t i = 0; i < 5; i++) {
        split_failover_answer b = kit_send(&k, i * 50, (split_failover_request){.chain = 1, .safe = true});
        (void)kit_end(&k, i * 50, &b, STATUS_);
    }
    split_failover_answer a = kit_get(&k, 5199);
    cr_answer(a, A, NORMAL);
    cr_assert_eq(kit_end(&k, 5200, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    split_failover_answer b = k.next.attempt;
    cr_answer(b, B, PROBE);
    k.o.max_attempts = 1;
    reload();
    cr_assert_eq(kit_end(&k, 5201, &b, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, 2, NORMAL);
}

Test(failover_reload, the_token_of_a_removed_chain_has_no_alternative)
{
    static const split_failover_chain chains[] = {{2, {A, B}}};
    kit_open(&k);
    split_failover_answer a = kit_get_key(&k, 1, 7);
    (void)kit_end(&k, 1, &a, STATUS_);
    split_failover_answer b = kit_send(&k, 1, (split_failover_request){.chain = CHAIN_LEG, .safe = true, .replayable = true});
    k.o.chains = chains;
    k.o.n_chains = 1;
    reload();
    cr_assert_eq(kit_end(&k, 1, &b, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_NO_ALTERNATIVE);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_APPLIED);
}

/* AIMD between 4 and 20, brought down to 14.58 by three slow answers. */
static void
learn(void)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
    k.o.in_flight_cap = 20;
    k.o.in_flight_min = 4;
    kit_open(&k);
    for (int i = 0; i < 3; i++)
        kit_one(&k, i, SPLIT_FAILOVER_CLASS_SLOW);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 14);
}

Test(failover_reload, a_learnt_cap_is_kept_within_the_new_bounds)
{
    learn();
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 14);
    k.o.in_flight_min = 16;
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 16);
    k.o.in_flight_cap = 10;
    k.o.in_flight_min = 1;
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 10);
}

Test(failover_reload, a_fixed_cap_forgets_what_was_learnt)
{
    learn();
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 20);
}

Test(failover_reload, a_cap_that_comes_with_a_reload_begins_at_its_top)
{
    kit_open(&k);
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
    k.o.in_flight_cap = 20;
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 20);
}

Test(failover_reload, without_a_cap_nothing_is_in_flight)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 2;
    kit_open(&k);
    split_failover_answer counted = kit_get(&k, 0);
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_OFF;
    reload();
    cr_assert_eq(kit_status(&k, A).in_flight, 0);
    /* The attempt after it was not counted, so its report takes nothing off. */
    cr_assert_eq(kit_end(&k, 1, &counted, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    split_failover_answer uncounted = k.next.attempt;
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    reload();
    cr_assert_eq(kit_send(&k, 2, (split_failover_request){.chain = CHAIN_LEG}).origin, B);
    cr_assert_eq(kit_status(&k, B).in_flight, 1);
    (void)kit_end(&k, 3, &uncounted, OK_);
    cr_assert_eq(kit_status(&k, B).in_flight, 1);
}
