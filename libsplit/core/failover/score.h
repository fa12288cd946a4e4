/* SPDX-License-Identifier: MIT */
/* What one credited outcome does to its origin (design/failover.md F19-F23). */
#ifndef SPLIT_CORE_FAILOVER_SCORE_H
#define SPLIT_CORE_FAILOVER_SCORE_H

#include "core/failover/state.h"

/* FAIL_STATUS to FAIL_CONNECT. */
static inline bool
split__fo_is_failure(split_failover_class klass)
{
    return klass >= SPLIT_FAILOVER_CLASS_FAIL_STATUS && klass <= SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

/* Score an APPLIED outcome that is not NEUTRAL. */
void split__fo_score(split__fo_call *call, uint32_t origin, const split_failover_token *token,
                     const split_failover_outcome *outcome);

#endif
