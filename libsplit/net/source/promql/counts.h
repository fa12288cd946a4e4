/* SPDX-License-Identifier: MIT */
/* From the series of two polls to the counts of a window. */
#ifndef SPLIT_NET_PROMQL_COUNTS_H
#define SPLIT_NET_PROMQL_COUNTS_H

#include "net/source/counter.h"
#include "net/source/promql/query.h"
#include "net/source/promql/series.h"

/* What is wrong with the values of a slot. */
typedef enum promql_fault {
    PROMQL_FINE,
    PROMQL_NO_NUMBER, /* NaN or infinite */
    PROMQL_NEGATIVE,
    PROMQL_FRACTION,
    PROMQL_TOO_LARGE,
    PROMQL_NO_EDGE
} promql_fault;

typedef enum promql_when { PROMQL_UNKNOWN, PROMQL_EARLIER, PROMQL_LATER } promql_when;

typedef struct promql_slot {
    promql_fault fault;
    double newest; /* server's time of the newest sample, in seconds; 0 when it is not known */
    bool is_stale; /* no sample came since the last poll */
    bool is_jump;  /* more was counted than rate and time allow (design: C3) */
} promql_slot;

/* One poll of everything that a query asks for. */
typedef struct promql_look {
    promql_slot slots[PROMQL_SLOTS_MAX];
    promql_table table;
    counter_rate rate[PROMQL_EXPRESSIONS_MAX]; /* of both arms together */
    double at; /* server's time of the look, in seconds; 0 when it showed nothing */
} promql_look;

/* Put a series of an answer into the poll. 0; SPLIT_ERR_PEER when it was not asked for;
 * SPLIT_ERR_SPACE; SPLIT_ERR_NOMEM. */
int split__promql_look_add(promql_look *look, const promql_query *q, const promql_sample *sample);

/* Whether every selector had a sample at this time or later: PROMQL_LATER, or not:
 * PROMQL_EARLIER. */
promql_when split__promql_look_when(const promql_look *look, double at);

/* Compare two polls whose tables are closed, and put into the reading what was counted in between,
 * with a note on what was not. NULL for no earlier poll. 0; SPLIT_ERR_NO_DATA; SPLIT_ERR_NOMEM. */
int split__promql_look_count(const promql_look *before, promql_look *now, const promql_query *q,
                             split_reading *out);

#endif
