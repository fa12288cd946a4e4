/* SPDX-License-Identifier: MIT */
/* Choosing the origin of an attempt, for first attempts and follow-ups alike (design/failover.md
 * F10-F16). */
#ifndef SPLIT_CORE_FAILOVER_CHOOSE_H
#define SPLIT_CORE_FAILOVER_CHOOSE_H

#include "core/failover/state.h"

/* A request while its next attempt is chosen. */
typedef struct split__fo_ask {
    const split__fo_chain *chain;
    uint64_t key;
    uint64_t tried;  /* slots */
    uint32_t pinned; /* origin, or UINT32_MAX */
    uint8_t chain_index, n_attempts, flags;
    bool is_first;
} split__fo_ask;

/* Due probes, then drill and pin, then the first member that admits. False when there is none: out
 * has the reason. */
bool split__fo_choose(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out);

#endif
