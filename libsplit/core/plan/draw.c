/* SPDX-License-Identifier: MIT */
/* The random mode: splitmix64, its state with the caller (design/assignment.md A21). */
#include "core/base/rng.h"
#include "core/plan/data.h"
#include "split/assign.h"
#include "split/error.h"

void
split_random_init(split_random *rnd, uint64_t seed)
{
    rnd->state = seed;
}

int
split_assign_random(const split_plan *plan, split_random *rnd, split_assignment *out)
{
    if (plan == NULL || rnd == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_RANDOM)
        return SPLIT_ERR_MODE;
    out->bucket = (uint32_t)(split__rng_next(&rnd->state) >> 44);
    out->variant = split__plan_variant(plan, out->bucket);
    out->reason = SPLIT_RULE_RANDOM;
    return SPLIT_OK;
}
