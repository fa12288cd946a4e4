/* SPDX-License-Identifier: MIT */
/* Which origins serve (design/failover.md F8), and whether a chain has another that does. */
#ifndef SPLIT_CORE_FAILOVER_SERVICE_H
#define SPLIT_CORE_FAILOVER_SERVICE_H

#include "core/failover/state.h"

/* FORCE_UP, or CLOSED and neither forced down (F8). */
bool split__fo_in_service(const split__fo_origin *o);

/* Whether a member besides this origin serves that was not tried. */
bool split__fo_alternative(const split_failover *fo, const split__fo_chain *chain, uint32_t origin,
                           uint64_t tried);

#endif
