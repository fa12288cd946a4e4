/* SPDX-License-Identifier: MIT */
/* What the bindings are measured against: the bare hash of a unit, and the C batch per key. */
#ifndef SPLIT_BENCH_HAND_H
#define SPLIT_BENCH_HAND_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "split/assign.h"

#define PREFIX "search-2026:"

static uint32_t
hash_unit(const char *key, size_t n)
{
    char unit[sizeof PREFIX - 1 + 4096];
    memcpy(unit, PREFIX, sizeof PREFIX - 1);
    memcpy(unit + sizeof PREFIX - 1, key, n);
    return (uint32_t)XXH64(unit, sizeof PREFIX - 1 + n, 0) & 0xFFFFF;
}

static double
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Best of nine rounds of split_assign_many over n keys of 36 bytes, in ns a key. */
static double
c_batch_ns(uint32_t n)
{
    const uint64_t weights[] = {10, 90};
    split_plan_options options;
    split_plan *plan = NULL;
    char *keys = malloc((size_t)n * 36);
    uint32_t *offsets = malloc(((size_t)n + 1) * 4);
    uint16_t *out = malloc((size_t)n * 2);
    double best = 1e18;
    split_plan_options_init(&options);
    options.name = "search-2026";
    options.weights = weights;
    options.n_variants = 2;
    if (keys == NULL || offsets == NULL || out == NULL || split_plan_new(&options, NULL, &plan) != 0)
        return -1;
    for (uint32_t i = 0; i <= n; i++)
        offsets[i] = i * 36;
    for (size_t i = 0; i < (size_t)n * 36; i++)
        keys[i] = (char)('a' + (i * 7 + i / 36) % 26);
    for (int round = 0; round < 9; round++) {
        double start = now_ns();
        if (split_assign_many(plan, keys, (size_t)n * 36, offsets, n, out, NULL) != 0)
            return -1;
        double took = (now_ns() - start) / n;
        best = took < best ? took : best;
    }
    split_plan_free(&plan, NULL);
    free(keys);
    free(offsets);
    free(out);
    return best;
}

#endif
