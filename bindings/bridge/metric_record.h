/* SPDX-License-Identifier: MIT */
/* Metrics and arms as records. */
#ifndef SPLIT_BRIDGE_METRIC_RECORD_H
#define SPLIT_BRIDGE_METRIC_RECORD_H

#include "record.h"
#include "split/metric.h"

void splitb_read_metric(splitb_reader *r, split_metric *metric);
/* n metrics, at most SPLIT_METRICS_MAX. */
uint32_t splitb_read_metrics(splitb_reader *r, split_metric *metrics);
void splitb_read_arm(splitb_reader *r, split_arm *arm);
void splitb_put_arm(splitb_writer *w, const split_arm *arm);
void splitb_put_metric(splitb_writer *w, const split_metric *metric);
/* Any exact whole number; the library says whether it fits. */
int64_t splitb_read_whole(splitb_reader *r);

#endif
