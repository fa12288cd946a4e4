/* SPDX-License-Identifier: MIT */
/* Which series of CloudWatch to ask for, and which count of the window each one is. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_PLAN_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_PLAN_H

#include "net/source/cloudwatch/cloudwatch.h"

/* What to ask for, out of the policy's names; texts that are for another region are left out. */
int split__cw_plan(const split_source_options *o, const char *region, cw_plan *out,
                   split_error *error);
void split__cw_plan_free(cw_plan *plan);

#endif
