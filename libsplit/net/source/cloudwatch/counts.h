/* SPDX-License-Identifier: MIT */
/* W2. Datapoints become counts of the window. A period counts for a metric when all of the metric's
 * counts are there; out of a part of them nothing honest can be said. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_COUNTS_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_COUNTS_H

#include "net/source/cloudwatch/cloudwatch.h"

/* Turn datapoints into what is judged and shown; true when an arm has anything that is judged. */
bool split__cw_count(const cw_plan *plan, const cw_points *points, const split_metric *metrics,
                     size_t n_metrics, split_reading *out);

#endif
