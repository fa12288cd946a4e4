/* SPDX-License-Identifier: MIT */
/* The names that count something, by kind of metric. */
#include "net/source/fields.h"

#include <stdio.h>
#include <string.h>

#include "net/source/source.h"

#define BIT(role) (UINT32_C(1) << (role))
#define OVERS (BIT(FIELD_OVER_TARGET) | BIT(FIELD_OVER_WARNING) | BIT(FIELD_OVER_CRITICAL))

static const char *const role_names[FIELD_ROLES] = {
    [FIELD_BAD] = "bad",
    [FIELD_TOTAL] = "total",
    [FIELD_SENT] = "sent",
    [FIELD_HITS] = "hits",
    [FIELD_OVER_TARGET] = "over_target",
    [FIELD_OVER_WARNING] = "over_warning",
    [FIELD_OVER_CRITICAL] = "over_critical",
    [FIELD_HISTOGRAM] = "histogram",
};

/* What a kind knows, and two ways to be complete. */
typedef struct kind_fields {
    uint32_t known;
    uint32_t enough[2];
} kind_fields;

static kind_fields
fields_of(split_metric_kind kind)
{
    const split_metric_kind_info *k = split_metric_kind_get((int)kind);
    const uint32_t plain = BIT(FIELD_BAD) | BIT(FIELD_TOTAL);
    if (k == NULL)
        return (kind_fields){0, {UINT32_MAX, UINT32_MAX}};
    if (k->form == SPLIT_METRIC_FORM_OVER)
        return (kind_fields){OVERS | BIT(FIELD_TOTAL) | BIT(FIELD_HISTOGRAM),
                             {OVERS | BIT(FIELD_TOTAL), BIT(FIELD_HISTOGRAM)}};
    uint32_t good = k->good_field[0] != '\0' ? BIT(FIELD_HITS) : 0;
    uint32_t sent = k->sent_field[0] != '\0' ? BIT(FIELD_SENT) : 0;
    return (kind_fields){plain | good | sent, {plain, good != 0 ? BIT(FIELD_BAD) | good : plain}};
}

/* What a kind needs, for people. */
static const char *
needs(split_metric_kind kind, char buf[96])
{
    const split_metric_kind_info *k = split_metric_kind_get((int)kind);
    if (k->form == SPLIT_METRIC_FORM_OVER)
        return "over_target, over_warning, over_critical and total, or histogram";
    int n = snprintf(buf, 96, "%s and %s", k->bad_field, k->total_field);
    if (k->good_field[0] != '\0' && n > 0 && n < 96)
        snprintf(buf + n, 96 - (size_t)n, ", or %s and %s", k->bad_field, k->good_field);
    return buf;
}

const char *
split__field_name(split_metric_kind kind, field_role role)
{
    const split_metric_kind_info *k = split_metric_kind_get((int)kind);
    const char *own[FIELD_ROLES] = {[FIELD_BAD] = k->bad_field,
                                    [FIELD_TOTAL] = k->total_field,
                                    [FIELD_SENT] = k->sent_field,
                                    [FIELD_HITS] = k->good_field};
    return own[role] != NULL && own[role][0] != '\0' ? own[role] : role_names[role];
}

int
split__field_role(split_metric_kind kind, const char *name)
{
    kind_fields fields = fields_of(kind);
    for (int role = 0; role < FIELD_ROLES; role++)
        if ((fields.known & BIT(role)) != 0 &&
            strcmp(name, split__field_name(kind, (field_role)role)) == 0)
            return role;
    return -1;
}

const char *
split__field_own(const split_source_options *o, const char *name)
{
    for (size_t i = 0; i < o->n_fields; i++)
        if (strcmp(o->fields[i].field, name) == 0)
            return o->fields[i].text;
    return NULL;
}

/* Metrics of one kind share their counts in the window, but a ratio, and outcomes over a bound, are
 * a metric's own. */
static bool
is_shared(split_metric_kind kind, int role)
{
    return split_metric_kind_get((int)kind)->form != SPLIT_METRIC_FORM_OWN &&
           (OVERS & BIT(role)) == 0;
}

static bool
is_own(const char *name, const char *const *own, size_t n_own)
{
    for (size_t i = 0; i < n_own; i++)
        if (strcmp(name, own[i]) == 0)
            return true;
    return false;
}

/* Another field that must say the same as this one, and does not; NULL without one. */
static const split_source_field *
find_conflict(const split_source_options *o, const split_source_field *f, bool own)
{
    split_metric_kind kind = o->metrics[f->metric].kind;
    int role = own ? -1 : split__field_role(kind, f->field);
    for (size_t i = 0; i < o->n_fields; i++) {
        const split_source_field *g = &o->fields[i];
        bool same = own ? strcmp(g->field, f->field) == 0
                        : o->metrics[g->metric].kind == kind &&
                              split__field_role(kind, g->field) == role &&
                              (is_shared(kind, role) || g->metric == f->metric);
        if (same && strcmp(g->text, f->text) != 0)
            return g;
    }
    return NULL;
}

static int
check_field(const split_source_options *o, const char *kind, const split_source_field *f, bool own,
            split_error *error)
{
    const split_metric *m = &o->metrics[f->metric];
    char buf[96];
    if (!own && split__field_role(m->kind, f->field) < 0)
        return split__net_fault(error, SPLIT_ERR_FIELD,
                                "%s: '%.64s' is no name of '%.64s', which needs %s", kind, f->field,
                                m->name, needs(m->kind, buf));
    const split_source_field *g = find_conflict(o, f, own);
    if (g != NULL)
        return split__net_fault(
            error, SPLIT_ERR_VALUE, "%s: '%.64s' of '%.64s' and of '%.64s' must be the same%s",
            kind, f->field, m->name, o->metrics[g->metric].name,
            own ? "" : "; metrics of one kind share their counts, a ratio has its own");
    return SPLIT_OK;
}

bool
split__fields_complete(split_metric_kind kind, uint32_t present)
{
    kind_fields fields = fields_of(kind);
    for (int way = 0; way < 2; way++)
        if ((present & fields.enough[way]) == fields.enough[way])
            return true;
    return false;
}

int
split__fields_check(const split_source_options *o, const char *kind, const char *const *own,
                    size_t n_own, split_error *error)
{
    uint32_t present[SPLIT_METRICS_MAX] = {0};
    char buf[96];
    for (size_t i = 0; i < o->n_fields; i++) {
        const split_source_field *f = &o->fields[i];
        if (f->metric >= o->n_metrics)
            return split__net_fault(error, SPLIT_ERR_FIELD, "%s: a name is of no metric", kind);
        bool is = is_own(f->field, own, n_own);
        int rc = check_field(o, kind, f, is, error);
        if (rc != SPLIT_OK)
            return rc;
        if (!is)
            present[f->metric] |= BIT(split__field_role(o->metrics[f->metric].kind, f->field));
    }
    for (size_t m = 0; m < o->n_metrics; m++)
        if (present[m] != 0 && !split__fields_complete(o->metrics[m].kind, present[m]))
            return split__net_fault(error, SPLIT_ERR_FIELD, "%s: '%.64s' needs %s", kind,
                                    o->metrics[m].name, needs(o->metrics[m].kind, buf));
    return SPLIT_OK;
}

static void
set(split_arm *arm, split_counter counter, int64_t value)
{
    arm->counts[counter] = value;
    arm->present |= UINT32_C(1) << counter;
}

static void
put_counts(const split_metric *metric, uint32_t m, const int64_t *c, bool has_sent, split_arm *arm)
{
    const split_metric_kind_info *k = split_metric_kind_get((int)metric->kind);
    switch (k->form) {
    case SPLIT_METRIC_FORM_COUNTERS:
        set(arm, k->bad, c[FIELD_BAD]);
        set(arm, k->n, c[FIELD_TOTAL]);
        if (k->sent_field[0] != '\0')
            set(arm, SPLIT_COUNTER_SENT, has_sent ? c[FIELD_SENT] : c[FIELD_TOTAL]);
        break;
    case SPLIT_METRIC_FORM_OVER:
        set(arm, SPLIT_COUNTER_TIMED, c[FIELD_TOTAL]);
        memcpy(&arm->over[SPLIT_BOUND_COUNT * m], &c[FIELD_OVER_TARGET],
               SPLIT_BOUND_COUNT * sizeof c[0]);
        arm->over_present |= UINT32_C(1) << m;
        break;
    default:
        memcpy(&arm->ratio[2 * m], &c[FIELD_BAD], 2 * sizeof c[0]);
        arm->ratio_present |= UINT32_C(1) << m;
    }
}

/* A count that metrics share came out differently, such as trials of a histogram and of a
 * counter. */
static bool
contradicts(const split_arm *arm, const split_arm *trial)
{
    for (int c = 0; c < SPLIT_COUNTER_COUNT; c++)
        if (split_arm_has(arm, (split_counter)c) && arm->counts[c] != trial->counts[c])
            return true;
    return false;
}

bool
split__fields_put(const split_metric *metric, uint32_t index, const field_counts *counts,
                  split_arm *arm)
{
    field_counts c = *counts;
    if (!split__fields_complete(metric->kind, c.present & ~BIT(FIELD_HISTOGRAM)))
        return false;
    if ((c.present & BIT(FIELD_TOTAL)) == 0 && (c.present & BIT(FIELD_HITS)) != 0)
        c.count[FIELD_TOTAL] = c.count[FIELD_BAD] + c.count[FIELD_HITS];
    split_arm trial = *arm;
    split_metric_counts checked;
    put_counts(metric, index, c.count, (c.present & BIT(FIELD_SENT)) != 0, &trial);
    if (contradicts(arm, &trial) || split_metric_count(metric, index, &trial, &checked) != SPLIT_OK)
        return false;
    *arm = trial;
    return true;
}
