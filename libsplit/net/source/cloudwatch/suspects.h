/* SPDX-License-Identifier: MIT */
/* Alarms whose word is not taken: whether their metrics have data is looked up. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_SUSPECTS_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_SUSPECTS_H

#include "net/source/cloudwatch/cloudwatch.h"

/* False when it cannot be queried; then it is unknown at once. */
bool split__cw_suspect(cw_suspects *suspects, const cJSON *alarm);

/* Those whose series had no datapoint are unknown; frees all. */
void split__cw_suspects_close(cw_suspects *suspects, split_reading *out);

#endif
