/* SPDX-License-Identifier: MIT */
/* Guards of probes: when one is due, and which request may be one (design/failover.md F12, F13). */
#include "core/failover/guard_probe.h"

#include "core/failover/guard.h"

#include "core/base/num.h"

uint32_t
split__fo_n_leases(const split_failover *fo, const split__fo_origin *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        n += split__fo_leases(fo, o)[i].seq != 0;
    return n;
}

static bool
slot_is_due(const split_failover *fo, const split__fo_origin *o)
{
    return split__fo_n_leases(fo, o) < fo->p.probes_in_flight &&
           split__fo_elapsed(fo, o->last_probe) >= fo->p.probe_interval;
}

static bool
keep_alive_is_due(const split_failover *fo, const split__fo_origin *o)
{
    return split__fo_n_leases(fo, o) == 0 &&
           split__fo_elapsed(fo, split__max_i64(o->since, o->last_probe)) >= fo->p.hold_probe;
}

bool
split__fo_probe_due(const split_failover *fo, const split__fo_origin *o)
{
    switch (o->state) {
    case SPLIT_FAILOVER_OPEN:
        return fo->now >= o->open_until;
    case SPLIT_FAILOVER_HALF_OPEN:
        return slot_is_due(fo, o);
    case SPLIT_FAILOVER_HOLD:
        return keep_alive_is_due(fo, o);
    default:
        return false;
    }
}

bool
split__fo_overdue(const split_failover *fo, const split__fo_origin *o)
{
    return fo->now >= o->open_until && split__fo_elapsed(fo, o->open_until) >= fo->p.overdue;
}

/* The origin heads this chain, or heads none and has nobody else to be probed by. */
bool
split__fo_home(const split_failover *fo, const split__fo_chain *chain, uint32_t origin)
{
    if (chain->origin[0] == origin)
        return true;
    for (uint32_t c = 0; c < fo->n_chains; c++)
        if (split__fo_chain_at(fo, c)->origin[0] == origin)
            return false;
    return true;
}

bool
split__fo_urgent(const split_failover *fo, const split__fo_chain *chain, uint32_t origin)
{
    for (uint32_t i = 0; i < chain->n; i++)
        if (chain->origin[i] != origin && split__fo_at(fo, chain->origin[i])->degraded)
            return true;
    return false;
}
