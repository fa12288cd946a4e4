/* SPDX-License-Identifier: MIT */
/* Snapshots with a right checksum that no machine could have written are refused, field by field (design/failover.md F32). */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "failover_kit.h"

/* Words of the head, then of an origin; slots, leases and stamps follow with two buckets, two leases, three stamps. */
enum { MAGIC, N_ORIGINS, BUCKETS, SLOT_LEN, N_LEASES, N_FLAPS, SEQ, BUDGET, REGRESSIONS, HEAD };
enum {
    ID, RUN_START, OPEN_UNTIL, FLOOR, SINCE, LAST_PROBE, RUN, HARD_RUN, GEN, EPOCH, GOOD, BAD, LOST, IN_FLIGHT, LIMIT,
    STATE, MODE, LEVEL, DEGRADED, LATCHED, STEP, N_STAMPS, RUN_KEYS, ISSUED, REPORTED, STALE, SLOT_KEYS, SLOT_TOTAL,
    SLOT_BAD, LEASE = SLOT_KEYS + 6, EXPIRY, LEASE_2, EXPIRY_2, STAMP, STAMP_2, STAMP_3, BODY
};

static failover_kit k;
static uint64_t words[512];
static size_t n_words;

static void
prepare(void)
{
    kit_options(&k);
    k.o.window_us = 2000000;
    k.o.buckets = 2;
    k.o.probes_in_flight = 2;
    k.o.flap_limit = 3;
    kit_open(&k);
}

static void
done(void)
{
    kit_close(&k);
}

TestSuite(failover_forged, .init = prepare, .fini = done);

static void
save(int64_t ms)
{
    size_t n = 0;
    cr_assert_eq(split_failover_snapshot(k.fo, ms * 1000, words, sizeof words, &n), 0);
    n_words = n / 8;
    cr_assert_eq(n_words, HEAD + 2 * BODY + 1);
}

static int
restore(void)
{
    words[n_words - 1] = XXH64(words, (n_words - 1) * 8, 0);
    return split_failover_restore(k.fo, 0, words, n_words * 8);
}

/* One word changed: refused; and as it was: taken. */
static void
refuses_at(size_t at, uint64_t value, int line)
{
    const uint64_t was = words[at];
    words[at] = value;
    cr_assert_eq(restore(), SPLIT_ERR_SNAPSHOT, "line %d", line);
    words[at] = was;
    cr_assert_eq(restore(), 0, "line %d", line);
}

#define REFUSES_HEAD(field, value) refuses_at(field, (uint64_t)(value), __LINE__)
#define REFUSES(field, value) refuses_at(HEAD + field, (uint64_t)(value), __LINE__)

/* A is OPEN after one trip; returns when it is due. */
static int64_t
open_a(void)
{
    const int64_t d = kit_trip(&k, 0);
    save(1000);
    return d;
}

static void
verify_a(int64_t d)
{
    for (int64_t i = 0; i < 3; i++)
        kit_one(&k, d + i * 500, OK_);
}

Test(failover_forged, a_head_describes_some_machine)
{
    save(0);
    REFUSES_HEAD(MAGIC, words[MAGIC] + 1);
    REFUSES_HEAD(N_ORIGINS, 0);
    REFUSES_HEAD(N_ORIGINS, 65);
    REFUSES_HEAD(N_ORIGINS, words[N_ORIGINS] + (UINT64_C(1) << 32));
    REFUSES_HEAD(BUCKETS, 0);
    REFUSES_HEAD(BUCKETS, 17);
    REFUSES_HEAD(SLOT_LEN, 0);
    REFUSES_HEAD(SLOT_LEN, -1);
    REFUSES_HEAD(SLOT_LEN, (INT64_C(1) << 53) + 1);
    REFUSES_HEAD(N_LEASES, 0);
    REFUSES_HEAD(N_LEASES, 9);
    REFUSES_HEAD(N_FLAPS, 9);
    REFUSES_HEAD(SEQ, UINT64_C(1) << 63);
    REFUSES_HEAD(BUDGET, UINT64_C(1) << 32);
    REFUSES_HEAD(REGRESSIONS, UINT64_C(1) << 63);
}

Test(failover_forged, a_machine_of_no_origins_is_none)
{
    save(0);
    words[N_ORIGINS] = 0;
    n_words = HEAD + 1;
    cr_assert_eq(restore(), SPLIT_ERR_SNAPSHOT);
}

Test(failover_forged, a_machine_without_leases_is_none)
{
    save(0);
    words[N_LEASES] = 0;
    memmove(words + HEAD + LEASE, words + HEAD + STAMP, (BODY - STAMP + LEASE) * 8);
    memmove(words + HEAD + BODY - 4 + LEASE, words + HEAD + BODY - 4 + STAMP, 3 * 8);
    n_words -= 8;
    cr_assert_eq(restore(), SPLIT_ERR_SNAPSHOT);
}

Test(failover_forged, a_name_occurs_once)
{
    save(0);
    REFUSES(ID, words[HEAD + BODY + ID]);
}

Test(failover_forged, words_are_in_their_range)
{
    (void)open_a();
    REFUSES(STATE, SPLIT_FAILOVER_STATE_COUNT);
    REFUSES(STATE, 257);
    REFUSES(MODE, SPLIT_FAILOVER_MODE_COUNT);
    REFUSES(LEVEL, 256);
    REFUSES(DEGRADED, 2);
    REFUSES(LATCHED, 2);
    REFUSES(N_STAMPS, 4);
    REFUSES(GEN, UINT64_C(1) << 32);
    REFUSES(EPOCH, UINT64_C(1) << 32);
    REFUSES(LOST, UINT64_C(1) << 32);
    REFUSES(IN_FLIGHT, UINT64_C(1) << 32);
    REFUSES(LIMIT, 1000000001);
    REFUSES(STALE, words[HEAD + REPORTED] + 1);
    REFUSES(REPORTED, UINT64_C(1) << 63);
    REFUSES(ISSUED, UINT64_C(1) << 63);
}

Test(failover_forged, an_ejected_origin_has_nothing_of_a_serving_one)
{
    (void)open_a();
    REFUSES(LEVEL, 0);
    REFUSES(RUN, 5);
    REFUSES(HARD_RUN, 1);
    REFUSES(DEGRADED, 1);
    REFUSES(GOOD, 1);
    REFUSES(BAD, 1);
    REFUSES(STEP, 1);
    REFUSES(SLOT_TOTAL, 1);
    REFUSES(LEASE, 1);
    REFUSES(EXPIRY, 1);
    REFUSES(OPEN_UNTIL, (INT64_C(1) << 54) + 1);
    REFUSES(OPEN_UNTIL, INT64_MIN);
    REFUSES(SINCE, 1);
    REFUSES(LAST_PROBE, 1);
    REFUSES(RUN_START, 1);
    REFUSES(STAMP, 1);
    REFUSES(STAMP_2, -5);
}

Test(failover_forged, trips_are_in_order)
{
    (void)open_a();
    words[HEAD + N_STAMPS] = 2;
    words[HEAD + STAMP_2] = words[HEAD + STAMP];
    cr_assert_eq(restore(), 0);
    REFUSES(STAMP_2, words[HEAD + STAMP] - 1);
}

Test(failover_forged, there_are_no_more_trips_than_room_for_them)
{
    (void)open_a();
    words[HEAD + N_STAMPS] = 3;
    for (int i = 0; i < 3; i++)
        words[HEAD + STAMP + i] = (uint64_t)-INT64_C(1000000000000);
    cr_assert_eq(restore(), 0);
    REFUSES(N_STAMPS, 4);
}

Test(failover_forged, evidence_of_a_serving_origin_adds_up)
{
    for (int64_t i = 0; i < 2; i++)
        kit_one(&k, i, CONNECT_);
    save(2);
    REFUSES(HARD_RUN, 3);
    REFUSES(RUN, 1);
    REFUSES(RUN_KEYS, 0);
    REFUSES(RUN_KEYS, 7);
    REFUSES(RUN_START, 1);
    REFUSES(SLOT_TOTAL, 1);
    REFUSES(SLOT_BAD, 0);
    REFUSES(SLOT_KEYS, 0);
    REFUSES(SLOT_KEYS, 7);
    REFUSES(GOOD, 1);
    REFUSES(BAD, 1);
    REFUSES(STEP, 1);
    REFUSES(LATCHED, 1);
    REFUSES(LEASE, 1);
}

Test(failover_forged, leases_belong_to_probes_that_were_sent)
{
    const int64_t d = open_a();
    cr_answer(kit_get(&k, d), A, PROBE);
    cr_answer(kit_get(&k, d + 500), A, PROBE);
    save(d + 500);
    REFUSES(LEASE, words[SEQ] + 1);
    REFUSES(LEASE, words[HEAD + LEASE_2]);
    REFUSES(LEASE, 0);
    REFUSES(EXPIRY, (INT64_C(1) << 53) + 1);
    REFUSES(OPEN_UNTIL, 1);
    REFUSES(STATE, SPLIT_FAILOVER_HOLD);
    REFUSES(STATE, SPLIT_FAILOVER_RAMP);
    REFUSES(STATE, SPLIT_FAILOVER_CLOSED);
    REFUSES(STATE, SPLIT_FAILOVER_OPEN);
}

Test(failover_forged, a_held_origin_has_one_lease_at_most_and_counts_nothing)
{
    k.o.failback = SPLIT_FAILOVER_FAILBACK_MANUAL;
    kit_close(&k);
    kit_open(&k);
    const int64_t d = open_a();
    verify_a(d);
    cr_answer(kit_get(&k, d + 40000), A, PROBE);
    save(d + 40000);
    REFUSES(LEASE_2, 1);
    REFUSES(GOOD, 1);
    REFUSES(BAD, 1);
    REFUSES(STATE, SPLIT_FAILOVER_RAMP);
}

Test(failover_forged, a_ramp_is_at_one_of_its_steps_and_not_latched)
{
    verify_a(open_a());
    save(7000);
    REFUSES(STEP, SPLIT_FAILOVER_RAMP_MAX);
    REFUSES(LATCHED, 1);
    REFUSES(OPEN_UNTIL, 1);
    REFUSES(LEVEL, 0);
    REFUSES(LEASE, 1);
}
