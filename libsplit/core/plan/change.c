/* SPDX-License-Identifier: MIT */
/* New plans from old ones: re-weighting and re-homing (design/assignment.md section 4). */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/plan/layout.h"
#include "core/plan/override.h"
#include "core/plan/reweight.h"
#include "split/error.h"

/* Whether a variant that must stay would be taken away. */
static bool
needs_more_variants(const split_plan *plan, size_t n_weights)
{
    if (plan->default_variant >= n_weights)
        return true;
    for (uint32_t i = 0; i < plan->n_overrides; i++)
        if (split__override_at(plan, i).variant >= n_weights)
            return true;
    return false;
}

static void
set_variants(split_plan *plan, size_t n_variants)
{
    for (size_t i = n_variants; i < SPLIT_VARIANTS_MAX; i++)
        plan->home[i] = 0;
    plan->n_variants = (uint32_t)n_variants;
}

static int
fill_changed(const split_plan *from, split_plan *to, const uint32_t *counts, size_t n_counts,
             bool fresh)
{
    int err = SPLIT_OK;
    memcpy(to, from, (size_t)from->n_bytes);
    set_variants(to, n_counts);
    if (fresh) {
        memcpy(to->home, counts, n_counts * sizeof counts[0]);
        split__layout_cumulative(to, counts, n_counts);
    } else {
        err = split__reweight_ranges(from, to, counts);
    }
    if (err == 0)
        split__layout_finish(to);
    return err;
}

static int
check_change(const split_plan *plan, const uint64_t *weights, size_t n_weights, split_plan **out,
             uint32_t *counts)
{
    if (plan == NULL || weights == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    int err = split__apportion(weights, n_weights, counts);
    if (err == 0 && needs_more_variants(plan, n_weights))
        err = SPLIT_ERR_INDEX;
    return err;
}

static int
change(const split_plan *plan, const uint64_t *weights, size_t n_weights, void *mem,
       size_t mem_bytes, split_plan **out, uint32_t *out_moved, bool fresh)
{
    uint32_t counts[SPLIT_VARIANTS_MAX] = {0};
    int err = check_change(plan, weights, n_weights, out, counts);
    if (err == 0)
        err = split__memory_check(mem, mem_bytes, (size_t)plan->n_bytes);
    if (err == 0)
        err = fill_changed(plan, mem, counts, n_weights, fresh);
    if (err == 0 && out_moved != NULL)
        err = split_plan_diff(plan, mem, NULL, 0, out_moved);
    if (err == 0)
        *out = mem;
    return err;
}

static int
change_new(const split_plan *plan, const uint64_t *weights, size_t n_weights,
           const split_alloc *alloc, split_plan **out, uint32_t *out_moved, bool fresh)
{
    uint32_t counts[SPLIT_VARIANTS_MAX] = {0};
    int err = check_change(plan, weights, n_weights, out, counts);
    if (err != 0)
        return err;
    void *mem = split__alloc_take(alloc, (size_t)plan->n_bytes);
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    err = change(plan, weights, n_weights, mem, (size_t)plan->n_bytes, out, out_moved, fresh);
    if (err != 0)
        split__alloc_give(alloc, mem);
    return err;
}

int
split_plan_reweight(const split_plan *plan, const uint64_t *weights, size_t n_weights, void *mem,
                    size_t mem_bytes, split_plan **out, uint32_t *out_moved)
{
    return change(plan, weights, n_weights, mem, mem_bytes, out, out_moved, false);
}

int
split_plan_reweight_new(const split_plan *plan, const uint64_t *weights, size_t n_weights,
                        const split_alloc *alloc, split_plan **out, uint32_t *out_moved)
{
    return change_new(plan, weights, n_weights, alloc, out, out_moved, false);
}

int
split_plan_rehome(const split_plan *plan, const uint64_t *weights, size_t n_weights, void *mem,
                  size_t mem_bytes, split_plan **out, uint32_t *out_moved)
{
    return change(plan, weights, n_weights, mem, mem_bytes, out, out_moved, true);
}

int
split_plan_rehome_new(const split_plan *plan, const uint64_t *weights, size_t n_weights,
                      const split_alloc *alloc, split_plan **out, uint32_t *out_moved)
{
    return change_new(plan, weights, n_weights, alloc, out, out_moved, true);
}
