/* SPDX-License-Identifier: MIT */
/* What time alone does to an origin (design/failover.md F9). */
#ifndef SPLIT_CORE_FAILOVER_TIMER_H
#define SPLIT_CORE_FAILOVER_TIMER_H

#include "core/failover/state.h"

/* Run the due timer of one origin, unless it moved in this call already. */
void split__fo_timer(split__fo_call *call, uint32_t origin);

/* Run the timers of a chain's members, in order. */
void split__fo_timer_chain(split__fo_call *call, const split__fo_chain *chain);

/* The ramp's step test on its own: it also runs after credit (F22). */
void split__fo_step(split__fo_call *call, uint32_t origin);

/* split_failover_deadline(), without a call when all origins are settled. */
static inline split_us
split__fo_next_change(const split_failover *fo)
{
    return fo->unsettled == 0 ? SPLIT_NEVER : split_failover_deadline(fo);
}

#endif
