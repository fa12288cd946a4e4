/* SPDX-License-Identifier: MIT */
/* Layout of a meter: the struct, then the arms, then their histograms. */
#ifndef SPLIT_CORE_METER_STATE_H
#define SPLIT_CORE_METER_STATE_H

#include "core/measure/histogram_state.h"
#include "split/meter.h"

struct split_meter {
    uint32_t n_arms;
    uint32_t n_metrics;
    uint32_t n_latency;    /* latency metrics, in `over_us` and `latency_index` */
    uint32_t reports;      /* bits of split_counter that are reported even when zero */
    uint32_t over_present; /* marks for split_arm */
    uint32_t ratio_present;
    uint32_t histograms;
    uint32_t latency_index[SPLIT_METRICS_MAX];
    int64_t over_us[SPLIT_METRICS_MAX][SPLIT_BOUND_COUNT];
};

static inline split_arm *
split__meter_arm(struct split_meter *m, uint32_t arm)
{
    return (split_arm *)(void *)(m + 1) + arm;
}

static inline const split_arm *
split__meter_arm_const(const struct split_meter *m, uint32_t arm)
{
    return (const split_arm *)(const void *)(m + 1) + arm;
}

static inline struct split_histogram *
split__meter_histogram(struct split_meter *m, uint32_t arm)
{
    return (struct split_histogram *)(void *)split__meter_arm(m, m->n_arms) + arm;
}

#endif
