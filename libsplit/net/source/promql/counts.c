/* SPDX-License-Identifier: MIT */
/* design/sources.md Q3 to Q6: which metrics of which arm have counts in this window, and why
 * not. */
#include "net/source/promql/counts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/source.h"

static promql_fault
check_value(double value)
{
    if (!isfinite(value))
        return PROMQL_NO_NUMBER;
    if (value < 0)
        return PROMQL_NEGATIVE;
    if (value > (double)SPLIT_COUNT_MAX)
        return PROMQL_TOO_LARGE;
    return floor(value) < value ? PROMQL_FRACTION : PROMQL_FINE;
}

static const char *
fault_text(promql_fault fault)
{
    static const char *const texts[] = {
        [PROMQL_FINE] = "",
        [PROMQL_NO_NUMBER] = "is NaN or infinite, which is no count",
        [PROMQL_NEGATIVE] = "is negative, which no count is",
        [PROMQL_FRACTION] = "is no whole number; name the counters themselves",
        [PROMQL_TOO_LARGE] = "is above 2^53",
        [PROMQL_NO_EDGE] = "has a series without the label le",
    };
    return texts[fault];
}

/* "SLOT" or "tSLOT"; false for what the query did not ask for. */
static bool
read_slot(const promql_query *q, const promql_sample *sample, uint32_t *slot, bool *is_age)
{
    const char *text = split__promql_label(sample, PROMQL_SLOT_LABEL);
    char *end;
    if (text == NULL)
        return false;
    *is_age = text[0] == 't';
    text += *is_age ? 1 : 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    unsigned long number = strtoul(text, &end, 10);
    *slot = (uint32_t)number;
    return *end == '\0' && number < (unsigned long)q->n * SPLIT_READING_ARM_COUNT;
}

int
split__promql_look_add(promql_look *look, const promql_query *q, const promql_sample *sample)
{
    promql_series s;
    uint32_t slot;
    bool is_age;
    if (!read_slot(q, sample, &slot, &is_age))
        return SPLIT_ERR_PEER;
    promql_slot *own = &look->slots[slot];
    look->at = sample->at;
    if (is_age) {
        own->newest = sample->value;
        return SPLIT_OK;
    }
    split__promql_series_name(&s, sample);
    promql_fault fault = check_value(sample->value);
    if (fault == PROMQL_FINE && q->is_histogram[slot / SPLIT_READING_ARM_COUNT] && s.edge < 0)
        fault = PROMQL_NO_EDGE;
    if (own->fault == PROMQL_FINE)
        own->fault = fault;
    if (fault != PROMQL_FINE)
        return SPLIT_OK;
    if (look->table.n == PROMQL_SERIES_MAX)
        return SPLIT_ERR_SPACE;
    s.slot = slot;
    s.value = (int64_t)sample->value;
    return split__promql_table_add(&look->table, &s) ? SPLIT_OK : SPLIT_ERR_NOMEM;
}

/* The series of a slot, *n of them. */
static const promql_series *
series_of(const promql_table *t, uint32_t slot, size_t *n)
{
    size_t i = 0;
    while (i < t->n && t->items[i].slot < slot)
        i++;
    for (*n = 0; i + *n < t->n && t->items[i + *n].slot == slot;)
        ++*n;
    return t->items + i;
}

/* NULL when the slot has counts, else why not. */
static const char *
sum_slot(const promql_look *now, uint32_t slot, int64_t *sum)
{
    size_t n;
    const promql_series *s = series_of(&now->table, slot, &n);
    bool any = false;
    *sum = 0;
    if (now->slots[slot].fault != PROMQL_FINE)
        return fault_text(now->slots[slot].fault);
    if (n == 0)
        return "has no series";
    if (now->slots[slot].is_stale)
        return "has no sample since the last poll";
    if (now->slots[slot].is_jump)
        return "rose far beyond its rate; does a replica behind one address lag?";
    for (size_t i = 0; i < n; i++) {
        if (s[i].since == PROMQL_SINCE_LOWER)
            return "is lower than before, and no restart; are there replicas behind one address?";
        if (s[i].since < 0 && s[i].peer == 0)
            return "restarted, and without the label instance nobody knows where";
        any = any || s[i].since >= 0;
        split__count_add(sum, s[i].since > 0 ? s[i].since : 0);
    }
    return any ? NULL : "has new series only";
}

/* Each histogram must have every edge: what one counted up to an edge it lacks cannot be known. */
static bool
has_equal_edges(const promql_series *s, size_t n, uint32_t n_edges)
{
    size_t n_groups = n > 0 ? 1 : 0;
    for (size_t i = 1; i < n; i++)
        n_groups += s[i].group != s[i - 1].group ? 1 : 0;
    return n == n_groups * n_edges;
}

/* Cumulative counts by edge, rising. False when there are too many edges. */
static bool
merge_buckets(const promql_series *s, size_t n, split_reading_latency *out)
{
    out->n_edges = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < out->n_edges && out->le_us[at] < s[i].edge)
            at++;
        if (at == out->n_edges || out->le_us[at] != s[i].edge) {
            if (out->n_edges == SPLIT_READING_EDGES_MAX)
                return false;
            size_t rest = out->n_edges - at;
            memmove(&out->le_us[at + 1], &out->le_us[at], rest * sizeof out->le_us[0]);
            memmove(&out->count[at + 1], &out->count[at], rest * sizeof out->count[0]);
            out->le_us[at] = s[i].edge;
            out->count[at] = 0;
            out->n_edges++;
        }
        split__count_add(&out->count[at], s[i].since > 0 ? s[i].since : 0);
    }
    return true;
}

/* From counts up to an edge to counts between edges. False when they do not rise. */
static bool
part_buckets(split_reading_latency *l)
{
    for (uint32_t i = l->n_edges; i-- > 1;) {
        l->count[i] -= l->count[i - 1];
        if (l->count[i] < 0)
            return false;
    }
    return true;
}

/* Trials, and those beyond each bound, which must be an edge. */
static const char *
count_histogram(const split_metric *m, const split_reading_latency *l, field_counts *c)
{
    if (l->n_edges == 0 || l->le_us[l->n_edges - 1] != SPLIT_NEVER)
        return "has no bucket up to +Inf";
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++) {
        split_us bound = split_metric_bound(m, (split_bound_index)b)->value;
        uint32_t i = 0;
        while (i < l->n_edges && l->le_us[i] != bound)
            i++;
        if (i == l->n_edges)
            return b == SPLIT_BOUND_TARGET    ? "has no bucket with the target as its edge"
                   : b == SPLIT_BOUND_WARNING ? "has no bucket with the warning bound as its edge"
                                              : "has no bucket with the critical bound as its edge";
        int64_t over = 0;
        while (++i < l->n_edges)
            over += l->count[i];
        c->count[FIELD_OVER_TARGET + b] = over;
        c->present |= UINT32_C(1) << (FIELD_OVER_TARGET + b);
    }
    c->count[FIELD_TOTAL] = 0;
    c->present |= UINT32_C(1) << FIELD_TOTAL;
    for (uint32_t i = 0; i < l->n_edges; i++)
        c->count[FIELD_TOTAL] += l->count[i];
    return NULL;
}

static const char *
take_histogram(const promql_look *now, const split_metric *m, uint32_t slot, field_counts *c,
               split_reading_latency *show)
{
    split_reading_latency l = {0};
    int64_t sum;
    size_t n;
    const char *why = sum_slot(now, slot, &sum);
    if (why != NULL)
        return why;
    const promql_series *s = series_of(&now->table, slot, &n);
    if (!merge_buckets(s, n, &l))
        return "has more than 128 edges";
    if (!has_equal_edges(s, n, l.n_edges))
        return "has series with different edges";
    if (!part_buckets(&l))
        return "has buckets that do not rise";
    *show = l;
    return count_histogram(m, &l, c);
}

/* NULL when the metric has counts for the arm, else why not and of which name. */
static const char *
take_metric(const promql_look *now, const promql_query *q, uint32_t m, int a, split_reading *out,
            const char **name)
{
    field_counts c = {0};
    for (int role = 0; role < FIELD_ROLES; role++) {
        int32_t e = q->expression[m][role];
        if (e < 0)
            continue;
        uint32_t slot = (uint32_t)e * SPLIT_READING_ARM_COUNT + (uint32_t)a;
        const char *why = role == FIELD_HISTOGRAM ? take_histogram(now, &q->options.metrics[m],
                                                                   slot, &c, &out->latency[a])
                                                  : sum_slot(now, slot, &c.count[role]);
        *name = split__field_name(q->options.metrics[m].kind, (field_role)role);
        if (why != NULL)
            return why;
        c.present |= UINT32_C(1) << role;
    }
    *name = "its counts";
    return split__fields_put(&q->options.metrics[m], m, &c, &out->arm[a])
               ? NULL
               : "contradict each other: more bad events than trials, or two numbers of trials";
}

static bool
is_asked(const promql_query *q, uint32_t m)
{
    for (int role = 0; role < FIELD_ROLES; role++)
        if (q->expression[m][role] >= 0)
            return true;
    return false;
}

static void
find_stale(const promql_look *before, promql_look *now, const promql_query *q)
{
    for (uint32_t slot = 0; slot < q->n * SPLIT_READING_ARM_COUNT; slot++) {
        promql_slot *s = &now->slots[slot];
        s->is_stale = s->newest > 0 && s->newest <= before->slots[slot].newest;
    }
}

/* C3. The arms share a rate: traffic that moves from one to the other is no jump. */
static void
find_jumps(const promql_look *before, promql_look *now, const promql_query *q)
{
    double seconds = before->at > 0 && now->at > 0 ? now->at - before->at : 0;
    for (uint32_t e = 0; e < q->n; e++) {
        int64_t counted = 0;
        for (uint32_t a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
            size_t n;
            const promql_series *s = series_of(&now->table, e * SPLIT_READING_ARM_COUNT + a, &n);
            for (size_t i = 0; i < n; i++)
                split__count_add(&counted, s[i].since > 0 ? s[i].since : 0);
        }
        now->rate[e] = before->rate[e];
        bool fits = split__counter_rate_take(&now->rate[e], counted, seconds, -1);
        for (uint32_t a = 0; a < SPLIT_READING_ARM_COUNT; a++)
            now->slots[e * SPLIT_READING_ARM_COUNT + a].is_jump = !fits;
    }
}

promql_when
split__promql_look_when(const promql_look *look, double at)
{
    promql_when when = PROMQL_UNKNOWN;
    for (uint32_t slot = 0; slot < PROMQL_SLOTS_MAX; slot++) {
        double newest = look->slots[slot].newest;
        if (newest > 0 && newest < at)
            return PROMQL_EARLIER;
        if (newest > 0)
            when = PROMQL_LATER;
    }
    return when;
}

int
split__promql_look_count(const promql_look *before, promql_look *now, const promql_query *q,
                         split_reading *out)
{
    static const promql_look none;
    bool fell;
    const promql_look *past = before != NULL ? before : &none;
    if (!split__promql_count(&past->table, &now->table, &fell))
        return SPLIT_ERR_NOMEM;
    find_stale(past, now, q);
    find_jumps(past, now, q);
    out->n_restarts = fell ? 1 : 0;
    for (int a = 0; before != NULL && a < SPLIT_READING_ARM_COUNT; a++)
        for (uint32_t m = 0; q->arm[a] != NULL && m < q->options.n_metrics; m++) {
            const char *name;
            if (!is_asked(q, m))
                continue;
            const char *why = take_metric(now, q, m, a, out, &name);
            if (why == NULL)
                out->has_arm[a] = true;
            else
                split__net_note(out, "%.64s of %.64s: %s %s", q->options.metrics[m].name,
                                q->options.arms[a], name, why);
        }
    return out->has_arm[0] || out->has_arm[1] ? SPLIT_OK : SPLIT_ERR_NO_DATA;
}
