/* SPDX-License-Identifier: MIT */
/* An answer of the Prometheus HTTP API to an instant query. */
#ifndef SPLIT_NET_PROMQL_ANSWER_H
#define SPLIT_NET_PROMQL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

typedef struct promql_answer {
    cJSON *root;
    const cJSON *at;        /* the next series */
    const char *kind;       /* "vector", "scalar", ...; NULL for an error */
    const char *error_type; /* NULL when the query went well */
    const char *error;
    const char *warning; /* the first of them; NULL without one */
} promql_answer;

typedef struct promql_sample {
    const cJSON *labels; /* an object of texts */
    double value;        /* may be NaN or infinite */
    double at;           /* the server's time of the query, in seconds */
} promql_sample;

/* Take an answer apart; false when it is not valid. Free it in either case; texts live until
 * then. */
bool split__promql_answer_read(promql_answer *a, const char *body, size_t body_len);
void split__promql_answer_free(promql_answer *a);

/* The next series of a vector; `*good` is false for one that cannot be understood. */
bool split__promql_answer_next(promql_answer *a, promql_sample *out, bool *good);

/* Value of a label, or NULL. */
const char *split__promql_label(const promql_sample *sample, const char *name);

#endif
