/* SPDX-License-Identifier: MIT */
/* Suffixes, regions and short forms of the policy's names, resolved for one arm. */
#include "net/source/cloudwatch/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/cloudwatch/text.h"
#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

static const char *const suffixes[SPLIT_READING_ARM_COUNT] = {".arm", ".baseline"};

/* Length of a name without its suffix; *out_arm is -1 for a plain one. */
static size_t
base_of(const char *name, int *out_arm)
{
    size_t n = strlen(name);
    *out_arm = -1;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        size_t tail = strlen(suffixes[a]);
        if (n > tail && strcmp(name + n - tail, suffixes[a]) == 0) {
            *out_arm = a;
            return n - tail;
        }
    }
    return n;
}

/* Whether the metric has this name with the arm's suffix, too. */
static bool
is_overridden(const split_source_options *o, const split_source_field *f, int a)
{
    char own[96];
    snprintf(own, sizeof own, "%.64s%s", f->field, suffixes[a]);
    for (size_t i = 0; i < o->n_fields; i++)
        if (o->fields[i].metric == f->metric && strcmp(o->fields[i].field, own) == 0)
            return true;
    return false;
}

static bool
is_elsewhere(const char *text, const char *region)
{
    size_t n;
    const char *named = split__cw_region(text, &n);
    return n > 0 && (strlen(region) != n || strncmp(named, region, n) != 0);
}

static int
no_memory(split_error *error)
{
    return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}

/* Takes `text` over, also when it fails; NULL is a failed allocation. */
static int
add(cw_names *to, uint32_t metric, const char *field, size_t field_len, char *text, bool percent,
    split_error *error)
{
    char *own = strndup(field, field_len);
    if (own == NULL || text == NULL || to->n == to->room) {
        free(own);
        free(text);
        return no_memory(error);
    }
    to->percent[to->n] = percent;
    to->field[to->n++] = (split_source_field){metric, own, text};
    return SPLIT_OK;
}

/* The statistic that counts values of at least `over_us`: its lower bound is left out, so it is the
 * last microsecond before. */
static bool
put_over(const char *unit, split_us over_us, char *buf, size_t buf_size)
{
    long long below = over_us > 0 ? (long long)over_us - 1 : 0;
    if (strcmp(unit, "us") == 0)
        snprintf(buf, buf_size, "TC(%lld:)", below);
    else if (strcmp(unit, "ms") == 0)
        snprintf(buf, buf_size, "TC(%lld.%03lld:)", below / 1000, below % 1000);
    else if (strcmp(unit, "s") == 0)
        snprintf(buf, buf_size, "TC(%lld.%06lld:)", below / 1000000, below % 1000000);
    else
        return false;
    return true;
}

static int
add_latency(const split_source_options *o, const split_source_field *f, cw_names *to,
            split_error *error)
{
    static const char *const over[SPLIT_BOUND_COUNT] = {"over_target", "over_warning",
                                                        "over_critical"};
    char unit[16];
    char statistic[64];
    int rc = SPLIT_OK;
    split__cw_statistic(f->text, unit, sizeof unit);
    for (int b = 0; rc == SPLIT_OK && b < SPLIT_BOUND_COUNT; b++) {
        split_us us = split_metric_over_us(&o->metrics[f->metric], (split_bound_index)b);
        if (!put_over(unit, us, statistic, sizeof statistic))
            return split__net_fault(error, SPLIT_ERR_VALUE,
                                    "cloudwatch: append the unit of the latency to it, :us, :ms "
                                    "or :s, not ':%s'",
                                    unit);
        rc = add(to, f->metric, over[b], strlen(over[b]),
                 split__cw_with_statistic(f->text, statistic), false, error);
    }
    if (rc == SPLIT_OK)
        rc = add(to, f->metric, "total", 5, split__cw_with_statistic(f->text, "SampleCount"), false,
                 error);
    return rc;
}

static bool
is_name(const split_source_field *f, size_t base, const char *name)
{
    return strlen(name) == base && strncmp(f->field, name, base) == 0;
}

static int
add_field(const split_source_options *o, const split_source_field *f, size_t base, cw_names *to,
          split_error *error)
{
    const split_metric *metric = &o->metrics[f->metric];
    const char *good = split_metric_kind_get((int)metric->kind)->good_field;
    bool latency = split_metric_is_latency(metric);
    if (latency && (base == 0 || is_name(f, base, "latency")))
        return add_latency(o, f, to, error);
    if (latency && is_name(f, base, "histogram"))
        return split__net_fault(error, SPLIT_ERR_FIELD,
                                "cloudwatch has no histograms; name a latency metric 'latency'");
    if (!is_name(f, base, "bad_percent"))
        return add(to, f->metric, f->field, base, strdup(f->text), false, error);
    /* A hit rate is a share of cacheable requests, whose number CloudWatch does not have. */
    if (good[0] != '\0' || latency)
        return split__net_fault(error, SPLIT_ERR_FIELD,
                                "cloudwatch: a percentage of '%.64s' cannot be turned into counts; "
                                "take it from logs, or name counts",
                                o->metrics[f->metric].name);
    return add(to, f->metric, "bad", 3, strdup(f->text), true, error);
}

int
split__cw_names(const split_source_options *o, const char *region, int a, cw_names *out,
                split_error *error)
{
    int rc = SPLIT_OK;
    *out = (cw_names){.room = 4 * o->n_fields};
    out->field = calloc(out->room + 1, sizeof out->field[0]);
    out->percent = calloc(out->room + 1, sizeof out->percent[0]);
    if (out->field == NULL || out->percent == NULL)
        rc = no_memory(error);
    for (size_t i = 0; rc == SPLIT_OK && i < o->n_fields; i++) {
        const split_source_field *f = &o->fields[i];
        int arm;
        size_t base = base_of(f->field, &arm);
        if (f->metric >= o->n_metrics)
            rc = split__net_fault(error, SPLIT_ERR_FIELD, "cloudwatch: a name is of no metric");
        else if ((arm == a || arm == -1) && !(arm == -1 && is_overridden(o, f, a)) &&
                 !is_elsewhere(f->text, region))
            rc = add_field(o, f, base, out, error);
    }
    if (rc != SPLIT_OK)
        split__cw_names_free(out);
    return rc;
}

void
split__cw_names_free(cw_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free((char *)(uintptr_t)names->field[i].field);
        free((char *)(uintptr_t)names->field[i].text);
    }
    free(names->field);
    free(names->percent);
    *names = (cw_names){0};
}
