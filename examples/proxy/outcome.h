/* SPDX-License-Identifier: MIT */
/* What an attempt proved about its origin (libsplit/design/failover.md, the classes of
 * outcomes). */
#ifndef PROXY_OUTCOME_H
#define PROXY_OUTCOME_H

#include <split/failover.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attempt.h"

struct router;

/* Class of a transfer that is over; `head` is the class of its status, if it got that far. */
split_failover_class outcome_of_end(const struct attempt *attempt, split_failover_class head,
                                    struct router *router);

/* Retry-After of an answer as a duration, or 0. */
split_us outcome_push_back(const struct attempt *attempt);

/* One of the FAIL classes. */
bool outcome_is_failure(split_failover_class outcome);

/* Status that the visitor gets when no origin's answer can be passed on. */
unsigned outcome_own_status(split_failover_class outcome);

#endif
