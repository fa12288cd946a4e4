/* SPDX-License-Identifier: MIT */
/* Which states a machine can be in: what a snapshot may hold (design/failover.md F32). */
#ifndef SPLIT_CORE_FAILOVER_CHECK_H
#define SPLIT_CORE_FAILOVER_CHECK_H

#include "core/failover/state.h"

/* The layout and the numbers of a whole machine, as read from a snapshot, are those of some
 * machine. */
bool split__fo_head_is_valid(const split_failover *head);

/* An origin as read, at the time and in the layout of `head`, is one that some machine could
 * have. */
bool split__fo_origin_is_valid(const split_failover *head, const split__fo_origin *o);

#endif
