/* SPDX-License-Identifier: MIT */
/* From weights to bucket counts, and from counts to the ranges of a plan (design/assignment.md
 * section 2). */
#include "core/plan/layout.h"

#include <string.h>

#include "core/base/bytes_hash.h"
#include "split/error.h"

static uint64_t
sum_of_weights(const uint64_t *weights, size_t n_weights)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n_weights; i++) {
        /* Each term is at most 2^43 and there are at most 64: no overflow. */
        if (weights[i] > (uint64_t)SPLIT_WEIGHT_SUM_MAX)
            return 0;
        sum += weights[i];
    }
    return sum <= (uint64_t)SPLIT_WEIGHT_SUM_MAX ? sum : 0;
}

/* Index of the largest value; ties to the lower index. */
static size_t
largest_of(const uint64_t *values, size_t n_values)
{
    size_t best = 0;
    for (size_t i = 1; i < n_values; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

static size_t
most_buckets(const uint32_t *counts, size_t n_counts)
{
    size_t best = 0;
    for (size_t i = 1; i < n_counts; i++)
        if (counts[i] > counts[best])
            best = i;
    return best;
}

int
split__apportion(const uint64_t *weights, size_t n_weights, uint32_t *out)
{
    uint64_t remainder[SPLIT_VARIANTS_MAX];
    if (n_weights < 1 || n_weights > SPLIT_VARIANTS_MAX)
        return SPLIT_ERR_WEIGHTS;
    uint64_t sum = sum_of_weights(weights, n_weights);
    if (sum == 0)
        return SPLIT_ERR_WEIGHTS;
    uint32_t left = SPLIT_BUCKETS;
    for (size_t i = 0; i < n_weights; i++) {
        uint64_t scaled = weights[i] * SPLIT_BUCKETS; /* at most 2^63 */
        out[i] = (uint32_t)(scaled / sum);
        remainder[i] = scaled % sum;
        left -= out[i];
    }
    /* The remainders add up to left * sum, so each variant gets at most one and only with a
     * remainder above 0. */
    for (; left > 0; left--) {
        size_t i = largest_of(remainder, n_weights);
        remainder[i] = 0;
        out[i]++;
    }
    for (size_t i = 0; i < n_weights; i++) {
        if (weights[i] > 0 && out[i] == 0) {
            out[most_buckets(out, n_weights)]--;
            out[i] = 1;
        }
    }
    return SPLIT_OK;
}

void
split__layout_append(split_plan *plan, uint32_t end, uint32_t owner)
{
    uint32_t n = plan->n_ranges;
    if (n > 0 && n <= SPLIT_RANGES_MAX && plan->owner[n - 1] == owner) {
        plan->end[n - 1] = end;
        return;
    }
    if (n < SPLIT_RANGES_MAX) {
        plan->end[n] = end;
        plan->owner[n] = (uint8_t)owner;
    }
    plan->n_ranges = n < SPLIT_RANGES_MAX ? n + 1 : SPLIT_RANGES_MAX + 1;
}

void
split__layout_cumulative(split_plan *plan, const uint32_t *counts, size_t n_variants)
{
    uint32_t end = 0;
    plan->n_ranges = 0;
    for (size_t i = 0; i < n_variants; i++) {
        end += counts[i];
        if (counts[i] > 0)
            split__layout_append(plan, end, (uint32_t)i);
    }
}

static void
fill_cells(split_plan *plan)
{
    uint32_t range = 0;
    for (uint32_t c = 0; c < SPLIT__CELLS; c++) {
        while (plan->end[range] <= c << SPLIT__CELL_SHIFT)
            range++;
        bool whole = plan->end[range] >= (c + 1) << SPLIT__CELL_SHIFT;
        plan->first[c] = (uint16_t)range;
        plan->cell_owner[c] = whole ? plan->owner[range] : SPLIT__SHARED_CELL;
    }
    plan->first[SPLIT__CELLS] = (uint16_t)(plan->n_ranges - 1);
}

void
split__layout_finish(split_plan *plan)
{
    uint32_t start = 0;
    memset(plan->buckets, 0, sizeof plan->buckets);
    for (uint32_t i = 0; i < plan->n_ranges; i++) {
        plan->buckets[plan->owner[i]] += plan->end[i] - start;
        start = plan->end[i];
    }
    /* Equal plans are equal bytes, whatever they were before. */
    memset(plan->end + plan->n_ranges, 0,
           (SPLIT_RANGES_MAX - plan->n_ranges) * sizeof plan->end[0]);
    memset(plan->owner + plan->n_ranges, 0, SPLIT_RANGES_MAX - plan->n_ranges);
    fill_cells(plan);
    plan->shares_id = split__hash_bytes(plan->buckets, plan->n_variants * sizeof plan->buckets[0]);
}
