/* SPDX-License-Identifier: MIT */
/* Timing of several ways to do one thing, side by side: interleaved rounds, medians, ratios to a
 * floor. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_ROUNDS 61 /* short and many: a round that others disturb is one of many */

/* One way. `run` does the work n times (or on n items) and returns something that depends on all of
 * it. */
typedef struct bench_way {
    const char *name;
    uint64_t (*run)(void *ctx, size_t n);
    void *ctx;
    const struct bench_way *floor; /* what its ratio is taken to; NULL: none */
    double limit; /* highest ratio, or highest ns without a floor, that we promise; 0: none */
    double ns;    /* median time of one item */
    double ratio; /* median over the rounds of the ratio within one round */
    double sorted[BENCH_ROUNDS];
    double raw[BENCH_ROUNDS];
} bench_way;

/* Run all ways in turn, BENCH_ROUNDS times, `n` items each. */
void bench_run(bench_way *ways, size_t n_ways, size_t n);

/* Print a Markdown table of the ways. Returns how many are over their limit. */
unsigned bench_print(const bench_way *ways, size_t n_ways);

#endif
