/* SPDX-License-Identifier: MIT */
/* Speaking to a Prometheus server. */
#ifndef SPLIT_NET_PROMQL_SERVER_H
#define SPLIT_NET_PROMQL_SERVER_H

#include "split/source.h"

#include "net/source/promql/answer.h"

/* Zero it first. */
typedef struct promql_server {
    split_http *http;
    char *url;
    const char *token; /* references; NULL for none */
    const char *user;
    const char *password;
} promql_server;

/* Take address and secrets; names in the policy come first, then the environment. 0 or a fault with
 * a sentence. */
int split__promql_server_open(promql_server *p, const split_source_options *options,
                              const char *place, split_error *error);
void split__promql_server_close(promql_server *p);

/* Post a form, and take the answer apart. With 0, `*a` is an answer, maybe one that says what is
 * wrong with the query; free it. Otherwise a fault with a sentence. */
int split__promql_ask(promql_server *p, const char *form, promql_answer *a, split_error *error);

#endif
