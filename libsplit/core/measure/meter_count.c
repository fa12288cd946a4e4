/* SPDX-License-Identifier: MIT */
/* The counting calls of a meter: the hot path of every request (design/verdicts.md M2). */
#include "core/measure/meter_state.h"

static void
meter_count(split_arm *arm, split_counter counter, int64_t value)
{
    arm->counts[counter] += value;
    arm->present |= UINT32_C(1) << counter;
}

/* The arm at an index, or NULL. */
static split_arm *
meter_arm_at(split_meter *meter, uint32_t arm)
{
    return arm < meter->n_arms ? split__meter_arm(meter, arm) : NULL;
}

static int
meter_count_one(split_meter *meter, uint32_t arm, split_counter counter)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL)
        return SPLIT_ERR_INDEX;
    meter_count(a, counter, 1);
    return SPLIT_OK;
}

int
split_meter_sent(split_meter *meter, uint32_t arm)
{
    return meter_count_one(meter, arm, SPLIT_COUNTER_SENT);
}

static void
count_latency_us(split_meter *meter, split_arm *a, uint32_t arm, split_us latency_us)
{
    meter_count(a, SPLIT_COUNTER_TIMED, 1);
    for (uint32_t i = 0; i < meter->n_latency; i++) {
        int64_t *over = a->over + meter->latency_index[i] * SPLIT_BOUND_COUNT;
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            over[b] += latency_us >= meter->over_us[i][b];
    }
    if (meter->histograms)
        split_histogram_record(split__meter_histogram(meter, arm), latency_us);
}

int
split_meter_outcome(split_meter *meter, uint32_t arm, bool failed, split_us latency_us)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL)
        return SPLIT_ERR_INDEX;
    meter_count(a, SPLIT_COUNTER_OUTCOMES, 1);
    meter_count(a, SPLIT_COUNTER_ERROR, failed);
    if (latency_us >= 0)
        count_latency_us(meter, a, arm, latency_us);
    return SPLIT_OK;
}

int
split_meter_diverted(split_meter *meter, uint32_t arm)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL)
        return SPLIT_ERR_INDEX;
    meter_count(a, SPLIT_COUNTER_SENT, 1);
    meter_count(a, SPLIT_COUNTER_OUTCOMES, 1);
    meter_count(a, SPLIT_COUNTER_ERROR, 1);
    meter_count(a, SPLIT_COUNTER_DIVERTED, 1);
    return SPLIT_OK;
}

int
split_meter_left_out(split_meter *meter, uint32_t arm)
{
    return meter_count_one(meter, arm, SPLIT_COUNTER_LEFT_OUT);
}

int
split_meter_user_error(split_meter *meter, uint32_t arm)
{
    return meter_count_one(meter, arm, SPLIT_COUNTER_USER_ERRORS);
}

int
split_meter_unit(split_meter *meter, uint32_t arm)
{
    return meter_count_one(meter, arm, SPLIT_COUNTER_UNITS);
}

int
split_meter_lookup(split_meter *meter, uint32_t arm, bool miss)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL)
        return SPLIT_ERR_INDEX;
    meter_count(a, SPLIT_COUNTER_LOOKUPS, 1);
    meter_count(a, SPLIT_COUNTER_MISSES, miss);
    return SPLIT_OK;
}

int
split_meter_add(split_meter *meter, uint32_t arm, split_counter counter, int64_t value)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL || (unsigned)counter >= SPLIT_COUNTER_COUNT)
        return SPLIT_ERR_INDEX;
    if (value < 0 || value > SPLIT_COUNT_MAX - a->counts[counter])
        return SPLIT_ERR_WINDOW;
    meter_count(a, counter, value);
    return SPLIT_OK;
}

int
split_meter_ratio(split_meter *meter, uint32_t arm, uint32_t metric, int64_t bad, int64_t of)
{
    split_arm *a = meter_arm_at(meter, arm);
    if (a == NULL || metric >= meter->n_metrics)
        return SPLIT_ERR_INDEX;
    int64_t *ratio = a->ratio + 2 * metric;
    if (bad < 0 || of < 0 || bad > SPLIT_COUNT_MAX - ratio[0] || of > SPLIT_COUNT_MAX - ratio[1])
        return SPLIT_ERR_WINDOW;
    ratio[0] += bad;
    ratio[1] += of;
    a->ratio_present |= UINT32_C(1) << metric;
    return SPLIT_OK;
}
