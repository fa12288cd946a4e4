/* SPDX-License-Identifier: MIT */
/* Alarms that are not trusted: whether their metrics have data is queried. */
#include "net/source/cloudwatch/suspects.h"

#include <stdlib.h>
#include <string.h>

#include "net/source/cloudwatch/alarm_list.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "net/source/cloudwatch/plan.h"

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The metric that an alarm watches; it borrows from the alarm. False for an expression. */
static bool
read_metric(const cJSON *alarm, cw_text *out)
{
    const cJSON *d;
    *out = (cw_text){.name_space = text_of(alarm, "Namespace"),
                     .metric = text_of(alarm, "MetricName"),
                     .statistic = "SampleCount"};
    cJSON_ArrayForEach(d, cJSON_GetObjectItemCaseSensitive(alarm, "Dimensions")) {
        const char *name = text_of(d, "Name");
        const char *value = text_of(d, "Value");
        if (name == NULL || value == NULL || out->n_dimensions == CW_DIMENSIONS_MAX)
            return false;
        out->dimension[out->n_dimensions].name = name;
        out->dimension[out->n_dimensions++].value = value;
    }
    return out->name_space != NULL && out->metric != NULL;
}

bool
split__cw_suspect(cw_suspects *suspects, const cJSON *alarm)
{
    cw_plan *plan = &suspects->plan;
    cw_text text;
    if (plan->n_series == CW_SUSPECTS_MAX)
        return false;
    if (plan->series == NULL)
        plan->series = calloc(CW_SUSPECTS_MAX, sizeof plan->series[0]);
    cJSON *own = plan->series != NULL ? cJSON_Duplicate(alarm, true) : NULL;
    if (own == NULL || !read_metric(own, &text)) {
        cJSON_Delete(own);
        return false;
    }
    suspects->alarm[plan->n_series] = own;
    plan->series[plan->n_series++] = (cw_series){.text = text};
    return true;
}

void
split__cw_suspects_close(cw_suspects *suspects, split_reading *out)
{
    for (size_t i = 0; i < suspects->plan.n_series; i++) {
        if (!suspects->plan.series[i].seen)
            split__cw_keep_alarm(out, suspects->alarm[i], SPLIT_READING_ALARM_UNKNOWN);
        cJSON_Delete(suspects->alarm[i]);
    }
    split__cw_plan_free(&suspects->plan);
}
