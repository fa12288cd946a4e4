/* SPDX-License-Identifier: MIT */
/* What CloudWatch would answer with silence is refused beforehand, with the cure. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_CHECK_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_CHECK_H

#include "net/source/cloudwatch/cloudwatch.h"

/* What a series may be; a sentence about the cure when not. */
int split__cw_check_series(const cw_text *t, const char *region, split_error *error);

#endif
