/* SPDX-License-Identifier: MIT */
/* "REGION?period=1m&settle=2m&alarms=PREFIX": where and how to ask. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_PLACE_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_PLACE_H

#include "net/source/cloudwatch/cloudwatch.h"

/* "[REGION][?OPTION=VALUE[&...]]"; SPLIT_ERR_FIELD without a region, SPLIT_ERR_VALUE. */
int split__cw_place_read(const char *place, cw_place *out, split_error *error);

#endif
