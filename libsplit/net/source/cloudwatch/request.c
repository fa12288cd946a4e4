/* SPDX-License-Identifier: MIT */
/* Bodies of GetMetricData and DescribeAlarms in JSON 1.0. */
#include "net/source/cloudwatch/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/source/cloudwatch/cloudwatch.h"

/* Every cJSON_Add...() of a missing parent fails, so one check at the end finds a lack of
 * memory. */
static bool
add_query(cJSON *queries, size_t index, const cw_text *t, double period_s)
{
    char id[24];
    snprintf(id, sizeof id, "q%zu", index);
    cJSON *query = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(queries, query)) {
        cJSON_Delete(query);
        return false;
    }
    cJSON *stat = cJSON_AddObjectToObject(query, "MetricStat");
    cJSON *metric = cJSON_AddObjectToObject(stat, "Metric");
    cJSON *dimensions = cJSON_AddArrayToObject(metric, "Dimensions");
    bool done = cJSON_AddStringToObject(query, "Id", id) != NULL &&
                cJSON_AddStringToObject(metric, "Namespace", t->name_space) != NULL &&
                cJSON_AddStringToObject(metric, "MetricName", t->metric) != NULL &&
                cJSON_AddNumberToObject(stat, "Period", period_s) != NULL &&
                cJSON_AddStringToObject(stat, "Stat", t->statistic) != NULL;
    for (size_t i = 0; done && i < t->n_dimensions; i++) {
        cJSON *d = cJSON_CreateObject();
        if (!cJSON_AddItemToArray(dimensions, d)) {
            cJSON_Delete(d);
            return false;
        }
        done = cJSON_AddStringToObject(d, "Name", t->dimension[i].name) != NULL &&
               cJSON_AddStringToObject(d, "Value", t->dimension[i].value) != NULL;
    }
    return done;
}

/* The text of a whole body, which is freed. */
static char *
finish(cJSON *root, bool done, const char *token)
{
    if (token != NULL)
        done = cJSON_AddStringToObject(root, "NextToken", token) != NULL && done;
    char *text = done ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return text;
}

char *
split__cw_ask_metrics(const cw_plan *plan, const cw_points *span, const char *token)
{
    cJSON *root = cJSON_CreateObject();
    double start = (double)(span->start / 1000000);
    double period = (double)(span->period / 1000000);
    cJSON *queries = cJSON_AddArrayToObject(root, "MetricDataQueries");
    bool done = queries != NULL && cJSON_AddNumberToObject(root, "StartTime", start) != NULL &&
                cJSON_AddNumberToObject(root, "EndTime",
                                        start + period * (double)span->n_periods) != NULL &&
                cJSON_AddStringToObject(root, "ScanBy", "TimestampAscending") != NULL;
    for (size_t i = 0; done && i < plan->n_series; i++)
        done = add_query(queries, i, &plan->series[i].text, period);
    return finish(root, done, token);
}

char *
split__cw_ask_alarms(const char *prefix, const char *token)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *types = cJSON_AddArrayToObject(root, "AlarmTypes");
    cJSON *metric = cJSON_CreateString("MetricAlarm");
    cJSON *composite = cJSON_CreateString("CompositeAlarm");
    bool done = cJSON_AddItemToArray(types, metric);
    if (!done)
        cJSON_Delete(metric);
    bool both = cJSON_AddItemToArray(types, composite);
    if (!both)
        cJSON_Delete(composite);
    done = done && both && cJSON_AddNumberToObject(root, "MaxRecords", 100) != NULL;
    if (done && prefix[0] != '\0')
        done = cJSON_AddStringToObject(root, "AlarmNamePrefix", prefix) != NULL;
    return finish(root, done, token);
}
