/* SPDX-License-Identifier: MIT */
/* What a proxy's admin port shows, as a source keeps it. */
#ifndef SPLIT_NET_PROXY_TOTALS_H
#define SPLIT_NET_PROXY_TOTALS_H

#include "net/source/counter.h"
#include "split/source.h"

/* Everything that counts, as one exposition shows it. */
typedef struct totals {
    split_arm arm[SPLIT_READING_ARM_COUNT];
    int64_t neutral[SPLIT_READING_ARM_COUNT];
    bool has_arm[SPLIT_READING_ARM_COUNT];
    split_reading_latency latency[SPLIT_READING_ARM_COUNT]; /* cumulative over edges, as exposed */
    double since;  /* when the peer began, by its own clock; 0 when it does not say */
    split_us wall; /* when this was read, */
    split_us at;   /* and by the monotonic clock */
} totals;

typedef struct proxy_source {
    split_source_options options;
    split_http *http;
    char *url;
    bool has_before;
    totals before;
    totals now;
    int n_dips; /* reads in a row in which a counter was lower */
    counter_rate rate;
} proxy_source;

#endif
