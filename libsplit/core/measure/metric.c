/* SPDX-License-Identifier: MIT */
/* Definitions of metrics: defaults, ranges, bounds, and the counts that an arm has for them. */
#include "split/metric.h"

#include <string.h>

#define LATENCY_MAX_US 86400000000

static bool
low_is_bad(const split_metric *metric)
{
    return metric->target.op == SPLIT_OP_GT || metric->target.op == SPLIT_OP_GE;
}

int
split_metric_init(split_metric *metric, split_metric_kind kind)
{
    const split_metric_kind_info *row = split_metric_kind_get((int)kind);
    if (metric == NULL || row == NULL)
        return SPLIT_ERR_ARG;
    memset(metric, 0, sizeof *metric);
    metric->kind = kind;
    metric->percentile_e6 = row->percentile_e6;
    metric->target = row->bounds[SPLIT_BOUND_TARGET];
    metric->warning = row->bounds[SPLIT_BOUND_WARNING];
    metric->critical = row->bounds[SPLIT_BOUND_CRITICAL];
    metric->missing = SPLIT_MISSING_HOLD;
    metric->gate = true;
    return SPLIT_OK;
}

const split_bound *
split_metric_bound(const split_metric *metric, split_bound_index bound)
{
    if (metric == NULL)
        return NULL;
    switch (bound) {
    case SPLIT_BOUND_TARGET:
        return &metric->target;
    case SPLIT_BOUND_WARNING:
        return &metric->warning;
    case SPLIT_BOUND_CRITICAL:
        return &metric->critical;
    default:
        return NULL;
    }
}

int64_t
split_metric_share_e6(const split_metric *metric, split_bound_index bound)
{
    const split_bound *b = split_metric_bound(metric, bound);
    if (b == NULL)
        return 0;
    if (split_metric_is_latency(metric))
        return SPLIT_PERCENT_ALL_E6 - metric->percentile_e6;
    return low_is_bad(metric) ? SPLIT_PERCENT_ALL_E6 - b->value : b->value;
}

split_us
split_metric_over_us(const split_metric *metric, split_bound_index bound)
{
    const split_bound *b = split_metric_bound(metric, bound);
    if (b == NULL || !split_metric_is_latency(metric))
        return SPLIT_NEVER;
    return b->op == SPLIT_OP_LT || b->op == SPLIT_OP_GE ? b->value : b->value + 1;
}

static bool
name_ok(const char *name)
{
    for (size_t i = 0; i < SPLIT_METRIC_NAME_BYTES; i++) {
        const char c = name[i];
        if (c == '\0')
            return i > 0;
        const bool alnum =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alnum && (i == 0 || (c != '.' && c != '_' && c != '-')))
            return false;
    }
    return false;
}

static bool
values_ok(const split_metric *m)
{
    const bool latency = split_metric_is_latency(m);
    const int64_t max = latency ? LATENCY_MAX_US : SPLIT_PERCENT_ALL_E6 - 1;
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++) {
        const split_bound *b = split_metric_bound(m, (split_bound_index)i);
        if ((unsigned)b->op >= SPLIT_OP_COUNT || b->value < 1 || b->value > max)
            return false;
    }
    return !latency || (m->percentile_e6 > 0 && m->percentile_e6 < SPLIT_PERCENT_ALL_E6);
}

/* Where a condition begins on the bad side, doubled so that "at" (even) and "just past" (odd) are
 * integers. */
static int64_t
bad_from(const split_bound *b, bool low, bool is_target)
{
    /* The target says what is fine, so the bad side begins where it ends. */
    const bool past = is_target ? b->op == SPLIT_OP_LE || b->op == SPLIT_OP_GE
                                : b->op == SPLIT_OP_GT || b->op == SPLIT_OP_LT;
    return 2 * (low ? -b->value : b->value) + (past ? 1 : 0);
}

static bool
order_ok(const split_metric *m)
{
    const bool low = low_is_bad(m);
    const split_bound *bad[2] = {&m->warning, &m->critical};
    for (int i = 0; i < 2; i++)
        if (low != (bad[i]->op == SPLIT_OP_LT || bad[i]->op == SPLIT_OP_LE))
            return false;
    if (low && split_metric_is_latency(m))
        return false;
    const int64_t target = bad_from(&m->target, low, true);
    const int64_t warning = bad_from(&m->warning, low, false);
    return target <= warning && warning <= bad_from(&m->critical, low, false);
}

int
split_metric_check(const split_metric *metric)
{
    if (metric == NULL)
        return SPLIT_ERR_ARG;
    if (!name_ok(metric->name))
        return SPLIT_ERR_NAME;
    if ((unsigned)metric->kind >= SPLIT_METRIC_KIND_COUNT ||
        (unsigned)metric->missing >= SPLIT_MISSING_COUNT)
        return SPLIT_ERR_VALUE;
    if (!values_ok(metric))
        return SPLIT_ERR_VALUE;
    return order_ok(metric) ? SPLIT_OK : SPLIT_ERR_BOUNDS;
}

static bool
counts_ok(const split_metric_counts *c)
{
    if (c->n < 0 || c->n > SPLIT_COUNT_MAX)
        return false;
    int64_t most = c->n;
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++) {
        if (c->bad[i] < 0 || c->bad[i] > most)
            return false;
        most = c->bad[i];
    }
    return true;
}

static void
count_plain(const split_metric_kind_info *row, const split_arm *arm, split_metric_counts *out)
{
    out->present = split_arm_has(arm, row->n) && split_arm_has(arm, row->bad);
    out->n = arm->counts[row->n];
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++)
        out->bad[i] = arm->counts[row->bad];
}

static void
count_over(const split_metric_kind_info *row, uint32_t index, const split_arm *arm,
           split_metric_counts *out)
{
    const bool timed = split_arm_has(arm, SPLIT_COUNTER_TIMED);
    const split_counter n = timed ? SPLIT_COUNTER_TIMED : row->n;
    out->present = split_arm_has(arm, n) && (arm->over_present >> index & 1) != 0;
    out->n = arm->counts[n];
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++)
        out->bad[i] = arm->over[index * SPLIT_BOUND_COUNT + (uint32_t)i];
}

static void
count_own(uint32_t index, const split_arm *arm, split_metric_counts *out)
{
    out->present = (arm->ratio_present >> index & 1) != 0;
    out->n = arm->ratio[2 * index + 1];
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++)
        out->bad[i] = arm->ratio[2 * index];
}

int
split_metric_count(const split_metric *metric, uint32_t index, const split_arm *arm,
                   split_metric_counts *out)
{
    const split_metric_kind_info *row =
        metric != NULL ? split_metric_kind_get((int)metric->kind) : NULL;
    if (row == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (index >= SPLIT_METRICS_MAX)
        return SPLIT_ERR_INDEX;
    split_metric_counts c = {0};
    if (arm != NULL) {
        if (row->form == SPLIT_METRIC_FORM_OVER)
            count_over(row, index, arm, &c);
        else if (row->form == SPLIT_METRIC_FORM_OWN)
            count_own(index, arm, &c);
        else
            count_plain(row, arm, &c);
    }
    if (!c.present)
        c = (split_metric_counts){0};
    else if (!counts_ok(&c))
        return SPLIT_ERR_WINDOW;
    *out = c;
    return SPLIT_OK;
}
