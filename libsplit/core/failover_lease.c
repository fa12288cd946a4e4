/* SPDX-License-Identifier: MIT */
/* Leases of probes: each is credited once, and lost when its time is over (DESIGN.md F17). */
#include "failover_data.h"

#include "num.h"

uint32_t
split__failover_lease_count(const fo_origin *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < FO_LEASES_MAX; i++)
        n += o->leases[i].seq != 0;
    return n;
}

/* The caller made sure that a slot is free. */
void
split__failover_lease_take(split_failover *fo, fo_origin *o, uint64_t seq)
{
    uint32_t slot = 0;
    while (slot + 1u < FO_LEASES_MAX && o->leases[slot].seq != 0)
        slot++;
    o->leases[slot] = (fo_lease){.expiry = split__add_sat(fo->now, fo->p.probe_lease_us), .seq = seq};
    o->last_probe = fo->now;
    o->probed = true;
}

/* False when the lease is gone, or never was. */
bool
split__failover_lease_drop(fo_origin *o, uint64_t seq)
{
    for (uint32_t i = 0; seq != 0 && i < FO_LEASES_MAX; i++) {
        if (o->leases[i].seq == seq) {
            o->leases[i].seq = 0;
            return true;
        }
    }
    return false;
}

/* Free the leases whose time is over; returns how many. */
uint32_t
split__failover_lease_reap(const split_failover *fo, fo_origin *o)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < FO_LEASES_MAX; i++) {
        if (o->leases[i].seq != 0 && fo->now >= o->leases[i].expiry) {
            o->leases[i].seq = 0;
            n++;
        }
    }
    return n;
}

bool
split__failover_lease_holds(const fo_origin *o, uint64_t seq)
{
    bool found = false;
    for (uint32_t i = 0; i < FO_LEASES_MAX; i++)
        found = found || (seq != 0 && o->leases[i].seq == seq);
    return found;
}
