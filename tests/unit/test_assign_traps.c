/* SPDX-License-Identifier: MIT */
/* Mistakes that other systems shipped, each as a test that ours does not make it. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "plans.h"

#define N 100000

static split_assignment
assigned(const split_plan *plan, const char *key, size_t len)
{
    split_assignment a;
    cr_assert_eq(split_assign(plan, key, len, &a), 0);
    return a;
}

/* hash % total_weight re-draws half of all users when a weight goes from 100 to 101. */
Test(assign_traps, one_more_unit_of_weight_does_not_redraw_everybody)
{
    split_plan *before = PLAN_OF(100, 100), *after = NULL, *fresh = PLAN_OF(101, 100);
    uint32_t moved, moved_fresh;
    unsigned changed = 0;
    cr_assert_eq(
        split_plan_reweight_new(before, (const uint64_t[]){101, 100}, 2, NULL, &after, &moved), 0);
    cr_assert_eq(split_plan_diff(before, fresh, NULL, 0, &moved_fresh), 0);
    cr_assert_eq(moved, 2608, "a quarter of a percent: 101/201 - 1/2");
    cr_assert_eq(moved_fresh, 2608);
    for (int i = 0; i < N; i++) {
        char key[16];
        size_t len = (size_t)snprintf(key, sizeof key, "%d", i);
        changed += assigned(before, key, len).variant != assigned(after, key, len).variant;
    }
    cr_assert_lt(changed, N / 250);
    split_plan_free(&before, NULL);
    split_plan_free(&after, NULL);
    split_plan_free(&fresh, NULL);
}

/* FNV-1a without a final mixer gave 100/0 instead of 90/10 for names that differ in the last
 * byte. */
Test(assign_traps, names_that_differ_in_the_last_byte_are_spread)
{
    split_plan *plan = PLAN_OF(90, 10);
    unsigned n = 0;
    for (int stem = 0; stem < 100; stem++) {
        for (int last = 0; last < 100; last++) {
            char key[32];
            size_t len = (size_t)snprintf(key, sizeof key, "user-%d-%c", stem, '!' + last % 90);
            n += assigned(plan, key, len).variant;
        }
    }
    cr_assert(n > 800 && n < 1200, "%u of 10000", n);
    split_plan_free(&plan, NULL);
}

/* One hash for the gate and the variant: all who pass a 10 %% gate land in the first variant. */
Test(assign_traps, coverage_gate_and_variant_do_not_share_a_hash)
{
    const uint64_t w[2] = {10, 90};
    split_plan_options o = plan_options(w, 2);
    o.coverage_e6 = 10 * SPLIT_PERCENT;
    o.default_variant = 1;
    split_plan *plan = plan_or_die(&o);
    unsigned covered = 0, first = 0;
    for (int i = 0; i < N; i++) {
        char key[16];
        split_assignment a = assigned(plan, key, (size_t)snprintf(key, sizeof key, "%d", i));
        covered += a.reason == SPLIT_RULE_HASH;
        first += a.reason == SPLIT_RULE_HASH && a.variant == 0;
    }
    cr_assert(covered > 9500 && covered < 10500, "%u", covered);
    cr_assert(first > 850 && first < 1150, "%u of %u", first, covered);
    split_plan_free(&plan, NULL);
}

/* A float32 rounded up to bucket 10000 of 10000; an exact 100 % lost the largest hash. */
Test(assign_traps, the_last_bucket_belongs_to_somebody)
{
    const uint64_t last_only[2] = {SPLIT_BUCKETS - 1, 1}, all[1] = {1};
    split_plan *plan = plan_of_weights(last_only, 2), *full = plan_of_weights(all, 1);
    unsigned found = 0;
    for (unsigned i = 0; i < 8000000 && found == 0; i++) {
        char key[16];
        size_t len = (size_t)snprintf(key, sizeof key, "%u", i);
        split_assignment a = assigned(plan, key, len);
        cr_assert_lt(a.bucket, SPLIT_BUCKETS);
        cr_assert_eq(a.variant, a.bucket == SPLIT_BUCKETS - 1);
        found += a.variant;
        cr_assert_eq(assigned(full, key, len).variant, 0);
    }
    cr_assert_eq(found, 1, "a key with the largest bucket was met");
    split_plan_free(&plan, NULL);
    split_plan_free(&full, NULL);
}

/* A signed 64-bit modulo is negative for half of all hashes: "< 10 %" then took 54 %. */
Test(assign_traps, hashes_with_the_top_bit_set_are_not_negative)
{
    split_plan *plan = PLAN_OF(10, 90);
    unsigned n[2] = {0, 0}, first[2] = {0, 0};
    for (int i = 0; i < N; i++) {
        char key[16];
        uint64_t hash;
        size_t len = (size_t)snprintf(key, sizeof key, "%d", i);
        cr_assert_eq(split_plan_unit_hash(plan, key, len, &hash), 0);
        n[hash >> 63]++;
        first[hash >> 63] += assigned(plan, key, len).variant == 0;
    }
    for (int top = 0; top < 2; top++)
        cr_assert(fabs(first[top] / (double)n[top] - 0.1) < 0.006, "%u of %u", first[top], n[top]);
    split_plan_free(&plan, NULL);
}

/* UTF-16 code units cut to bytes make names collide: U+0161 and U+0261 end in the same byte as
 * "a". */
Test(assign_traps, names_beyond_ascii_are_hashed_as_utf8_bytes)
{
    const uint64_t w[3] = {1, 10, 1};
    split_plan_options o = plan_options(w, 3);
    o.salt = "search-2026";
    split_plan *plan = plan_or_die(&o);
    static const char *const alike[] = {"a", "\xc5\xa1", "\xc9\xa1"};
    cr_assert_eq(assigned(plan, "\xc4\x9d\xc5\x93s\xc2\xa3", 7).bucket, 125918, "a known answer");
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(assigned(plan, alike[i], strlen(alike[i])).bucket,
                          assigned(plan, alike[j], strlen(alike[j])).bucket);
    split_plan_free(&plan, NULL);
}

/* Zero bytes and bytes that are no text are keys like any other: nothing stops at a terminator. */
Test(assign_traps, keys_are_bytes_to_their_last)
{
    split_plan *plan = PLAN_OF(1, 1);
    cr_assert_neq(assigned(plan, "a\0b", 3).bucket, assigned(plan, "a\0c", 3).bucket);
    cr_assert_neq(assigned(plan, "a", 1).bucket, assigned(plan, "a\0", 2).bucket);
    cr_assert_neq(assigned(plan, "\xff\xfe", 2).bucket, assigned(plan, "\xff\xff", 2).bucket);
    split_plan_free(&plan, NULL);
}
