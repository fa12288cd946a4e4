/* SPDX-License-Identifier: MIT */
/* Counters of two polls, series by series: what each of them counted in between. */
#ifndef SPLIT_NET_PROMQL_SERIES_H
#define SPLIT_NET_PROMQL_SERIES_H

#include "split/base.h"

#include "net/source/promql/answer.h"

/* Label that tells which slot of the query a series belongs to. */
#define PROMQL_SLOT_LABEL "split_slot"
#define PROMQL_SERIES_MAX 20000

typedef struct promql_series {
    uint64_t name;  /* hash of all labels but the slot's */
    uint64_t group; /* likewise without "le": buckets of a histogram restart together */
    uint64_t peer;  /* hash of the label "instance"; 0 without one */
    uint32_t slot;
    split_us edge; /* upper edge of a bucket, SPLIT_NEVER for "+Inf"; -1 when it is no bucket */
    int64_t value;
    int64_t since;   /* what was counted since the last poll, or a negative PROMQL_SINCE_ */
    uint32_t n_dips; /* looks in a row in which it was lower */
    bool gone;       /* not of this poll, but of the last one that had it */
} promql_series;

#define PROMQL_SINCE_UNKNOWN (-1) /* it is new, and may be old */
#define PROMQL_SINCE_LOWER (-2)   /* it fell a little; `value` stays what it was (design: C2) */

/* One look. Zero it first. */
typedef struct promql_table {
    promql_series *items;
    size_t n;
    size_t room;
    uint64_t *peers; /* sorted */
    size_t n_peers;
} promql_table;

/* Name, group, peer and edge of a series, out of its labels. */
void split__promql_series_name(promql_series *s, const promql_sample *sample);

/* False when there is no memory. The caller keeps to PROMQL_SERIES_MAX. */
bool split__promql_table_add(promql_table *t, const promql_series *s);

/* No further series come. False when there is no memory. */
bool split__promql_table_close(promql_table *t);
void split__promql_table_free(promql_table *t);

/* Keep in `now`, which is counted already, what only `before` has, so that a series that is missing
 * for a while goes on where it was. False when there is no memory. */
bool split__promql_table_carry(promql_table *now, const promql_table *before);

/* Fill `since` of every series of `now`; both tables are closed. Tells whether a series fell. False
 * when there is no memory. */
bool split__promql_count(const promql_table *before, promql_table *now, bool *out_fell);

#endif
