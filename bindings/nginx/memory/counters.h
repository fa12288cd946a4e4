/* SPDX-License-Identifier: MIT */
/* Counting into the shared memory: arms as the verdict judges them (design: M2, P17), attempts
 * and answers as people read them. */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "origins/attempt.h"
#include "visitor/decide.h"

/* Has a zone room for the policy's metrics? */
bool counters_fit(const struct split_site *site);

/* Ready for a policy; under no lock yet. Counters go on when the metrics are as before. */
int counters_begin(struct split_site *site);

/* Under the machine's lock: the first attempt of a request is decided, or that there is none. */
void counters_first(struct attempt *a);

/* Under the machine's lock: an attempt is over. */
void counters_attempt(struct attempt *a, split_failover_class klass);

/* A visitor got a new id. */
void counters_unit(struct decision *d);

/* A request is over. */
void counters_answer(ngx_http_request_t *r, struct decision *d);

#endif
