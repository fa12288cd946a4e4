/* SPDX-License-Identifier: MIT */
/*
 * Random histories of weights, against a second implementation of design/assignment.md A5-A13 that knows only
 * single buckets. SPLIT_TEST_HISTORIES=N runs N of them instead of the short form; SPLIT_TEST_SEED
 * repeats a failure.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"

typedef struct history {
    uint64_t seed;
    size_t n_variants;
    size_t n_steps;
} history;

static uint64_t
n_histories(uint64_t otherwise)
{
    const char *text = getenv("SPLIT_TEST_HISTORIES");
    return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

/* Weights in which zeros, equal ones, and very different ones are all frequent. */
static size_t
random_weights(uint64_t *seed, size_t n, uint64_t *out)
{
    static const uint64_t usual[] = {0, 0, 1, 1, 5, 10, 10, 25, 50, 90, 100, 1000000};
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = test_random(seed);
        out[i] = r % 3 == 0 ? r >> 33 : usual[(r >> 8) % (sizeof usual / sizeof usual[0])];
        sum += out[i];
    }
    if (sum == 0)
        out[test_random(seed) % n] = 1;
    return n;
}

static history
random_history(uint64_t *seed)
{
    uint64_t r = test_random(seed);
    size_t n_variants = r % 2 == 0 ? 2 + (r >> 8) % 4 : 2 + (r >> 8) % 63;
    return (history){test_random(seed), n_variants, 2 + (r >> 40) % 5};
}

/* ---- the oracle: one byte for each bucket ---- */

typedef struct oracle {
    size_t n_variants;
    uint8_t owner[SPLIT_BUCKETS];
    uint8_t home[SPLIT_BUCKETS];
} oracle;

static oracle model;

__extension__ typedef unsigned __int128 wide;

/* Largest remainder, by handing out one bucket after the other with 128-bit products instead of
 * remainders. */
static void
oracle_counts(const uint64_t *weights, size_t n, uint32_t *out)
{
    wide sum = 0;
    uint64_t given = 0;
    bool served[SPLIT_VARIANTS_MAX] = {false};
    for (size_t i = 0; i < n; i++)
        sum += weights[i];
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint32_t)((wide)weights[i] * SPLIT_BUCKETS / sum);
        given += out[i];
    }
    for (; given < SPLIT_BUCKETS; given++) {
        size_t best = n;
        wide most = 0;
        for (size_t i = 0; i < n; i++) {
            wide rest = (wide)weights[i] * SPLIT_BUCKETS % sum;
            if (!served[i] && (best == n || rest > most)) {
                best = i;
                most = rest;
            }
        }
        served[best] = true;
        out[best]++;
    }
    for (size_t i = 0; i < n; i++) {
        size_t rich = 0;
        for (size_t j = 1; j < n; j++)
            rich = out[j] > out[rich] ? j : rich;
        if (weights[i] > 0 && out[i] == 0) {
            out[rich]--;
            out[i]++;
        }
    }
}

static void
oracle_start(const uint64_t *weights, size_t n)
{
    uint32_t counts[SPLIT_VARIANTS_MAX], bucket = 0;
    oracle_counts(weights, n, counts);
    model.n_variants = n;
    for (size_t v = 0; v < n; v++)
        for (uint32_t i = 0; i < counts[v]; i++, bucket++)
            model.owner[bucket] = model.home[bucket] = (uint8_t)v;
}

/* filter 0: home is the receiver; 1: home is not the giver; 2: home is the giver. */
static void
oracle_move(size_t g, size_t r, int filter, uint32_t *give, uint32_t *take)
{
    for (uint32_t k = 0; k<SPLIT_BUCKETS && * give> 0 && *take > 0; k++) {
        uint32_t b = r < g ? k : SPLIT_BUCKETS - 1 - k;
        bool fits = filter == 0 ? model.home[b] == r : (model.home[b] == g) == (filter == 2);
        if (model.owner[b] != g || !fits)
            continue;
        model.owner[b] = (uint8_t)r;
        --*give;
        --*take;
    }
}

static void
oracle_reweight(const uint64_t *weights, size_t n)
{
    uint32_t now[SPLIT_VARIANTS_MAX] = {0}, then[SPLIT_VARIANTS_MAX] = {0};
    uint32_t give[SPLIT_VARIANTS_MAX] = {0}, take[SPLIT_VARIANTS_MAX] = {0};
    size_t all = n > model.n_variants ? n : model.n_variants;
    oracle_counts(weights, n, then);
    for (uint32_t b = 0; b < SPLIT_BUCKETS; b++)
        now[model.owner[b]]++;
    for (size_t v = 0; v < all; v++) {
        give[v] = now[v] > then[v] ? now[v] - then[v] : 0;
        take[v] = then[v] > now[v] ? then[v] - now[v] : 0;
    }
    for (int pass = 0; pass < 2; pass++)
        for (size_t g = 0; g < all; g++)
            for (size_t r = 0; r < all; r++)
                for (int filter = pass; filter <= 2 * pass; filter++)
                    if (give[g] > 0 && take[r] > 0)
                        oracle_move(g, r, filter, &give[g], &take[r]);
    /* Buckets whose home left the plan are at home nowhere. */
    for (uint32_t b = 0; b < SPLIT_BUCKETS; b++)
        model.home[b] = model.home[b] < n ? model.home[b] : 255;
    model.n_variants = n;
}

static void
expect_same_as_oracle(const split_plan *plan, uint64_t seed)
{
    uint32_t bucket = 0;
    for (size_t i = 0; i < split_plan_n_ranges(plan); i++) {
        split_range r;
        cr_assert_eq(split_plan_range(plan, i, &r), 0);
        cr_assert_eq(r.start, bucket);
        while (bucket < r.end && model.owner[bucket] == r.variant)
            bucket++;
        cr_assert(bucket == r.end, "seed %llu: bucket %u is of variant %u, should be %u",
                  (unsigned long long)seed, bucket, r.variant, model.owner[bucket]);
    }
    cr_assert_eq(bucket, SPLIT_BUCKETS);
}

/* Total-variation distance of the bucket counts, and what every layout must be. */
static void
expect_minimal_and_sound(const split_plan *before, const split_plan *after, const uint64_t *weights,
                         size_t n, uint32_t moved)
{
    uint32_t counts[SPLIT_VARIANTS_MAX], distance = 0, at = 0, last = UINT32_MAX;
    oracle_counts(weights, n, counts);
    for (size_t v = 0; v < SPLIT_VARIANTS_MAX; v++) {
        uint32_t now = split_plan_buckets(before, v), then = split_plan_buckets(after, v);
        distance += then > now ? then - now : 0;
        cr_assert(v >= n || then == counts[v]);
    }
    cr_assert_eq(moved, distance);
    for (size_t i = 0; i < split_plan_n_ranges(after); i++) {
        split_range r;
        cr_assert_eq(split_plan_range(after, i, &r), 0);
        cr_assert(r.start == at && r.end > at && r.variant < n && r.variant != last);
        at = r.end;
        last = r.variant;
    }
    cr_assert_eq(at, SPLIT_BUCKETS);
}

/* Variants may be added or the last ones taken away, once in a while. */
static size_t
next_n_variants(uint64_t *seed, size_t n)
{
    uint64_t r = test_random(seed);
    if (r % 4 == 0 && n < SPLIT_VARIANTS_MAX)
        return n + 1;
    return r % 4 == 1 && n > 2 ? n - 1 : n;
}

static void
run_history(history h, bool with_oracle, bool fixed_variants)
{
    uint64_t weights[SPLIT_VARIANTS_MAX], seed = h.seed;
    size_t n = random_weights(&seed, h.n_variants, weights), most = n;
    split_plan *plan = plan_of_weights(weights, n);
    if (with_oracle) {
        oracle_start(weights, n);
        expect_same_as_oracle(plan, h.seed);
    }
    for (size_t step = 0; step < h.n_steps; step++) {
        split_plan *next = NULL;
        uint32_t moved = 0;
        n = random_weights(&seed, fixed_variants ? n : next_n_variants(&seed, n), weights);
        cr_assert_eq(split_plan_reweight_new(plan, weights, n, NULL, &next, &moved), 0);
        expect_minimal_and_sound(plan, next, weights, n, moved);
        most = n > most ? n : most;
        cr_assert(most > 2 || split_plan_n_ranges(next) <= 2, "two variants are one threshold");
        if (with_oracle) {
            oracle_reweight(weights, n);
            expect_same_as_oracle(next, h.seed);
        }
        split_plan_free(&plan, NULL);
        plan = next;
    }
    split_plan_free(&plan, NULL);
}

Test(prop_plan, reweighting_is_the_rule_bucket_for_bucket, .timeout = 3600)
{
    uint64_t seed = test_seed("prop_plan oracle", 20261123);
    for (uint64_t i = n_histories(20); i > 0; i--)
        run_history(random_history(&seed), true, false);
}

Test(prop_plan, moved_buckets_are_the_distance_on_thousands_of_histories, .timeout = 3600)
{
    uint64_t seed = test_seed("prop_plan minimal", 3);
    for (uint64_t i = n_histories(4000); i > 0; i--)
        run_history(random_history(&seed), false, i % 2 == 0);
}

Test(prop_plan, two_variants_stay_one_threshold)
{
    uint64_t seed = test_seed("prop_plan threshold", 5);
    for (int i = 0; i < 2000; i++)
        run_history((history){test_random(&seed), 2, 6}, false, true);
}

/* One variant ramps against fixed proportions of the others, up and down, and back to where it
 * started. */
Test(prop_plan, a_ramp_of_one_variant_and_back_restores_every_user)
{
    uint64_t seed = test_seed("prop_plan ramp", 7);
    for (int i = 0; i < 1000; i++) {
        size_t n = 2 + test_random(&seed) % 6;
        uint64_t others[SPLIT_VARIANTS_MAX], weights[SPLIT_VARIANTS_MAX], sum = 0;
        for (size_t v = 1; v < n; v++)
            sum += others[v] = 1 + test_random(&seed) % 50;
        uint64_t steps[6];
        for (size_t s = 0; s < 6; s++)
            steps[s] = s == 0 || s == 5 ? 10 : test_random(&seed) % 101;
        split_plan *home = NULL, *plan = NULL;
        for (size_t s = 0; s < 6; s++) {
            split_plan *next = NULL;
            weights[0] = steps[s] * sum;
            for (size_t v = 1; v < n; v++)
                weights[v] = others[v] * (100 - steps[s]);
            if (s == 0) {
                home = plan_of_weights(weights, n);
                plan = plan_of_weights(weights, n);
                continue;
            }
            cr_assert_eq(split_plan_reweight_new(plan, weights, n, NULL, &next, NULL), 0);
            split_plan_free(&plan, NULL);
            plan = next;
        }
        cr_assert(memcmp(plan, home, split_plan_bytes(home)) == 0, "ramp %d did not come home", i);
        split_plan_free(&plan, NULL);
        split_plan_free(&home, NULL);
    }
}

/* Rebuilding from home and ranges at any point of a history changes nothing in what follows. */
Test(prop_plan, a_plan_rebuilt_from_its_ranges_goes_on_the_same)
{
    uint64_t seed = test_seed("prop_plan rebuild", 11), weights[SPLIT_VARIANTS_MAX];
    for (int i = 0; i < 500; i++) {
        split_range ranges[SPLIT_RANGES_MAX];
        uint32_t home[SPLIT_VARIANTS_MAX];
        size_t n = 2 + test_random(&seed) % 20;
        split_plan *plan = plan_of_weights(weights, random_weights(&seed, n, weights)),
                   *next = NULL;
        random_weights(&seed, n, weights);
        cr_assert_eq(split_plan_reweight_new(plan, weights, n, NULL, &next, NULL), 0);
        split_plan_options o = plan_options(NULL, n);
        o.n_ranges = split_plan_n_ranges(next);
        for (size_t r = 0; r < o.n_ranges; r++)
            cr_assert_eq(split_plan_range(next, r, &ranges[r]), 0);
        for (size_t v = 0; v < n; v++)
            home[v] = split_plan_home(next, v);
        o.ranges = ranges;
        o.home = home;
        split_plan *again = plan_or_die(&o), *a = NULL, *b = NULL;
        random_weights(&seed, n, weights);
        cr_assert_eq(split_plan_reweight_new(next, weights, n, NULL, &a, NULL), 0);
        cr_assert_eq(split_plan_reweight_new(again, weights, n, NULL, &b, NULL), 0);
        cr_assert(memcmp(a, b, split_plan_bytes(a)) == 0);
        split_plan *all[] = {plan, next, again, a, b};
        for (size_t p = 0; p < 5; p++)
            split_plan_free(&all[p], NULL);
    }
}
