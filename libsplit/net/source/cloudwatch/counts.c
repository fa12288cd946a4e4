/* SPDX-License-Identifier: MIT */
/* W2. Datapoints become counts of the window. A period counts for a metric when all of the metric's
 * counts are there; out of a part of them nothing honest can be said. */
#include "net/source/cloudwatch/counts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "net/source/fields.h"
#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

/* One metric and arm. */
typedef struct tally {
    const cw_plan *plan;
    const cw_points *points;
    uint32_t metric;
    int arm;
    field_counts sum;
    size_t n_whole; /* periods that count */
    size_t n_torn;  /* periods with some of the counts only */
    bool strange;   /* a value that is no count */
} tally;

static double
value_at(const tally *t, const cw_use *use, size_t period)
{
    return t->points->value[use->series * t->points->n_periods + period];
}

static bool
is_mine(const tally *t, const cw_use *use)
{
    return use->role >= 0 && use->metric == t->metric && use->arm == t->arm;
}

/* CloudWatch's values are doubles; a sum of events is a whole number. */
static bool
to_count(double value, int64_t *out)
{
    double whole = round(value);
    if (!(whole >= 0 && whole <= (double)SPLIT_COUNT_MAX &&
          fabs(value - whole) < 1e-6 * (1 + whole)))
        return false;
    *out = (int64_t)whole;
    return true;
}

/* W4. Rounded up: a failure is never rounded away. The little that is taken off is the rate's own
 * rounding. */
static bool
from_percent(double percent, int64_t total, int64_t *out)
{
    if (!(percent >= 0 && percent <= 100))
        return false;
    double bad = ceil(percent / 100 * (double)total - 1e-6);
    *out = bad < 0 ? 0 : (int64_t)bad;
    return true;
}

/* The counts of one period; false when one is missing or not valid. */
static bool
count_period(tally *t, size_t period, field_counts *out, size_t *out_n)
{
    const cw_use *percent = NULL;
    *out_n = 0;
    bool whole = true;
    for (size_t i = 0; i < t->plan->n_uses; i++) {
        const cw_use *use = &t->plan->uses[i];
        if (!is_mine(t, use))
            continue;
        double value = value_at(t, use, period);
        bool sparse = t->plan->series[use->series].text.sparse;
        *out_n += isnan(value) ? 0 : 1;
        if (use->percent)
            percent = isnan(value) ? NULL : use;
        whole = whole && (sparse || !isnan(value));
        out->present |= UINT32_C(1) << use->role;
        if (use->percent || isnan(value))
            continue;
        if (!to_count(value, &out->count[use->role])) {
            t->strange = true;
            whole = false;
        }
    }
    if (whole && percent != NULL &&
        !from_percent(value_at(t, percent, period), out->count[FIELD_TOTAL],
                      &out->count[FIELD_BAD])) {
        t->strange = true;
        return false;
    }
    return whole;
}

static void
count_metric(tally *t)
{
    for (size_t p = 0; p < t->points->n_periods; p++) {
        field_counts one = {.present = 0};
        size_t n;
        bool whole = count_period(t, p, &one, &n);
        t->n_torn += !whole && n > 0 ? 1 : 0;
        if (!whole || n == 0)
            continue;
        t->n_whole++;
        t->sum.present = one.present;
        for (int role = 0; role < FIELD_ROLES; role++)
            split__count_add(&t->sum.count[role], one.count[role]);
    }
}

static void
put_note(const tally *t, const char *metric, bool put, split_reading *out)
{
    const char *why = NULL;
    if (t->strange)
        why = "CloudWatch answers what is no count";
    else if (t->n_whole > 0 && !put)
        why = "its counts contradict each other";
    else if (t->n_torn > 0)
        why = "periods in which one of its counts is missing are left out";
    if (why != NULL && out->note[0] == '\0')
        snprintf(out->note, sizeof out->note, "%.64s: %s", metric, why);
}

/* W3. The newest period that has one: percentiles cannot be added up. */
static void
put_percentile(const cw_points *points, const cw_use *use, split_reading *out)
{
    for (size_t p = points->n_periods; p-- > 0;) {
        double value = points->value[use->series * points->n_periods + p] * use->unit_us;
        if (!(value >= 0 && value < 8.64e10))
            continue;
        out->percentile_us[use->arm][use->shown] = (split_us)llround(value);
        return;
    }
}

bool
split__cw_count(const cw_plan *plan, const cw_points *points, const split_metric *metrics,
                size_t n_metrics, split_reading *out)
{
    bool any = false;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        for (uint32_t m = 0; m < n_metrics; m++) {
            tally t = {.plan = plan, .points = points, .metric = m, .arm = a};
            count_metric(&t);
            bool put = t.n_whole > 0 && split__fields_put(&metrics[m], m, &t.sum, &out->arm[a]);
            out->has_arm[a] = out->has_arm[a] || put;
            any = any || put;
            put_note(&t, metrics[m].name, put, out);
        }
    for (size_t i = 0; i < plan->n_uses; i++)
        if (plan->uses[i].role < 0)
            put_percentile(points, &plan->uses[i], out);
    return any;
}
