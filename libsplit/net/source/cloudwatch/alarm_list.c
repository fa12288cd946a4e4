/* SPDX-License-Identifier: MIT */
/* The alarms that a reading names: those that ring come first. */
#include "net/source/cloudwatch/alarm_list.h"

#include <stdio.h>
#include <string.h>

#include "net/base/text.h"

/* As people see it: cut at a whole character, and nothing in it that steers a terminal. */
static void
put_name(const char *name, char *out, size_t out_size)
{
    snprintf(out, out_size, "%s", name);
    split__text_clean(out);
}

/* Alarms that ring come before those that know nothing. */
static void
keep_name(split_reading *out, const char *name, split_reading_alarm_state state)
{
    uint32_t at = out->n_alarm_names;
    if (state == SPLIT_READING_ALARM_RINGS)
        for (at = 0;
             at < out->n_alarm_names && out->alarm_names[at].state == SPLIT_READING_ALARM_RINGS;)
            at++;
    if (at == SPLIT_READING_ALARMS_MAX)
        return;
    uint32_t last = out->n_alarm_names < SPLIT_READING_ALARMS_MAX ? out->n_alarm_names
                                                                  : SPLIT_READING_ALARMS_MAX - 1;
    memmove(&out->alarm_names[at + 1], &out->alarm_names[at],
            (last - at) * sizeof out->alarm_names[0]);
    out->alarm_names[at] = (split_reading_alarm){.state = state};
    put_name(name, out->alarm_names[at].name, sizeof out->alarm_names[at].name);
    out->n_alarm_names = last + 1;
}

void
split__cw_keep_alarm(split_reading *out, const cJSON *alarm, split_reading_alarm_state state)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(alarm, "AlarmName"));
    if (state == SPLIT_READING_ALARM_RINGS)
        out->n_alarms++;
    else
        out->n_alarms_unknown++;
    keep_name(out, name, state);
}
