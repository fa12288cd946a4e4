/* SPDX-License-Identifier: MIT */
/* The alarms that a reading names: those that ring come first. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_ALARM_LIST_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_ALARM_LIST_H

#include "net/source/cloudwatch/cloudwatch.h"

/* Count an alarm and keep its name. */
void split__cw_keep_alarm(split_reading *out, const cJSON *alarm, split_reading_alarm_state state);

#endif
