/* SPDX-License-Identifier: MIT */
/* Bodies of GetMetricData and DescribeAlarms in JSON 1.0. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_REQUEST_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_REQUEST_H

#include "net/source/cloudwatch/cloudwatch.h"

/* Bodies of requests; NULL without memory; free() them. `token` is NULL for the first page. */
char *split__cw_ask_metrics(const cw_plan *plan, const cw_points *span, const char *token);
char *split__cw_ask_alarms(const char *prefix, const char *token);

#endif
