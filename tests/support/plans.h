/* SPDX-License-Identifier: MIT */
/* Plans for tests in one line, and a small generator that is not the library's. */
#ifndef TESTS_PLANS_H
#define TESTS_PLANS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "split/split.h"

/* Options of a sticky split named "test" with these weights. */
static inline split_plan_options
plan_options(const uint64_t *weights, size_t n_weights)
{
    split_plan_options o;
    split_plan_options_init(&o);
    o.name = "test";
    o.weights = weights;
    o.n_variants = n_weights;
    return o;
}

/* The plan of these options, or the end of the test. */
static inline split_plan *
plan_or_die(const split_plan_options *options)
{
    split_plan *plan = NULL;
    int err = split_plan_new(options, NULL, &plan);
    if (err != 0) {
        fprintf(stderr, "no plan: %s\n", split_errname(err));
        abort();
    }
    return plan;
}

#define PLAN_OF(...)                                                                               \
    plan_of_weights((const uint64_t[]){__VA_ARGS__}, sizeof(const uint64_t[]){__VA_ARGS__} / 8)

static inline split_plan *
plan_of_weights(const uint64_t *weights, size_t n_weights)
{
    split_plan_options o = plan_options(weights, n_weights);
    return plan_or_die(&o);
}

/* xorshift64*: another family than the library's splitmix64. */
static inline uint64_t
test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dU;
}

/* Seed of a property test: SPLIT_TEST_SEED, or the default; printed so that a failure can be
 * repeated. */
static inline uint64_t
test_seed(const char *test, uint64_t otherwise)
{
    const char *text = getenv("SPLIT_TEST_SEED");
    uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : otherwise;
    fprintf(stderr, "%s: SPLIT_TEST_SEED=%llu\n", test, (unsigned long long)seed);
    return seed != 0 ? seed : 1;
}

#endif
