/* SPDX-License-Identifier: MIT */
/* What a plan is in memory. Private: only plan, reweight and assign files use it. */
#ifndef SPLIT_CORE_PLAN_DATA_H
#define SPLIT_CORE_PLAN_DATA_H

#include "core/plan/hash.h"
#include "split/plan.h"

/* The index has one cell for each 1,024 buckets and says in which range the cell starts. */
#define SPLIT__CELL_SHIFT 10
#define SPLIT__CELLS (SPLIT_BUCKETS >> SPLIT__CELL_SHIFT)

/*
 * [ struct | overrides | slots | keys of the overrides ]. Offsets, never pointers, lead to the last
 * three. Ranges are kept by their ends: range i is [end[i - 1], end[i]) and belongs to owner[i].
 */
struct split_plan {
    uint64_t n_bytes;
    uint64_t shares_id; /* hash of the bucket counts; the even mode notices a change by it */
    uint32_t mode;
    uint32_t n_variants;
    uint32_t n_ranges;
    uint32_t default_variant;
    uint32_t coverage;
    uint32_t holdout;
    uint32_t n_overrides;
    uint32_t n_slots; /* power of two, or 0 */
    uint32_t key_bytes;
    uint32_t gated;        /* overrides, coverage or holdout have to be checked */
    uint32_t direct_bytes; /* longest key for which the hash alone decides: none unless sticky and
                              not gated */
    uint32_t bare_span;    /* of those, without a salt: lengths of a stripe and more */
    uint32_t reserved;     /* 0; keeps what follows at a multiple of 8 */
    split__prefix unit_prefix;
    split__prefix coverage_prefix;
    split__prefix holdout_prefix;
    char name[SPLIT_NAME_BYTES_MAX + 8];
    char salt[SPLIT_NAME_BYTES_MAX + 8];
    uint32_t buckets[SPLIT_VARIANTS_MAX];
    uint32_t home[SPLIT_VARIANTS_MAX];
    uint32_t end[SPLIT_RANGES_MAX];
    uint8_t owner[SPLIT_RANGES_MAX];
    uint16_t first[SPLIT__CELLS + 4]; /* range in which the cell starts */
    uint8_t cell_owner[SPLIT__CELLS]; /* variant of the whole cell, or SPLIT__SHARED_CELL */
};

/* In place of the owner of a cell that several variants share. */
#define SPLIT__SHARED_CELL 255

/* Index of the range that holds a bucket. */
static inline uint32_t
split__plan_find(const split_plan *plan, uint32_t bucket)
{
    size_t cell = bucket >> SPLIT__CELL_SHIFT;
    uint32_t i = plan->first[cell], last = plan->first[cell + 1];
    while (i < last) {
        uint32_t middle = (i + last) / 2;
        if (bucket < plan->end[middle])
            last = middle;
        else
            i = middle + 1;
    }
    return i;
}

/* Variant of a bucket, given in the low bits of a hash. Most cells belong to one variant: one
 * load. */
static inline uint32_t
split__plan_variant(const split_plan *plan, uint64_t hash)
{
    uint32_t variant = plan->cell_owner[hash >> SPLIT__CELL_SHIFT & (SPLIT__CELLS - 1)];
    if (variant != SPLIT__SHARED_CELL)
        return variant;
    return plan->owner[split__plan_find(plan, (uint32_t)hash & (SPLIT_BUCKETS - 1))];
}

static inline split_range
split__plan_range_at(const split_plan *plan, uint32_t index)
{
    return (split_range){index == 0 ? 0 : plan->end[index - 1], plan->end[index],
                         plan->owner[index]};
}

#endif
