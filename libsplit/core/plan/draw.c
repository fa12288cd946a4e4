/* SPDX-License-Identifier: MIT */
/* The random mode: splitmix64, its state with the caller (design/assignment.md A21). */
#include "core/plan/data.h"
#include "split/assign.h"
#include "split/error.h"

void
split_random_init(split_random *rnd, uint64_t seed)
{
    rnd->state = seed;
}

static uint64_t
next_random(split_random *rnd)
{
    uint64_t z = rnd->state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

int
split_assign_random(const split_plan *plan, split_random *rnd, split_assignment *out)
{
    if (plan == NULL || rnd == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (plan->mode != SPLIT_MODE_RANDOM)
        return SPLIT_ERR_MODE;
    out->bucket = (uint32_t)(next_random(rnd) >> 44);
    out->variant = split__plan_variant(plan, out->bucket);
    out->reason = SPLIT_RULE_RANDOM;
    return SPLIT_OK;
}
