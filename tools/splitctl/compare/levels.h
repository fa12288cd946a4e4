/* SPDX-License-Identifier: MIT */
/* What a month costs at each level of traffic, from assumed requests, before anybody is moved. */
#ifndef SPLITCTL_COMPARE_LEVELS_H
#define SPLITCTL_COMPARE_LEVELS_H

#include "compare/cost.h"

#define COST_LEVELS_MAX 34 /* 0, the phases of a rollout, and 100 */

typedef struct cost_level {
    int64_t percent_e6; /* share of the new system */
    cost_report report; /* its column "a month" counts */
} cost_level;

typedef struct cost_levels {
    cost_level at[COST_LEVELS_MAX];
    size_t n;
    int64_t requests; /* of both systems, a month */
    int64_t hit_e6;   /* share of them that a cache answers */
} cost_levels;

/* Count every level for two variants (new, baseline) with the prices of `base`, which is opened. */
void cost_levels_count(cost_levels *levels, const cost_report *base, const split_policy *policy,
                       const size_t variants[2], split_us wall_us);

/* New system and baseline with the router, a month. */
money cost_level_total(const cost_level *level);

/* Whether the level costs more than the policy's budget allows for the new system and router. */
bool cost_level_is_over(const cost_level *level);

#endif
