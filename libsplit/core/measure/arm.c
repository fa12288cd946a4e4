/* SPDX-License-Identifier: MIT */
/* What was counted for one arm: counters with a mark for each that was reported (design/verdicts.md
 * M1). */
#include <string.h>

#include "split/metric.h"

static bool
count_ok(int64_t value)
{
    return value >= 0 && value <= SPLIT_COUNT_MAX;
}

void
split_arm_clear(split_arm *arm)
{
    memset(arm, 0, sizeof *arm);
}

int
split_arm_set(split_arm *arm, split_counter counter, int64_t value)
{
    if (arm == NULL)
        return SPLIT_ERR_ARG;
    if ((unsigned)counter >= SPLIT_COUNTER_COUNT)
        return SPLIT_ERR_INDEX;
    if (!count_ok(value))
        return SPLIT_ERR_WINDOW;
    arm->counts[counter] = value;
    arm->present |= UINT32_C(1) << counter;
    return SPLIT_OK;
}

bool
split_arm_has(const split_arm *arm, split_counter counter)
{
    return (unsigned)counter < SPLIT_COUNTER_COUNT && (arm->present >> counter & 1) != 0;
}

int64_t
split_arm_get(const split_arm *arm, split_counter counter)
{
    return split_arm_has(arm, counter) ? arm->counts[counter] : 0;
}

int
split_arm_set_over(split_arm *arm, uint32_t metric, int64_t target, int64_t warning,
                   int64_t critical)
{
    if (arm == NULL)
        return SPLIT_ERR_ARG;
    if (metric >= SPLIT_METRICS_MAX)
        return SPLIT_ERR_INDEX;
    if (!count_ok(target) || !count_ok(warning) || !count_ok(critical))
        return SPLIT_ERR_WINDOW;
    int64_t *over = arm->over + metric * SPLIT_BOUND_COUNT;
    over[SPLIT_BOUND_TARGET] = target;
    over[SPLIT_BOUND_WARNING] = warning;
    over[SPLIT_BOUND_CRITICAL] = critical;
    arm->over_present |= UINT32_C(1) << metric;
    return SPLIT_OK;
}

int
split_arm_set_ratio(split_arm *arm, uint32_t metric, int64_t bad, int64_t of)
{
    if (arm == NULL)
        return SPLIT_ERR_ARG;
    if (metric >= SPLIT_METRICS_MAX)
        return SPLIT_ERR_INDEX;
    if (!count_ok(bad) || !count_ok(of))
        return SPLIT_ERR_WINDOW;
    arm->ratio[2 * metric] = bad;
    arm->ratio[2 * metric + 1] = of;
    arm->ratio_present |= UINT32_C(1) << metric;
    return SPLIT_OK;
}

static void
add_all(int64_t *to, const int64_t *from, size_t n)
{
    /* Both are at most 2^53, so the sum cannot overflow. */
    for (size_t i = 0; i < n; i++)
        to[i] = to[i] + from[i] < SPLIT_COUNT_MAX ? to[i] + from[i] : SPLIT_COUNT_MAX;
}

void
split_arm_add(split_arm *arm, const split_arm *other)
{
    arm->present |= other->present;
    arm->over_present |= other->over_present;
    arm->ratio_present |= other->ratio_present;
    add_all(arm->counts, other->counts, SPLIT_COUNTER_COUNT);
    add_all(arm->over, other->over, (size_t)SPLIT_METRICS_MAX * SPLIT_BOUND_COUNT);
    add_all(arm->ratio, other->ratio, (size_t)SPLIT_METRICS_MAX * 2);
}
