/* SPDX-License-Identifier: MIT */
/* Guards that only a mutant of the source made us test: drill, caps, restore, the ramp's deadline (DESIGN.md F26-F33). */
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
