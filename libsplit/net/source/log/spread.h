/* SPDX-License-Identifier: MIT */
/* Latencies of records for display, in the same buckets for every log. */
#ifndef SPLIT_NET_LOG_SPREAD_H
#define SPLIT_NET_LOG_SPREAD_H

#include "split/source.h"

void split__spread_begin(split_reading_latency *l);
void split__spread_add(split_reading_latency *l, split_us latency_us);

#endif
