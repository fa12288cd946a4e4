/* SPDX-License-Identifier: MIT */
/* What an attempt proved about its origin (libsplit/DESIGN.md 3, the classes of outcomes). */
#ifndef PROXY_OUTCOME_H
#define PROXY_OUTCOME_H

#include <split/failover.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "upstream.h"

/* Class of a head that has arrived: FAIL_STATUS for the policy's statuses, BUSY for 429, else OK. */
split_outcome_class outcome_of_status(long status, const uint16_t *statuses, size_t n_statuses);

/* Class of a transfer that is over. */
split_outcome_class outcome_of_end(const struct attempt *attempt, split_outcome_class head);

/* Retry-After of an answer as a duration, or 0. */
split_us outcome_push_back(const struct attempt *attempt);

/* Status that the visitor gets when no origin's answer can be passed on. */
unsigned outcome_own_status(split_outcome_class outcome);

#endif
