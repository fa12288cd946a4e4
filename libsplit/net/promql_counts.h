/* SPDX-License-Identifier: MIT */
/* From the series of two looks to the counts of a window. */
#ifndef SPLIT_NET_PROMQL_COUNTS_H
#define SPLIT_NET_PROMQL_COUNTS_H

#include "promql_query.h"
#include "promql_series.h"

/* What is wrong with the values of a slot. */
typedef enum promql_fault {
    PROMQL_FINE,
    PROMQL_NO_NUMBER, /* NaN or infinite */
    PROMQL_NEGATIVE,
    PROMQL_FRACTION,
    PROMQL_TOO_LARGE,
    PROMQL_NO_EDGE
} promql_fault;

typedef struct promql_slot {
    promql_fault fault;
    double newest; /* server's time of the newest sample, in seconds; 0 when it is not known */
    bool is_stale; /* no sample came since the look before */
} promql_slot;

/* One look at everything that a query asks for. */
typedef struct promql_look {
    promql_slot slots[PROMQL_SLOTS_MAX];
    promql_table table;
} promql_look;

/* Put a series of an answer into the look. 0; SPLIT_ERR_PEER when it was not asked for;
 * SPLIT_ERR_SPACE; SPLIT_ERR_NOMEM. */
int split__promql_look_add(promql_look *look, const promql_query *q, const promql_sample *sample);

/* Close `now`, compare it with `before`, and put into the reading what was counted in between, with
 * a note on what was not. NULL for no look before. 0; SPLIT_ERR_NO_DATA; SPLIT_ERR_NOMEM. */
int split__promql_look_count(const promql_look *before, promql_look *now, const promql_query *q,
                             split_reading *out);

#endif
