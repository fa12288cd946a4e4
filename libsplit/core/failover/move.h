/* SPDX-License-Identifier: MIT */
/* The one place where an origin changes its state, and the events it makes (design/failover.md
 * section 4). */
#ifndef SPLIT_CORE_FAILOVER_MOVE_H
#define SPLIT_CORE_FAILOVER_MOVE_H

#include "core/failover/state.h"

/* Make the transition that the table has for this state and cause. */
void split__fo_move(split__fo_call *call, uint32_t origin, split_failover_state to,
                    split_failover_cause cause);

/* Report a step of the ramp or a suppressed trip: the state stays. */
void split__fo_note(split__fo_call *call, uint32_t origin, split_failover_cause cause);

/* Keep fo->unsettled true for this origin after a change of state or mode. */
void split__fo_settle(split_failover *fo, uint32_t origin);

/* Set the effective time: the largest now seen, never below 0 (F2). */
void split__fo_clock(split_failover *fo, split_us now);

static inline bool
split__fo_moved(const split__fo_call *call, uint32_t origin)
{
    return (call->moved & split__fo_bit(origin)) != 0;
}

#endif
