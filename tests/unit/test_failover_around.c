/* SPDX-License-Identifier: MIT */
/* What surrounds the machine: modes, sessions, caps, drill, snapshots, reload, shared memory (design/failover.md F26-F35). */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

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

TestSuite(failover_around, .init = begin, .fini = end);

static void
again(void)
{
    kit_close(&k);
    kit_open(&k);
}

static void
do_admin(int64_t ms, uint32_t origin, split_failover_action action)
{
    cr_assert_eq(split_failover_admin(k.fo, ms * 1000, origin, action, &k.events), 0);
}

Test(failover_around, observe_reports_the_trip_but_keeps_serving)
{
    do_admin(0, A, SPLIT_FAILOVER_DO_OBSERVE);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer a = kit_get(&k, 300);
    cr_answer(a, A, OBSERVED);
    cr_assert_eq(a.reason, SPLIT_FAILOVER_REASON_OBSERVED);
    (void)kit_end(&k, 301, &a, STATUS_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_UNSCORED);
    cr_answer(kit_post(&k, 302), A, OBSERVED);
    cr_answer(kit_get(&k, d), A, PROBE);
    cr_assert_eq(kit_status(&k, A).permille, 1000);
}

/* Outcomes of A by time; the machine under test sees the same world in both modes. */
static uint32_t
play(split_failover_action action, split_failover_event *log, uint32_t room)
{
    uint32_t n = 0;
    again();
    do_admin(0, A, action);
    for (int64_t ms = 0; ms < 120000; ms += 25) {
        k.key = (uint64_t)(ms / 25 % 97 + 1);
        split_failover_answer a = kit_get_key(&k, ms, k.key);
        for (uint32_t i = 0; i < k.events.n && n < room; i++)
            log[n++] = k.events.items[i];
        bool down = a.origin == A && (ms < 8000 || (ms > 60000 && ms < 61000));
        if (kit_end(&k, ms, &a, down ? CONNECT_ : OK_) == SPLIT_FAILOVER_NEXT_ATTEMPT) {
            split_failover_answer b = k.next.attempt;
            for (uint32_t i = 0; i < k.events.n && n < room; i++)
                log[n++] = k.events.items[i];
            (void)kit_end(&k, ms, &b, OK_);
        } else {
            for (uint32_t i = 0; i < k.events.n && n < room; i++)
                log[n++] = k.events.items[i];
        }
    }
    return n;
}

Test(failover_around, observe_makes_the_events_that_auto_would)
{
    static split_failover_event as_auto[256], as_observe[256];
    uint32_t n = play(SPLIT_FAILOVER_DO_AUTO, as_auto, 256);
    cr_assert_gt(n, 8);
    cr_assert_eq(play(SPLIT_FAILOVER_DO_OBSERVE, as_observe, 256), n);
    for (uint32_t i = 0; i < n; i++) {
        cr_assert_eq(as_auto[i].at_us, as_observe[i].at_us);
        cr_assert_eq(as_auto[i].cause, as_observe[i].cause);
        cr_assert_eq(as_auto[i].to, as_observe[i].to);
        cr_assert_eq(as_auto[i].gen, as_observe[i].gen);
    }
}

Test(failover_around, forced_up_serves_unscored)
{
    (void)kit_trip(&k, 0);
    do_admin(300, A, SPLIT_FAILOVER_DO_FORCE_UP);
    split_failover_answer a = kit_get(&k, 301);
    cr_answer(a, A, FORCED);
    do_admin(302, A, SPLIT_FAILOVER_DO_AUTO);
    (void)kit_end(&k, 303, &a, OK_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_UNSCORED);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_around, reset_closes_and_forgets)
{
    (void)kit_trip(&k, 0);
    do_admin(300, A, SPLIT_FAILOVER_DO_RESET);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RESET);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    cr_assert_eq(kit_status(&k, A).level, 0);
    cr_answer(kit_get(&k, 301), A, NORMAL);
}

Test(failover_around, approve_outside_hold_does_nothing)
{
    (void)kit_trip(&k, 0);
    do_admin(300, A, SPLIT_FAILOVER_DO_APPROVE);
    cr_assert_eq(k.events.n, 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

Test(failover_around, the_last_origin_of_a_chain_is_never_ejected)
{
    for (int i = 0; i < 20; i++) {
        split_failover_answer a = kit_send(&k, i * 50, (split_failover_request){.chain = CHAIN_LEG, .safe = true});
        (void)kit_end(&k, i * 50, &a, STATUS_);
        if (i == 4) {
            cr_assert_eq(k.events.n, 1);
            cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_SUPPRESSED_LAST);
            cr_assert_eq(k.events.items[0].transition, 0);
        } else {
            cr_assert_eq(k.events.n, 0);
        }
    }
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_CLOSED);
    cr_assert(kit_status(&k, B).degraded);
    cr_assert(kit_send(&k, 1000, (split_failover_request){.chain = CHAIN_LEG}).flags & SPLIT_FAILOVER_FLAG_DEGRADED);
}

Test(failover_around, a_push_back_sets_the_floor_of_the_next_ejection)
{
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get(&k, i * 50);
        const split_failover_outcome o = {.klass = STATUS_, .push_back_us = 20000000};
        cr_assert_eq(split_failover_report(k.fo, i * 50000, &a.token, &o, &k.next, NULL), 0);
    }
    cr_assert_eq(kit_status(&k, A).open_left_us, 20000000);
}

Test(failover_around, a_floor_is_used_once)
{
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get(&k, i * 50);
        const split_failover_outcome o = {.klass = STATUS_, .push_back_us = 1000000000};
        cr_assert_eq(split_failover_report(k.fo, i * 50000, &a.token, &o, &k.next, NULL), 0);
    }
    cr_assert_eq(kit_status(&k, A).open_left_us, 300000000);
    split_failover_answer probe = kit_get(&k, 300200);
    cr_answer(probe, A, PROBE);
    (void)kit_end(&k, 300200, &probe, STATUS_);
    cr_assert_eq(kit_status(&k, A).open_left_us, 10000000);
}

Test(failover_around, a_new_run_counts_its_own_keys)
{
    split_failover_answer a = kit_get_key(&k, 0, 1);
    (void)kit_end(&k, 0, &a, STATUS_);
    a = kit_get_key(&k, 10, 1);
    (void)kit_end(&k, 10, &a, OK_);
    for (int i = 0; i < 10; i++) {
        a = kit_get_key(&k, 100 + i * 50, 2);
        (void)kit_end(&k, 100 + i * 50, &a, STATUS_);
    }
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_CLOSED);
    cr_assert_eq(kit_status(&k, A).run_keys, 1);
}

Test(failover_around, an_origin_that_just_moved_is_not_probed_in_the_same_call)
{
    k.o.base_open_us = 0;
    again();
    for (int i = 0; i < 5; i++)
        kit_one(&k, i * 50, STATUS_);
    cr_answer(kit_get(&k, 300), A, PROBE);
    cr_answer(kit_get(&k, 300 + 60000), B, NORMAL);
    cr_assert_eq(k.events.n, 1);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT);
    cr_answer(kit_get(&k, 300 + 60000), A, PROBE);
}

static const split_failover_class slow = SPLIT_FAILOVER_CLASS_SLOW;

/* Ten answers of B, so many of them slow, by way of its own chain. */
static void
load_b(int64_t ms, int n_slow)
{
    for (int i = 0; i < 10; i++) {
        split_failover_answer b = kit_send(&k, ms, (split_failover_request){.chain = CHAIN_LEG, .safe = true});
        (void)kit_end(&k, ms, &b, i < n_slow ? slow : OK_);
    }
}

static split_failover_cause
ratio_of_a(int n_slow_of_b)
{
    k.o.consecutive = 0;
    k.o.min_samples = 10;
    k.o.max_attempts = 1;
    again();
    load_b(0, n_slow_of_b);
    for (int i = 0; i < 10; i++) {
        split_failover_answer a = kit_get(&k, 1);
        (void)kit_end(&k, 1, &a, STATUS_);
    }
    cr_assert_eq(k.events.n, 1);
    return k.events.items[0].cause;
}

Test(failover_around, a_peer_that_fails_nearly_as_much_is_a_common_cause)
{
    cr_assert_eq(ratio_of_a(10), SPLIT_FAILOVER_CAUSE_SUPPRESSED_COMMON_CAUSE);
    cr_assert_eq(ratio_of_a(9), SPLIT_FAILOVER_CAUSE_RATIO);
}

Test(failover_around, a_peer_that_only_returns_is_no_common_cause)
{
    static const char *const names[] = {"A", "B", "C"};
    static const split_failover_chain chains[] = {{3, {A, B, 2}}, {3, {B, A, 2}}};
    k.o.origins = names;
    k.o.n_origins = 3;
    k.o.chains = chains;
    k.o.min_samples = 5;
    again();
    int64_t r = kit_ramp(&k);
    uint64_t low = kit_key_in(&k, r, 0, 50);
    for (int i = 0; i < 5; i++) {
        split_failover_answer a = kit_get_key(&k, r, low);
        cr_answer(a, A, RAMP);
        (void)kit_end(&k, r, &a, slow);
    }
    for (int i = 0; i < 5; i++) {
        split_failover_answer b = kit_send(&k, r, (split_failover_request){.chain = 1, .safe = true});
        cr_answer(b, B, NORMAL);
        (void)kit_end(&k, r, &b, STATUS_);
    }
    cr_assert_eq(kit_state(&k, B), SPLIT_FAILOVER_OPEN);
    cr_assert_eq(k.events.items[0].cause, SPLIT_FAILOVER_CAUSE_RATIO);
}

Test(failover_around, verification_may_take_a_minute_and_no_longer)
{
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    (void)kit_end(&k, d, &probe, NEUTRAL_);
    cr_assert_eq(split_failover_tick(k.fo, (d + 59999) * 1000, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HALF_OPEN);
    cr_assert_eq(split_failover_tick(k.fo, (d + 60000) * 1000, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
}

static int64_t
held(uint32_t flap_limit)
{
    k.o.failback = SPLIT_FAILOVER_FAILBACK_DELAY;
    k.o.failback_delay_us = 7000000;
    k.o.flap_limit = flap_limit;
    again();
    int64_t d = kit_trip(&k, 0);
    for (int i = 0; i < 3; i++)
        kit_one(&k, d + i * 500, OK_);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    return d + 1000;
}

Test(failover_around, a_delayed_failback_comes_exactly_then)
{
    int64_t h = held(5);
    cr_assert_eq(split_failover_tick(k.fo, (h + 6999) * 1000, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    cr_assert_eq(split_failover_deadline(k.fo), (h + 7000) * 1000);
    cr_assert_eq(split_failover_tick(k.fo, (h + 7000) * 1000, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
}

Test(failover_around, a_latched_origin_does_not_return_by_time_and_approval_unlatches)
{
    int64_t h = held(1);
    cr_assert_eq(split_failover_tick(k.fo, (h + 20000) * 1000, &k.events), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_HOLD);
    cr_assert(kit_status(&k, A).latched);
    do_admin(h + 20001, A, SPLIT_FAILOVER_DO_APPROVE);
    cr_assert_not(kit_status(&k, A).latched);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_RAMP);
}

Test(failover_around, an_outcome_leaves_the_window_with_its_slot)
{
    kit_one(&k, 0, OK_);
    cr_assert_eq(split_failover_tick(k.fo, 9999999, NULL), 0);
    cr_assert_eq(kit_status(&k, A).total, 1);
    cr_assert_eq(split_failover_tick(k.fo, 10000000, NULL), 0);
    cr_assert_eq(kit_status(&k, A).total, 0);
}

Test(failover_around, drill_sends_about_its_share_to_the_second_origin)
{
    k.o.drill_permille = 100;
    again();
    int drilled = 0;
    for (int i = 0; i < 5000; i++) {
        split_failover_answer a = kit_get(&k, i);
        drilled += (a.flags & SPLIT_FAILOVER_FLAG_DRILL) != 0;
        cr_assert_eq((a.flags & SPLIT_FAILOVER_FLAG_DRILL) != 0, a.reason == SPLIT_FAILOVER_REASON_DRILL);
        cr_assert_eq(a.origin == B, (a.flags & SPLIT_FAILOVER_FLAG_DRILL) != 0);
        (void)kit_end(&k, i, &a, OK_);
        cr_answer(kit_post(&k, i), A, NORMAL);
    }
    cr_assert_gt(drilled, 400);
    cr_assert_lt(drilled, 600);
}

static split_failover_answer
pinned_to(uint32_t origin, int64_t ms)
{
    return kit_send(&k, ms, (split_failover_request){.has_pin = true, .pinned = origin, .safe = true, .replayable = true});
}

Test(failover_around, a_session_that_stays_keeps_the_fallback)
{
    k.o.sticky = SPLIT_FAILOVER_STICKY_STAY;
    again();
    split_failover_answer a = pinned_to(B, 0);
    cr_answer(a, B, NORMAL);
    cr_assert_eq(a.reason, SPLIT_FAILOVER_REASON_PINNED);
    cr_assert_eq(a.flags & SPLIT_FAILOVER_FLAG_REPIN, 0);
    int64_t d = kit_trip(&k, 0);
    a = pinned_to(A, 300);
    cr_answer(a, B, NORMAL);
    cr_assert(a.flags & SPLIT_FAILOVER_FLAG_REPIN);
    cr_answer(pinned_to(B, d), B, NORMAL);
    cr_answer(pinned_to(A, d), A, PROBE);
}

Test(failover_around, a_session_that_returns_follows_the_chain)
{
    split_failover_answer a = pinned_to(B, 0);
    cr_answer(a, A, NORMAL);
    cr_assert(a.flags & SPLIT_FAILOVER_FLAG_REPIN);
}

Test(failover_around, a_refused_post_is_also_not_resent_when_it_never_left)
{
    k.o.unsafe_failover = SPLIT_FAILOVER_UNSAFE_REFUSE;
    again();
    split_failover_answer a = kit_post(&k, 0);
    cr_answer(a, A, NORMAL);
    cr_assert_eq(kit_end(&k, 1, &a, CONNECT_), SPLIT_FAILOVER_NEXT_GIVE_UP_UNSAFE);
}

Test(failover_around, a_fixed_cap_diverts_and_then_sheds)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_FIXED;
    k.o.in_flight_cap = 2;
    again();
    split_failover_answer held = kit_get(&k, 0);
    cr_answer(held, A, NORMAL);
    cr_answer(kit_get(&k, 0), A, NORMAL);
    cr_answer(kit_get(&k, 0), B, NORMAL);
    cr_answer(kit_get(&k, 0), B, NORMAL);
    split_failover_answer none = kit_get(&k, 0);
    cr_answer(none, SPLIT_FAILOVER_NONE, FAIL_FAST);
    cr_assert_eq(none.reason, SPLIT_FAILOVER_REASON_IN_FLIGHT_CAP);
    (void)kit_end(&k, 1, &held, NEUTRAL_);
    cr_assert_eq(kit_status(&k, A).in_flight, 1);
    cr_answer(kit_get(&k, 2), A, NORMAL);
}

Test(failover_around, an_aimd_cap_falls_by_a_tenth_and_grows_by_one)
{
    k.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
    k.o.in_flight_cap = 20;
    k.o.in_flight_min = 15;
    again();
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 20);
    for (int i = 0; i < 4; i++)
        kit_one(&k, i, SPLIT_FAILOVER_CLASS_SLOW);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 15);
    split_failover_answer many[10];
    for (int i = 0; i < 10; i++)
        many[i] = kit_get(&k, 10);
    (void)kit_end(&k, 11, &many[0], OK_);
    cr_assert_eq(kit_status(&k, A).in_flight_cap, 16);
}

static size_t
snapshot(int64_t ms, uint8_t *buf, size_t room)
{
    size_t n = 0;
    cr_assert_eq(split_failover_snapshot(k.fo, ms * 1000, buf, room, &n), 0);
    cr_assert_eq(n, split_failover_snapshot_size(k.fo));
    return n;
}

Test(failover_around, a_snapshot_carries_remaining_time_to_another_clock)
{
    static uint8_t buf[8192], copy[8192];
    (void)kit_trip(&k, 0);
    size_t n = snapshot(1200, buf, sizeof buf);
    again();
    cr_assert_eq(split_failover_restore(k.fo, 900000000, buf, n), 0);
    cr_assert_eq(kit_state(&k, A), SPLIT_FAILOVER_OPEN);
    cr_assert_eq(kit_status(&k, A).open_left_us, 4000000);
    cr_assert_eq(snapshot(900000, copy, sizeof copy), n);
    cr_assert_arr_eq(buf, copy, n);
    cr_answer(kit_get(&k, 903999), B, NORMAL);
    cr_answer(kit_get(&k, 904000), A, PROBE);
}

Test(failover_around, a_damaged_snapshot_changes_nothing)
{
    static uint8_t buf[8192], before[8192], after[8192];
    split_failover_answer probe;
    int64_t d = kit_trip(&k, 0);
    probe = kit_get(&k, d);
    (void)probe;
    size_t n = snapshot(d, buf, sizeof buf);
    (void)snapshot(d, before, sizeof before);
    for (size_t i = 0; i < n; i++) {
        buf[i] ^= 0x40;
        cr_assert_eq(split_failover_restore(k.fo, d * 1000, buf, n), SPLIT_ERR_SNAPSHOT);
        buf[i] ^= 0x40;
    }
    for (size_t i = 0; i < n; i += 7)
        cr_assert_eq(split_failover_restore(k.fo, d * 1000, buf, i), SPLIT_ERR_SNAPSHOT);
    (void)snapshot(d, after, sizeof after);
    cr_assert_arr_eq(before, after, n);
    cr_assert_eq(split_failover_snapshot(k.fo, 0, buf, n - 1, &n), SPLIT_ERR_SPACE);
    cr_assert_eq(split_failover_restore(k.fo, 0, NULL, 0), SPLIT_ERR_ARG);
    cr_assert_eq(split_failover_snapshot(k.fo, 0, NULL, 0, &n), SPLIT_ERR_ARG);
}

/* A machine in which the origins have other places: [C, B, A]. */
static void
reload_reordered(void)
{
    static const char *const names[] = {"C", "B", "A"};
    static const split_failover_chain chains[] = {{3, {2, 1, 0}}, {1, {1}}};
    split_failover_options o = k.o;
    split_failover *fresh;
    o.origins = names;
    o.n_origins = 3;
    o.chains = chains;
    cr_assert_eq(split_failover_new(&o, NULL, &fresh), 0);
    cr_assert_eq(split_failover_reload(fresh, k.fo), 0);
    kit_close(&k);
    k.fo = fresh;
}

Test(failover_around, reload_keeps_the_state_of_the_same_names)
{
    int64_t d = kit_trip(&k, 0);
    split_failover_answer probe = kit_get(&k, d);
    reload_reordered();
    cr_assert_eq(kit_state(&k, 2), SPLIT_FAILOVER_HALF_OPEN);
    cr_assert_eq(kit_state(&k, 0), SPLIT_FAILOVER_CLOSED);
    cr_assert_eq(kit_status(&k, 2).n_leases, 1);
    (void)kit_end(&k, d + 1, &probe, OK_);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_APPLIED);
    cr_assert_eq(kit_status(&k, 2).probe_ok, 1);
}

Test(failover_around, after_a_reload_a_request_still_visits_no_origin_twice)
{
    split_failover_answer a = kit_get(&k, 0);
    reload_reordered();
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_answer(k.next.attempt, 1, NORMAL);
    split_failover_answer b = k.next.attempt;
    cr_assert_eq(kit_end(&k, 2, &b, STATUS_), SPLIT_FAILOVER_NEXT_GIVE_UP_ATTEMPTS);
}

Test(failover_around, the_token_of_a_removed_origin_is_stale)
{
    static const char *const names[] = {"B"};
    static const split_failover_chain chains[] = {{1, {0}}, {1, {0}}};
    split_failover_options o = k.o;
    split_failover *fresh;
    split_failover_answer a = kit_get(&k, 0);
    o.origins = names;
    o.n_origins = 1;
    o.chains = chains;
    cr_assert_eq(split_failover_new(&o, NULL, &fresh), 0);
    cr_assert_eq(split_failover_reload(fresh, k.fo), 0);
    kit_close(&k);
    k.fo = fresh;
    cr_assert_eq(kit_end(&k, 1, &a, STATUS_), SPLIT_FAILOVER_NEXT_ATTEMPT);
    cr_assert_eq(k.next.credit, SPLIT_FAILOVER_CREDIT_STALE);
    cr_answer(k.next.attempt, 0, NORMAL);
}

Test(failover_around, the_deadline_is_the_next_change)
{
    cr_assert_eq(split_failover_deadline(k.fo), SPLIT_NEVER);
    int64_t d = kit_trip(&k, 0);
    cr_assert_eq(split_failover_deadline(k.fo), d * 1000);
    cr_assert_eq(split_failover_tick(k.fo, d * 1000, NULL), 0);
    cr_assert_eq(split_failover_deadline(k.fo), (d + 30000) * 1000);
    split_failover_answer probe = kit_get(&k, d);
    cr_assert_eq(probe.deadline_us, (d + 500) * 1000);
    (void)kit_end(&k, d + 1, &probe, NEUTRAL_);
    cr_assert_eq(k.next.deadline_us, (d + 500) * 1000);
}

/* One process routes, another one with its own mapping of the same file reports: the block holds no addresses. */
Test(failover_around, two_processes_share_one_machine_at_different_addresses)
{
    char path[] = "/tmp/split-failover-XXXXXX";
    int fd = mkstemp(path);
    size_t n = (split_failover_size(&k.o) + 4095) / 4096 * 4096;
    cr_assert(fd >= 0 && ftruncate(fd, (off_t)n) == 0);
    void *mine = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *space = mmap(NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    split_failover *fo;
    split_failover_answer a;
    split_failover_request req = {.key = 1, .safe = true, .replayable = true};
    cr_assert_eq(split_failover_init(mine, n, &k.o, &fo), 0);
    for (int i = 0; i < 5; i++) {
        req.key = (uint64_t)i;
        cr_assert_eq(split_failover_route(fo, i * 50000, &req, &a, NULL), 0);
        pid_t child = fork();
        if (child == 0) {
            const split_failover_outcome outcome = {.klass = STATUS_};
            void *theirs = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            bool moved = theirs != MAP_FAILED && theirs != mine;
            int err = moved ? split_failover_report(theirs, i * 50000, &a.token, &outcome, &k.next, NULL) : -1;
            _exit(err == 0 && k.next.next == SPLIT_FAILOVER_NEXT_ATTEMPT ? 0 : 1);
        }
        int status = -1;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert_eq(status, 0);
    }
    split_failover_status s;
    cr_assert_eq(split_failover_origin_status(fo, A, &s), 0);
    cr_assert_eq(s.state, SPLIT_FAILOVER_OPEN);
    cr_assert_eq(s.n_reported, 5);
    cr_assert_eq(split_failover_route(fo, 5200000, &req, &a, NULL), 0);
    cr_answer(a, A, PROBE);
    munmap(space, n);
    munmap(mine, n);
    close(fd);
    unlink(path);
}
