/* SPDX-License-Identifier: MIT */
/* Which series of CloudWatch to ask for, and which count of the window each one is. */
#include "net/source/cloudwatch/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/cloudwatch/check.h"
#include "net/source/cloudwatch/text.h"
#include "net/source/fields.h"
#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "net/source/cloudwatch/names.h"

static const char *const own_names[] = {"arm", "baseline", "percentiles"};
static const char *const percentiles[CW_PERCENTILES] = {"p50", "p95", "p99"};

static int
no_memory(split_error *error)
{
    return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}

static bool
is_same(const cw_text *a, const cw_text *b)
{
    if (strcmp(a->name_space, b->name_space) != 0 || strcmp(a->metric, b->metric) != 0 ||
        strcmp(a->statistic, b->statistic) != 0 || a->n_dimensions != b->n_dimensions ||
        a->sparse != b->sparse)
        return false;
    for (size_t i = 0; i < a->n_dimensions; i++)
        if (strcmp(a->dimension[i].name, b->dimension[i].name) != 0 ||
            strcmp(a->dimension[i].value, b->dimension[i].value) != 0)
            return false;
    return true;
}

/* Takes `t` over. A series that is there already is not asked for twice: each one costs money. A
 * metric has four counts an arm at most, and two arms three percentiles each: that fits into one
 * request. */
static uint32_t
add_series(cw_plan *plan, cw_text *t)
{
    static_assert(SPLIT_READING_ARM_COUNT * (4 * SPLIT_METRICS_MAX + CW_PERCENTILES) <=
                      CW_SERIES_MAX,
                  "one GetMetricData is enough");
    for (size_t i = 0; i < plan->n_series; i++)
        if (is_same(&plan->series[i].text, t)) {
            free(t->own);
            return (uint32_t)i;
        }
    assert(plan->n_series < CW_SERIES_MAX);
    plan->series[plan->n_series] = (cw_series){.text = *t};
    return (uint32_t)plan->n_series++;
}

/* Another arm, or another count of this metric, that is the very same series. */
static const cw_use *
find_twin(const cw_plan *plan, const cw_use *use)
{
    for (size_t i = 0; i < plan->n_uses; i++) {
        const cw_use *u = &plan->uses[i];
        if (u->series == use->series && u->metric == use->metric && u->role == use->role &&
            u->arm != use->arm)
            return u;
    }
    return NULL;
}

static int
add_use(cw_plan *plan, const split_source_options *o, const cw_use *use, split_error *error)
{
    if (find_twin(plan, use) != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: '%.64s' names the same counts for both systems; write "
                                "$arm, or names with .arm and .baseline",
                                o->metrics[use->metric].name);
    if (plan->n_uses == plan->uses_room) {
        size_t room = plan->uses_room == 0 ? 32 : 2 * plan->uses_room;
        cw_use *uses = realloc(plan->uses, room * sizeof uses[0]);
        if (uses == NULL)
            return no_memory(error);
        plan->uses = uses;
        plan->uses_room = room;
    }
    plan->uses[plan->n_uses++] = *use;
    return SPLIT_OK;
}

/* "TC(199.999:)" counts values; "tc90" and "TC(10%:)" count a share of them. */
static bool
is_count(const char *statistic)
{
    return strcmp(statistic, "Sum") == 0 || strcmp(statistic, "SampleCount") == 0 ||
           (strncmp(statistic, "TC(", 3) == 0 && strchr(statistic, '%') == NULL);
}

static int
check_statistic(const cw_text *t, const cw_use *use, split_error *error)
{
    if (use->percent && strcmp(t->statistic, "Average") != 0)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: bad_percent is the Average of a rate, not '%.32s'",
                                t->statistic);
    if (!use->percent && !is_count(t->statistic))
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: '%.32s' of %.64s is no count; it is judged by Sum, "
                                "SampleCount or TC(FROM:TO)",
                                t->statistic, t->metric);
    if (t->sparse && (use->role == FIELD_TOTAL || use->role == FIELD_SENT))
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: no datapoint of %.64s may mean no report; a total is "
                                "not 'or 0'",
                                t->metric);
    return SPLIT_OK;
}

static int
add_count(cw_plan *plan, const split_source_options *o, const char *region, const char *arm,
          const split_source_field *f, cw_use *use, split_error *error)
{
    cw_text t;
    use->role = split__field_role(o->metrics[f->metric].kind, f->field);
    int rc = split__cw_text_read(f->text, arm, &t, error);
    if (rc != SPLIT_OK)
        return rc;
    rc = check_statistic(&t, use, error);
    if (rc == SPLIT_OK)
        rc = split__cw_check_series(&t, region, error);
    if (rc != SPLIT_OK) {
        free(t.own);
        return rc;
    }
    use->series = add_series(plan, &t);
    return add_use(plan, o, use, error);
}

static double
unit_of(const char *unit)
{
    return strcmp(unit, "us") == 0 ? 1 : strcmp(unit, "ms") == 0 ? 1e3 : 1e6;
}

/* Shown, never judged: of percentiles of minutes there is none of the window. */
static int
add_percentiles(cw_plan *plan, const split_source_options *o, const char *region, const char *arm,
                const split_source_field *f, cw_use *use, split_error *error)
{
    char unit[16];
    int rc = SPLIT_OK;
    split__cw_statistic(f->text, unit, sizeof unit);
    if (strcmp(unit, "us") != 0 && strcmp(unit, "ms") != 0 && strcmp(unit, "s") != 0)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: append the unit to percentiles, :us, :ms "
                                "or :s, not ':%s'",
                                unit);
    use->role = -1;
    use->unit_us = unit_of(unit);
    for (int p = 0; rc == SPLIT_OK && p < CW_PERCENTILES; p++) {
        cw_text t;
        char *text = split__cw_with_statistic(f->text, percentiles[p]);
        if (text == NULL)
            return no_memory(error);
        rc = split__cw_text_read(text, arm, &t, error);
        free(text);
        if (rc == SPLIT_OK && (rc = split__cw_check_series(&t, region, error)) != SPLIT_OK)
            free(t.own);
        if (rc != SPLIT_OK)
            return rc;
        use->shown = p;
        use->series = add_series(plan, &t);
        rc = add_use(plan, o, use, error);
    }
    return rc;
}

static int
plan_arm(cw_plan *plan, const split_source_options *o, const char *region, int a,
         const cw_names *names, split_error *error)
{
    split_source_options of_arm = *o;
    of_arm.fields = names->field;
    of_arm.n_fields = names->n;
    int rc = split__fields_check(&of_arm, "cloudwatch", own_names, 3, error);
    const char *arm = rc == SPLIT_OK ? split__field_own(&of_arm, own_names[a]) : NULL;
    if (arm == NULL)
        arm = o->arms[a];
    for (size_t i = 0; rc == SPLIT_OK && i < names->n; i++) {
        const split_source_field *f = &names->field[i];
        cw_use use = {.metric = f->metric, .arm = a, .percent = names->percent[i]};
        if (strcmp(f->field, "percentiles") == 0)
            rc = add_percentiles(plan, o, region, arm, f, &use, error);
        else if (strcmp(f->field, "arm") != 0 && strcmp(f->field, "baseline") != 0)
            rc = add_count(plan, o, region, arm, f, &use, error);
    }
    return rc;
}

int
split__cw_plan(const split_source_options *o, const char *region, cw_plan *out, split_error *error)
{
    int rc = SPLIT_OK;
    *out = (cw_plan){.series = calloc(CW_SERIES_MAX, sizeof out->series[0])};
    if (out->series == NULL)
        return no_memory(error);
    for (int a = 0; rc == SPLIT_OK && a < SPLIT_READING_ARM_COUNT; a++) {
        cw_names names;
        if (o->arms[a] == NULL)
            continue;
        rc = split__cw_names(o, region, a, &names, error);
        if (rc != SPLIT_OK)
            break;
        rc = plan_arm(out, o, region, a, &names, error);
        split__cw_names_free(&names);
    }
    if (rc != SPLIT_OK)
        split__cw_plan_free(out);
    return rc;
}

void
split__cw_plan_free(cw_plan *plan)
{
    for (size_t i = 0; i < plan->n_series; i++)
        free(plan->series[i].text.own);
    free(plan->series);
    free(plan->uses);
    *plan = (cw_plan){0};
}
