/* SPDX-License-Identifier: MIT */
/* What a month costs at each level of traffic. */
#include "compare/levels.h"

#define ALL_E6 INT64_C(100000000)

/* The part of a count that a share is, rounded to the nearest whole request. */
static int64_t
part(int64_t count, int64_t share_e6)
{
    money out = 0;
    return money_scale(count, share_e6, ALL_E6, &out) ? (int64_t)out : 0;
}

static cost_traffic
traffic_at(const cost_levels *levels, int64_t requests)
{
    return (cost_traffic){.requests = requests,
                          .misses = requests - part(requests, levels->hit_e6),
                          .has_cache = true};
}

void
cost_levels_count(cost_levels *levels, const cost_report *base, const split_policy *policy,
                  const size_t variants[2], split_us wall_us)
{
    for (size_t i = 0; i < levels->n; i++) {
        cost_level *level = &levels->at[i];
        const int64_t to_new = part(levels->requests, level->percent_e6);
        const cost_traffic traffic[2] = {traffic_at(levels, to_new),
                                         traffic_at(levels, levels->requests - to_new)};
        level->report = (cost_report){.prices = base->prices, .file = base->file};
        cost_count(&level->report, policy, variants, traffic, COST_MONTH_US, wall_us);
    }
}

money
cost_level_total(const cost_level *level)
{
    const cost_report *r = &level->report;
    return r->side[0].total[COST_MONTH] + r->side[1].total[COST_MONTH] +
           r->router.total[COST_MONTH];
}

bool
cost_level_is_over(const cost_level *level)
{
    return level->report.budget == COST_OVER_NOW;
}
