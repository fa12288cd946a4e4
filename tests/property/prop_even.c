/* SPDX-License-Identifier: MIT */
/*
 * The bounds of the even mode (design/assignment.md A22-A24), for every window of every length up to 10,000.
 *
 * Let d(t) be a variant's count after t requests less its exact share of them. A window from s to t
 * deviates by d(t) - d(s), so over all windows up to a length the worst is the largest difference
 * of d within that length: a sliding maximum and minimum find it without looking at each window.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "plans.h"

#define LENGTH 10000
#define RUN (4 * LENGTH)

/* Deviations in buckets: one request is SPLIT_BUCKETS. d[v][0] is 0. */
static int64_t d[SPLIT_VARIANTS_MAX][RUN + 1];

static split_plan *
even_plan(const uint64_t *weights, size_t n)
{
    split_plan_options o = plan_options(weights, n);
    o.mode = SPLIT_MODE_EVEN;
    return plan_or_die(&o);
}

/* Take requests from `from` to `to`. */
static void
take(const split_plan *plan, split_even *even, size_t from, size_t to)
{
    for (size_t t = from; t < to; t++) {
        split_assignment a;
        cr_assert_eq(split_assign_even(plan, even, &a), 0);
        for (size_t v = 0; v < split_plan_n_variants(plan); v++)
            d[v][t + 1] = d[v][t] + (v == a.variant ? SPLIT_BUCKETS : 0) -
                          (int64_t)split_plan_buckets(plan, v);
    }
}

/* Largest |d(t) - d(s)| with from <= s < t <= to and t - s <= length, by monotonic queues of
 * positions. */
static int64_t
worst_window(const int64_t *dev, size_t from, size_t to, size_t length)
{
    static size_t high[RUN + 1], low[RUN + 1];
    size_t h0 = 0, h1 = 0, l0 = 0, l1 = 0;
    int64_t worst = 0;
    for (size_t t = from; t <= to; t++) {
        while (h0 < h1 && high[h0] + length < t)
            h0++;
        while (l0 < l1 && low[l0] + length < t)
            l0++;
        if (h0 < h1 && dev[high[h0]] - dev[t] > worst)
            worst = dev[high[h0]] - dev[t];
        if (l0 < l1 && dev[t] - dev[low[l0]] > worst)
            worst = dev[t] - dev[low[l0]];
        while (h0 < h1 && dev[high[h1 - 1]] <= dev[t])
            h1--;
        while (l0 < l1 && dev[low[l1 - 1]] >= dev[t])
            l1--;
        high[h1++] = t;
        low[l1++] = t;
    }
    return worst;
}

static int64_t
worst_prefix(const int64_t *dev, size_t from, size_t to)
{
    int64_t worst = 0;
    for (size_t t = from; t <= to; t++) {
        int64_t off = dev[t] > dev[from] ? dev[t] - dev[from] : dev[from] - dev[t];
        worst = off > worst ? off : worst;
    }
    return worst;
}

/* Tijdeman's bound for k variants, in buckets. */
static int64_t
bound(size_t k)
{
    return k < 2 ? 0 : SPLIT_BUCKETS - SPLIT_BUCKETS / (2 * (int64_t)k - 2);
}

static size_t
count_active(const uint64_t *weights, size_t n)
{
    size_t k = 0;
    for (size_t v = 0; v < n; v++)
        k += weights[v] > 0;
    return k;
}

Test(prop_even, the_fast_window_search_agrees_with_looking_at_each_window)
{
    uint64_t seed = test_seed("prop_even search", 9);
    static int64_t dev[300];
    for (size_t t = 1; t < 300; t++)
        dev[t] = dev[t - 1] + (int64_t)(test_random(&seed) % 21) - 10;
    for (size_t length = 1; length < 299; length++) {
        int64_t worst = 0;
        for (size_t s = 0; s < 300; s++)
            for (size_t t = s + 1; t < 300 && t - s <= length; t++)
                worst = llabs(dev[t] - dev[s]) > worst ? llabs(dev[t] - dev[s]) : worst;
        cr_assert_eq(worst_window(dev, 0, 299, length), worst);
    }
}

Test(prop_even, two_variants_at_every_share_from_a_thousandth)
{
    for (uint64_t share = 1; share <= 999; share++) {
        const uint64_t weights[2] = {share, 1000 - share};
        split_plan *plan = even_plan(weights, 2);
        split_even even;
        split_even_init(&even);
        take(plan, &even, 0, 2 * LENGTH);
        cr_assert_leq(worst_prefix(d[0], 0, 2 * LENGTH), SPLIT_BUCKETS / 2);
        cr_assert_leq(worst_window(d[0], 0, 2 * LENGTH, LENGTH), SPLIT_BUCKETS);
        split_plan_free(&plan, NULL);
    }
}

Test(prop_even, several_variants_keep_tijdemans_bound)
{
    uint64_t seed = test_seed("prop_even several", 13);
    for (int i = 0; i < 150; i++) {
        uint64_t weights[SPLIT_VARIANTS_MAX];
        size_t n = i % 3 == 0 ? 3 : 2 + test_random(&seed) % 63;
        for (size_t v = 0; v < n; v++)
            weights[v] = test_random(&seed) % 4 == 0 ? 0 : 1 + test_random(&seed) % 1000;
        weights[0] += 1;
        split_plan *plan = even_plan(weights, n);
        split_even even;
        split_even_init(&even);
        take(plan, &even, 0, RUN / 2);
        for (size_t v = 0; v < n; v++) {
            cr_assert_leq(worst_prefix(d[v], 0, RUN / 2), bound(count_active(weights, n)),
                          "variant %zu of %zu", v, n);
            cr_assert_lt(worst_window(d[v], 0, RUN / 2, LENGTH), 2 * SPLIT_BUCKETS);
            cr_assert(weights[v] > 0 || d[v][RUN / 2] == 0, "weight 0 is never taken");
        }
        split_plan_free(&plan, NULL);
    }
}

/* Since the change the bounds hold again; a window over one change is less than three. */
Test(prop_even, bounds_hold_after_changes_of_weights)
{
    uint64_t seed = test_seed("prop_even change", 17);
    for (int i = 0; i < 100; i++) {
        size_t n = 2 + test_random(&seed) % 8, middle = 1 + test_random(&seed) % (RUN / 2);
        uint64_t before[8 + 2], after[8 + 2];
        for (size_t v = 0; v < n; v++) {
            before[v] = 1 + test_random(&seed) % 1000;
            after[v] = 1 + test_random(&seed) % 1000;
        }
        split_plan *first = even_plan(before, n), *second = NULL;
        split_even even;
        split_even_init(&even);
        cr_assert_eq(split_plan_reweight_new(first, after, n, NULL, &second, NULL), 0);
        take(first, &even, 0, middle);
        take(second, &even, middle, RUN);
        for (size_t v = 0; v < n; v++) {
            int64_t since = n == 2 ? SPLIT_BUCKETS : bound(n);
            cr_assert_leq(worst_prefix(d[v], middle, RUN), since);
            cr_assert_lt(worst_window(d[v], middle, RUN, LENGTH), 2 * SPLIT_BUCKETS);
            cr_assert_lt(worst_window(d[v], 0, RUN, LENGTH), 3 * SPLIT_BUCKETS);
        }
        split_plan_free(&first, NULL);
        split_plan_free(&second, NULL);
    }
}

/* Two variants: half a request, whatever the weights do, even when they change with every
 * request. */
Test(prop_even, two_variants_stay_within_half_a_request_through_any_changes)
{
    uint64_t seed = test_seed("prop_even restless", 19);
    split_even even;
    split_even_init(&even);
    for (size_t t = 0; t < RUN; t++) {
        const uint64_t weights[2] = {test_random(&seed) % 1000, test_random(&seed) % 1000 + 1};
        split_plan *plan = even_plan(weights, 2);
        take(plan, &even, t, t + 1);
        split_plan_free(&plan, NULL);
    }
    cr_assert_leq(worst_prefix(d[0], 0, RUN), SPLIT_BUCKETS / 2);
    cr_assert_leq(worst_window(d[0], 0, RUN, RUN), SPLIT_BUCKETS);
}

typedef struct counter {
    const split_plan *plan;
    uint8_t taken[RUN];
    size_t n;
} counter;

static void *
count_alone(void *ctx)
{
    counter *c = ctx;
    split_even even;
    split_even_init(&even);
    for (size_t t = 0; t < c->n; t++) {
        split_assignment a = {99, 0, 0};
        if (split_assign_even(c->plan, &even, &a) != 0)
            return ctx;
        c->taken[t] = (uint8_t)a.variant;
    }
    return NULL;
}

/* Two threads with a counter each, their requests mixed in any order: each within its bound, both
 * within twice that. */
Test(prop_even, two_threads_with_a_counter_each_are_within_twice_the_bound)
{
    static counter c[2];
    const uint64_t weights[3] = {1, 20, 79};
    uint64_t seed = test_seed("prop_even threads", 23);
    pthread_t threads[2];
    c[0].plan = c[1].plan = even_plan(weights, 3);
    c[0].n = c[1].n = RUN / 2;
    for (size_t i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, count_alone, &c[i]), 0);
    for (size_t i = 0; i < 2; i++) {
        void *failed = NULL;
        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_assert_null(failed);
    }
    size_t at[2] = {0, 0};
    for (size_t t = 0; t < RUN; t++) {
        size_t who = test_random(&seed) % 2;
        who = at[who] < RUN / 2 ? who : 1 - who;
        uint8_t variant = c[who].taken[at[who]++];
        for (size_t v = 0; v < 3; v++)
            d[v][t + 1] = d[v][t] + (v == variant ? SPLIT_BUCKETS : 0) -
                          (int64_t)split_plan_buckets(c[0].plan, v);
    }
    for (size_t v = 0; v < 3; v++) {
        cr_assert_leq(worst_prefix(d[v], 0, RUN), 2 * bound(3));
        cr_assert_lt(worst_window(d[v], 0, RUN, LENGTH), 4 * SPLIT_BUCKETS);
    }
    split_plan_free((split_plan **)&(split_plan *){(split_plan *)(uintptr_t)c[0].plan}, NULL);
}
