/* SPDX-License-Identifier: MIT */
/* Which origins serve (design/failover.md F8), and whether a chain has another that does. */
#include "core/failover/service.h"

bool
split__fo_in_service(const split__fo_origin *o)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP)
        return true;
    return o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN && o->state == SPLIT_FAILOVER_CLOSED;
}

bool
split__fo_alternative(const split_failover *fo, const split__fo_chain *chain, uint32_t origin,
                      uint64_t tried)
{
    for (uint32_t i = 0; i < chain->n; i++) {
        const split__fo_origin *o = split__fo_at(fo, chain->origin[i]);
        if (chain->origin[i] != origin && (tried & split__fo_bit(o->slot)) == 0 &&
            split__fo_in_service(o))
            return true;
    }
    return false;
}
