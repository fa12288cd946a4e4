/* SPDX-License-Identifier: MIT */
/* Leases, tokens and answers: the paperwork of an attempt once its origin is chosen
 * (design/failover.md F14). */
#ifndef SPLIT_CORE_FAILOVER_ISSUE_H
#define SPLIT_CORE_FAILOVER_ISSUE_H

#include "core/failover/choose.h"

/* Name the origin in the answer and make the attempt's token. */
void split__fo_issue(split_failover *fo, const split__fo_ask *ask, uint32_t origin,
                     split_failover_kind kind, split_failover_reason reason,
                     split_failover_answer *out);

/* Answer FAIL_FAST. */
void split__fo_refuse(const split_failover *fo, const split__fo_ask *ask,
                      split_failover_reason reason, split_failover_answer *out);

/* Take a lease for a probe that is due, so that one is free; OPEN -> HALF_OPEN first. */
void split__fo_lease(split__fo_call *call, uint32_t origin);

#endif
