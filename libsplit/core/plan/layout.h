/* SPDX-License-Identifier: MIT */
/* Bucket counts and ranges: from weights to counts, from counts to ranges, from ranges to a
 * plan. */
#ifndef SPLIT_CORE_LAYOUT_H
#define SPLIT_CORE_LAYOUT_H

#include "core/plan/data.h"

/*
 * Divide all buckets in proportion to the weights by largest remainder (design/assignment.md A5,
 * A6). Returns 0 or SPLIT_ERR_WEIGHTS, without a change of `out`. */
int split__apportion(const uint64_t *weights, size_t n_weights, uint32_t *out);

/* Lay the counts out one after another in variant order (A7). */
void split__layout_cumulative(split_plan *plan, const uint32_t *counts, size_t n_variants);

/* Append buckets up to `end` for `owner`, merged with the last range if it has the same owner;
 * plan->n_ranges may be one above the limit afterwards, and then nothing was written. */
void split__layout_append(split_plan *plan, uint32_t end, uint32_t owner);

/* Fill in everything that follows from ranges: counts, index, identity of the shares. */
void split__layout_finish(split_plan *plan);

#endif
