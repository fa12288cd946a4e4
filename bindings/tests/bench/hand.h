/* SPDX-License-Identifier: MIT */
/* What the bindings are measured against: the bare hash of a unit, and the library's own batch on
 * the same buffers. */
#ifndef SPLIT_BENCH_HAND_H
#define SPLIT_BENCH_HAND_H

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "split/assign.h"

#define NAME "search-2026"
#define PREFIX NAME ":"

static uint32_t
hash_unit(const char *key, size_t n)
{
    char unit[sizeof PREFIX - 1 + 4096];
    memcpy(unit, PREFIX, sizeof PREFIX - 1);
    memcpy(unit + sizeof PREFIX - 1, key, n);
    return (uint32_t)XXH64(unit, sizeof PREFIX - 1 + n, 0) & 0xFFFFF;
}

/* The plan that the scripts make too; NULL when there is no memory. */
static const split_plan *
the_plan(void)
{
    static split_plan *plan;
    const uint64_t weights[] = {10, 90};
    split_plan_options options;
    if (plan != NULL)
        return plan;
    split_plan_options_init(&options);
    options.name = NAME;
    options.weights = weights;
    options.n_variants = 2;
    return split_plan_new(&options, NULL, &plan) == 0 ? plan : NULL;
}

/* Keys one after another, as many as there are offsets less one. Returns 0, or an error of the
 * library. */
static int
assign_batch(const char *keys, size_t keys_len, const uint32_t *offsets, size_t n_offsets,
             uint16_t *out, size_t n_out)
{
    if (the_plan() == NULL || n_offsets != n_out + 1)
        return -1;
    return split_assign_many(the_plan(), keys, keys_len, offsets, n_out, out, NULL);
}

#endif
