/* SPDX-License-Identifier: MIT */
/* Metrics of the policy: conditions such as "< 1%", and the rules that hold them together. */
#include "policy/policy/metric_read.h"

#include <stdio.h>
#include <string.h>

#include "policy/document/number.h"
#include "policy/policy/read.h"

static const char *const ops[] = {
#define XX(name, number, text) text,
    SPLIT_OP_MAP(XX)
#undef XX
};

/* The operator at the start: the longer one first, so that <= is not read as <. Returns its bytes,
 * or 0. */
static size_t
read_op(const char *text, split_op *out)
{
    for (size_t n = 2; n >= 1; n--)
        for (int i = 0; i < SPLIT_OP_COUNT; i++)
            if (strlen(ops[i]) == n && strncmp(text, ops[i], n) == 0) {
                *out = (split_op)i;
                return n;
            }
    return 0;
}

/* "1%" to 1000000; nothing can be proven against 0 % or 100 %. */
static number_fault
read_percent(const char *text, int64_t *out)
{
    uint64_t micros;
    size_t n = strlen(text);
    if (n == 0 || text[n - 1] != '%')
        return NUMBER_SHAPE;
    n--;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    number_fault fault = split__number_plain(text, n, 6, &micros);
    if (fault == NUMBER_OK && (micros == 0 || micros >= DOC_PERCENT_ALL))
        fault = NUMBER_BIG;
    if (fault == NUMBER_OK)
        *out = (int64_t)micros;
    return fault;
}

static number_fault
read_bound(const char *text, bool latency, split_bound *out)
{
    int64_t value = 0;
    size_t n = read_op(text, &out->op);
    if (n == 0)
        return NUMBER_SHAPE;
    text += n + strspn(text + n, " ");
    number_fault fault =
        latency ? split__number_duration(text, strlen(text), &value) : read_percent(text, &value);
    if (fault == NUMBER_OK && latency && (value == 0 || value > DOC_DAY_US))
        fault = NUMBER_BIG;
    out->value = value;
    return fault;
}

/* How a metric is counted whose kind has this name; -1 for no kind. */
static int
form_of(const char *name)
{
    for (int kind = 0; kind < SPLIT_METRIC_KIND_COUNT; kind++)
        if (strcmp(name, split_metric_kind_name(kind)) == 0)
            return (int)split_metric_kind_get(kind)->form;
    return -1;
}

/* 1 for a latency metric, 0 for another, -1 when the kind is missing or wrong, which is recorded
 * elsewhere. */
static int
latency_sibling(const loader *l, uint32_t node)
{
    uint32_t kind = split__json_member(&l->doc, l->doc.nodes[node].parent, "kind");
    if (kind == JSON_NONE || l->doc.nodes[kind].kind != JSON_STRING)
        return -1;
    return form_of(split__json_text(&l->doc, kind)) == SPLIT_METRIC_FORM_OVER;
}

void
split__read_condition(loader *l, const field *f, uint32_t node, void *object)
{
    split_bound bound = {0};
    int latency = latency_sibling(l, node);
    if (!split__want_kind(l, node, JSON_STRING,
                          "a condition in quotes such as \"< 1%\" or \"> 300ms\"") ||
        latency < 0)
        return;
    number_fault fault = read_bound(split__json_text(&l->doc, node), latency, &bound);
    if (fault == NUMBER_OK)
        memcpy((char *)object + f->offset, &bound, sizeof bound);
    else if (fault == NUMBER_SHAPE)
        split__fault_value(
            l, SPLIT_ERR_VALUE, node,
            latency ? "A condition is <, <=, > or >= and a duration, such as \"> 300ms\"."
                    : "A condition is <, <=, > or >= and a percentage, such as \"< 1%\".");
    else if (fault == NUMBER_FINE)
        split__fault_value(
            l, SPLIT_ERR_VALUE, node,
            latency ? "A duration has at most 3 decimals of ms, or 6 of s, m, h, d; round it."
                    : "A percentage has at most 6 decimals; round it.");
    else
        split__fault_value(
            l, SPLIT_ERR_VALUE, node,
            latency ? "A latency bound must be above \"0ms\" and at most \"1d\"; change it."
                    : "A bound must be above 0% and below 100%; change it.");
}

void
split__prepare_metric(loader *l, uint32_t node, void *object)
{
    doc_metric *metric = object;
    (void)l;
    (void)node;
    if (split_metric_init(&metric->core, SPLIT_METRIC_ERROR) == SPLIT_OK)
        metric->missing = (int)metric->core.missing;
}

static void
book_if_missing(loader *l, uint32_t node, const char *name, const char *why)
{
    if (split__json_member(&l->doc, node, name) == JSON_NONE)
        split__fault_missing(l, node, name, why);
}

static void
book_if_there(loader *l, uint32_t node, const char *name, const char *sentence)
{
    uint32_t member = split__json_member(&l->doc, node, name);
    if (member != JSON_NONE)
        split__fault_key(l, SPLIT_ERR_FIELD, member, sentence);
}

/* Fields that only one kind has. */
static void
check_kind_fields(loader *l, uint32_t node, const char *kind)
{
    if (form_of(kind) == SPLIT_METRIC_FORM_OVER)
        book_if_missing(l, node, "percentile",
                        "write the percentile that is held against the bounds, such as 95");
    else
        book_if_there(l, node, "percentile",
                      "Only a metric of kind latency has a percentile; remove it.");
    if (form_of(kind) == SPLIT_METRIC_FORM_OWN) {
        book_if_missing(l, node, "bad", "name the counter of bad events");
        book_if_missing(l, node, "of", "name the counter of all events");
    } else {
        book_if_there(l, node, "bad", "Only a metric of kind ratio has \"bad\"; remove it.");
        book_if_there(l, node, "of", "Only a metric of kind ratio has \"of\"; remove it.");
    }
}

static bool
is_below(split_op op)
{
    return op == SPLIT_OP_LT || op == SPLIT_OP_LE;
}

static bool
takes_equal(split_op op)
{
    return op == SPLIT_OP_LE || op == SPLIT_OP_GE;
}

/*
 * Does the bad side of `far` lie inside the bad side of `near`? At equal values the signs decide:
 * what the target calls fine must not be a warning, and what is critical must be a warning too.
 */
static bool
in_order(const split_bound *near, const split_bound *far, bool high_is_bad, bool near_is_target)
{
    if (near->value == far->value)
        return takes_equal(near->op) != near_is_target || !takes_equal(far->op);
    return (far->value > near->value) == high_is_bad;
}

static void
book_bound(loader *l, uint32_t node, const char *name, const char *sentence)
{
    split__fault_value(l, SPLIT_ERR_BOUNDS, split__json_member(&l->doc, node, name), sentence);
}

static void
check_bounds(loader *l, uint32_t node, const split_metric *m)
{
    bool high = is_below(m->target.op);
    const char *direction =
        high ? "The target says that high is bad, so this must begin with > or >=."
             : "The target says that low is bad, so this must begin with < or <=.";
    size_t n_before = l->faults.n;
    if (split_metric_is_latency(m) && !high)
        book_bound(l, node, "target",
                   "A latency is good when it is low, so the target must begin with < or <=.");
    if (is_below(m->warning.op) == high)
        book_bound(l, node, "warning", direction);
    if (is_below(m->critical.op) == high)
        book_bound(l, node, "critical", direction);
    if (l->faults.n != n_before)
        return;
    if (!in_order(&m->target, &m->warning, high, true))
        book_bound(l, node, "warning",
                   high ? "The warning bound lies inside the target; raise it."
                        : "The warning bound lies inside the target; lower it.");
    if (!in_order(&m->warning, &m->critical, high, false))
        book_bound(l, node, "critical",
                   high ? "The critical bound lies below the warning bound; raise it."
                        : "The critical bound lies above the warning bound; lower it.");
    if (l->faults.n == n_before && split_metric_check(m) != SPLIT_OK)
        split__fault_value(l, split_metric_check(m), node, split_strerror(split_metric_check(m)));
}

void
split__check_metric(loader *l, uint32_t node, void *object, bool clean)
{
    doc_metric *metric = object;
    uint32_t kind = split__json_member(&l->doc, node, "kind");
    size_t n_before = l->faults.n;
    /* A kind that is unknown is recorded already; the other fields cannot be judged then. */
    if (kind != JSON_NONE && l->doc.nodes[kind].kind == JSON_STRING &&
        strcmp(split__json_text(&l->doc, kind),
               split_metric_kind_name((int)(split_metric_kind)metric->kind)) == 0)
        check_kind_fields(l, node, split__json_text(&l->doc, kind));
    if (!clean || l->faults.n != n_before)
        return;
    metric->core.kind = (split_metric_kind)metric->kind;
    metric->core.missing = (split_missing)metric->missing;
    metric->core.percentile_e6 = (int64_t)metric->percentile_e6;
    memset(metric->core.name, 0, sizeof metric->core.name);
    memcpy(metric->core.name, metric->name, strlen(metric->name));
    check_bounds(l, node, &metric->core);
}
