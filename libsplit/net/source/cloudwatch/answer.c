/* SPDX-License-Identifier: MIT */
/* A page of GetMetricData's answer: datapoints go to their periods, and what is incomplete is
 * reported. */
#include "net/source/cloudwatch/answer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/text.h"
#include "net/source/cloudwatch/text.h"
#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

int
split__cw_points_new(size_t n_series, split_us start, split_us period, size_t n_periods,
                     cw_points *out)
{
    size_t n = n_series * n_periods;
    *out = (cw_points){.value = malloc((n + 1) * sizeof out->value[0]),
                       .n_periods = n_periods,
                       .start = start,
                       .period = period};
    if (out->value == NULL)
        return SPLIT_ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        out->value[i] = NAN;
    return SPLIT_OK;
}

void
split__cw_points_free(cw_points *points)
{
    free(points->value);
    points->value = NULL;
}

/* Which series "q17" is. */
static cw_series *
series_of(cw_plan *plan, const cJSON *result, size_t *out_index)
{
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(result, "Id"));
    char *end;
    if (id == NULL || id[0] != 'q' || strspn(id + 1, "0123456789") != strlen(id) - 1)
        return NULL;
    unsigned long i = strtoul(id + 1, &end, 10);
    *out_index = (size_t)i;
    return end != id + 1 && i < plan->n_series ? &plan->series[i] : NULL;
}

/* CloudWatch gives a period once; of two datapoints the first stays. A time outside of the span, or
 * within a period that was not asked for, is none of ours. NaN comes as text and stays missing. */
static void
take_point(cw_points *points, size_t index, cw_series *series, const cJSON *time,
           const cJSON *value)
{
    double period = (double)points->period / 1e6;
    double at = (time->valuedouble - (double)(points->start / 1000000)) / period;
    if (!(at >= 0) || at >= (double)points->n_periods || !cJSON_IsNumber(value))
        return;
    double *slot = &points->value[index * points->n_periods + (size_t)at];
    series->seen = true;
    if (isnan(*slot))
        *slot = value->valuedouble;
}

static bool
take_result(cw_plan *plan, const cJSON *result, cw_points *points)
{
    size_t index = 0;
    cw_series *series = series_of(plan, result, &index);
    const cJSON *times = cJSON_GetObjectItemCaseSensitive(result, "Timestamps");
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(result, "Values");
    const char *status =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(result, "StatusCode"));
    /* an object has a size, too, but no array is made of it below */
    bool lists =
        (times == NULL || cJSON_IsArray(times)) && (values == NULL || cJSON_IsArray(values));
    if (series == NULL || !lists || cJSON_GetArraySize(times) != cJSON_GetArraySize(values))
        return false;
    /* Of several pages the last one says whether the series is whole. */
    series->complete = status != NULL && strcmp(status, "Complete") == 0;
    const cJSON *value = cJSON_IsArray(values) ? values->child : NULL;
    const cJSON *time;
    cJSON_ArrayForEach(time, times) {
        if (!cJSON_IsNumber(time))
            return false;
        take_point(points, index, series, time, value);
        value = value->next;
    }
    return true;
}

/* One printable line of somebody else's words. */
static void
put_plain(char *note, size_t note_size, const char *code, const char *value)
{
    snprintf(note, note_size, "CloudWatch remarks: %s: %s", code, value);
    split__text_clean(note);
}

static void
take_messages(const cJSON *messages, char *note, size_t note_size)
{
    const cJSON *first = cJSON_GetArrayItem(messages, 0);
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "Code"));
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(first, "Value"));
    if (note[0] == '\0' && (code != NULL || value != NULL))
        put_plain(note, note_size, code != NULL ? code : "-", value != NULL ? value : "-");
}

char *
split__cw_token(const cJSON *root)
{
    const char *token = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "NextToken"));
    return token != NULL && token[0] != '\0' ? strdup(token) : NULL;
}

int
split__cw_take_metrics(cw_plan *plan, const split_http_answer *answer, cw_points *points,
                       char **out_token, char *note, size_t note_size, split_error *error)
{
    cJSON *root = cJSON_ParseWithLength(answer->body, answer->body_len);
    const cJSON *results = cJSON_GetObjectItemCaseSensitive(root, "MetricDataResults");
    const cJSON *result;
    bool understood = cJSON_IsArray(results);
    *out_token = NULL;
    cJSON_ArrayForEach(result, results) {
        understood = understood && take_result(plan, result, points);
        take_messages(cJSON_GetObjectItemCaseSensitive(result, "Messages"), note, note_size);
    }
    take_messages(cJSON_GetObjectItemCaseSensitive(root, "Messages"), note, note_size);
    if (understood)
        *out_token = split__cw_token(root);
    cJSON_Delete(root);
    if (!understood)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "CloudWatch: the answer to GetMetricData cannot be understood");
    return SPLIT_OK;
}

int
split__cw_check_whole(const cw_plan *plan, split_error *error)
{
    char name[96];
    for (size_t i = 0; i < plan->n_series; i++) {
        if (plan->series[i].complete)
            continue;
        split__cw_print(&plan->series[i].text, name, sizeof name);
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "CloudWatch has not all of the data of %.80s yet, or not for these "
                                "credentials; asked again later",
                                name);
    }
    return SPLIT_OK;
}
