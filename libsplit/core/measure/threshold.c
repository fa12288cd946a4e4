/* SPDX-License-Identifier: MIT */
/* Levels by exact integer comparison, and the hysteresis of what is shown (design/verdicts.md
 * M7-M9). */
#include "split/threshold.h"

#include "core/base/num.h"

/* Whether value/ALL compares with part/n as `op` says: part * ALL op value * n, in 128 bits. */
static bool
cond_holds(split_op op, int64_t part, int64_t n, int64_t value_e6)
{
    const int cmp =
        split__mul_cmp((uint64_t)part, SPLIT_PERCENT_ALL_E6, (uint64_t)value_e6, (uint64_t)n);
    switch (op) {
    case SPLIT_OP_LT:
        return cmp < 0;
    case SPLIT_OP_LE:
        return cmp <= 0;
    case SPLIT_OP_GT:
        return cmp > 0;
    default:
        return cmp >= 0;
    }
}

bool
split_threshold_is_over(const split_metric *metric, const split_metric_counts *counts,
                        split_bound_index bound)
{
    const split_bound *b = split_metric_bound(metric, bound);
    if (b == NULL || counts == NULL || !counts->present || counts->n <= 0)
        return false;
    const int64_t bad = counts->bad[bound];
    /* By nearest rank a percentile is over a bound exactly when more than its share lies over
     * it. */
    if (split_metric_is_latency(metric))
        return cond_holds(SPLIT_OP_GT, bad, counts->n, split_metric_share_e6(metric, bound));
    const bool low = metric->target.op == SPLIT_OP_GT || metric->target.op == SPLIT_OP_GE;
    const bool met = cond_holds(b->op, low ? counts->n - bad : bad, counts->n, b->value);
    return bound == SPLIT_BOUND_TARGET ? !met : met;
}

split_level
split_threshold_level(const split_metric *metric, const split_metric_counts *counts,
                      int64_t min_sample)
{
    if (metric == NULL || counts == NULL || !counts->present)
        return SPLIT_LEVEL_NO_DATA;
    if (counts->n < min_sample || counts->n <= 0)
        return SPLIT_LEVEL_LOW_SAMPLE;
    if (split_threshold_is_over(metric, counts, SPLIT_BOUND_CRITICAL))
        return SPLIT_LEVEL_CRITICAL;
    if (split_threshold_is_over(metric, counts, SPLIT_BOUND_WARNING))
        return SPLIT_LEVEL_WARNING;
    return split_threshold_is_over(metric, counts, SPLIT_BOUND_TARGET) ? SPLIT_LEVEL_OFF_TARGET
                                                                       : SPLIT_LEVEL_OK;
}

split_level
split_shown_step(split_shown *shown, split_level level)
{
    if (level != SPLIT_LEVEL_OK && level != SPLIT_LEVEL_OFF_TARGET &&
        level != SPLIT_LEVEL_WARNING && level != SPLIT_LEVEL_CRITICAL)
        return level;
    /* The worst of three windows rises at once and falls after three that are lower. */
    int worst = (int)level;
    for (int i = 0; i < shown->n_last; i++)
        if (shown->last[i] > worst)
            worst = shown->last[i];
    shown->last[1] = shown->last[0];
    shown->last[0] = (uint8_t)level;
    shown->n_last = (uint8_t)(shown->n_last < 2 ? shown->n_last + 1 : 2);
    return (split_level)worst;
}
