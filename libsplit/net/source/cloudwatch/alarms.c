/* SPDX-License-Identifier: MIT */
/* A page of DescribeAlarms' answer: which alarms ring, and which know nothing. */
#include "net/source/cloudwatch/alarms.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "net/base/text.h"
#include "net/source/cloudwatch/alarm_list.h"
#include "net/source/cloudwatch/answer.h"
#include "net/source/cloudwatch/suspects.h"
#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

/* EVALUATION_ERROR, EVALUATION_FAILURE: it no longer evaluates. */
static bool
is_broken(const cJSON *alarm)
{
    const char *evaluation =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "EvaluationState"));
    return evaluation != NULL && strcmp(evaluation, "PARTIAL_DATA") != 0;
}

/* What an alarm says of itself when it had no datapoint. One that takes missing data for good news
 * shows OK permanently. */
static bool
is_blind(const cJSON *alarm)
{
    const char *reason =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "StateReason"));
    const char *data =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "StateReasonData"));
    if (reason != NULL && strstr(reason, "no datapoints were received") != NULL)
        return true;
    cJSON *root = data != NULL ? cJSON_Parse(data) : NULL;
    const cJSON *points = cJSON_GetObjectItemCaseSensitive(root, "recentDatapoints");
    bool blind = cJSON_IsArray(points) && cJSON_GetArraySize(points) == 0;
    cJSON_Delete(root);
    return blind;
}

static bool
take_alarm(const cJSON *alarm, cw_suspects *suspects, split_reading *out)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "AlarmName"));
    const char *state = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "StateValue"));
    if (name == NULL || state == NULL)
        return false;
    if (strcmp(state, "ALARM") == 0)
        split__cw_keep_alarm(out, alarm, SPLIT_READING_ALARM_RINGS);
    else if (strcmp(state, "OK") != 0 || is_broken(alarm) ||
             (is_blind(alarm) && !split__cw_suspect(suspects, alarm)))
        split__cw_keep_alarm(out, alarm, SPLIT_READING_ALARM_UNKNOWN);
    return true;
}

int
split__cw_take_alarms(const split_http_answer *answer, split_reading *out, cw_suspects *suspects,
                      char **out_token, split_error *error)
{
    static const char *const lists[] = {"MetricAlarms", "CompositeAlarms"};
    cJSON *root = cJSON_ParseWithLength(answer->body, answer->body_len);
    bool understood = cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(root, lists[0]));
    const cJSON *alarm;
    *out_token = NULL;
    for (int i = 0; i < 2; i++)
        cJSON_ArrayForEach(alarm, cJSON_GetObjectItemCaseSensitive(root, lists[i]))
            understood = understood && take_alarm(alarm, suspects, out);
    if (understood)
        *out_token = split__cw_token(root);
    cJSON_Delete(root);
    if (!understood)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "CloudWatch: the answer to DescribeAlarms cannot be understood");
    out->has_alarms = true;
    return SPLIT_OK;
}
