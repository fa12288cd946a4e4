/* SPDX-License-Identifier: MIT */
/* Classes of outcomes: what nginx's states and HTTP's statuses say about an origin. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "origins/attempt.h"

bool outcome_is_failure(split_failover_class klass);

/* The attempt is over: nginx frees its peer. */
split_failover_class outcome_of_end(const struct attempt *a, const ngx_peer_connection_t *pc,
                                    ngx_uint_t state);

/* Was no byte of the request handed to the connection? */
bool outcome_nothing_sent(const ngx_peer_connection_t *pc);

/* Retry-After of an answer. */
split_us outcome_push_back(const ngx_http_upstream_t *u);

#endif
