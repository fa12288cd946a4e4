/* SPDX-License-Identifier: MIT */
/* A query that counts a span of time, and which span is next. */
#ifndef SPLIT_NET_SQL_QUERY_H
#define SPLIT_NET_SQL_QUERY_H

#include <cjson/cJSON.h>

#include "split/source.h"

/* Zero it first; `options` stays borrowed. */
typedef struct sql_query {
    const split_source_options *options;
    const char *kind; /* for sentences */
    char *text;       /* with $from and $to */
    split_us lag_us;  /* events later than this are lost */
    split_us from_us; /* wall clock; everything before was counted */
    bool is_begun;
    bool is_counting; /* what the present rows are for; false: the first poll */
    split_us to_us;   /* end of the present span */
} sql_query;

/* Take the policy's names "query" (or "file:PATH") and "lag". 0 or a fault with a sentence. */
int split__sql_open(sql_query *q, const split_source_options *o, const char *kind,
                    split_error *error);
void split__sql_close(sql_query *q);

/* The text for the next span; free it. NULL with SPLIT_ERR_NO_DATA while it is not over, or
 * SPLIT_ERR_NOMEM. */
int split__sql_next(sql_query *q, char **out_text, split_error *error);

/* Take the rows of the span, an array of flat objects, and go on to the next span. 0,
 * SPLIT_ERR_NO_DATA or SPLIT_ERR_PEER. */
int split__sql_take(sql_query *q, const cJSON *rows, split_reading *out, split_error *error);

/* What happened before now does not count any more. */
void split__sql_mark(sql_query *q);

#endif
