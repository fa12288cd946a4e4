/* SPDX-License-Identifier: MIT */
/* Reading a plan. */
#include "common/names.h"
#include "core/plan/override.h"
#include "split/error.h"

SPLIT__NAME_FUNCTION(split_mode_name, SPLIT_MODE_MAP)

size_t
split_plan_bytes(const split_plan *plan)
{
    return (size_t)plan->n_bytes;
}

const char *
split_plan_name(const split_plan *plan)
{
    return plan->name;
}

const char *
split_plan_salt(const split_plan *plan)
{
    return plan->salt;
}

uint32_t
split_plan_mode(const split_plan *plan)
{
    return plan->mode;
}

size_t
split_plan_n_variants(const split_plan *plan)
{
    return plan->n_variants;
}

uint32_t
split_plan_default(const split_plan *plan)
{
    return plan->default_variant;
}

uint32_t
split_plan_buckets(const split_plan *plan, size_t variant)
{
    return variant < plan->n_variants ? plan->buckets[variant] : 0;
}

uint32_t
split_plan_home(const split_plan *plan, size_t variant)
{
    return variant < plan->n_variants ? plan->home[variant] : 0;
}

uint32_t
split_plan_coverage(const split_plan *plan)
{
    return plan->coverage;
}

uint32_t
split_plan_holdout(const split_plan *plan)
{
    return plan->holdout;
}

size_t
split_plan_n_ranges(const split_plan *plan)
{
    return plan->n_ranges;
}

size_t
split_plan_n_overrides(const split_plan *plan)
{
    return plan->n_overrides;
}

int
split_plan_range(const split_plan *plan, size_t index, split_range *out)
{
    if (plan == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (index >= plan->n_ranges)
        return SPLIT_ERR_INDEX;
    *out = split__plan_range_at(plan, (uint32_t)index);
    return SPLIT_OK;
}

int
split_plan_override(const split_plan *plan, size_t index, split_override *out)
{
    if (plan == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (index >= plan->n_overrides)
        return SPLIT_ERR_INDEX;
    *out = split__override_at(plan, index);
    return SPLIT_OK;
}
