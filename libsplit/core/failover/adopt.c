/* SPDX-License-Identifier: MIT */
/* One origin's state from one machine's layout into another's, and reload (design/failover.md F32,
 * F33). */
#include "core/failover/adopt.h"

#include <string.h>

#include "core/failover/move.h"
#include "core/failover/window.h"
#include "core/base/num.h"
#include "split/error.h"

static uint32_t
least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Evidence counted in other slots cannot be carried over; it is a few seconds old at most. */
static void
adopt_window(split_failover *fo, split__fo_origin *o, const split_failover *layout,
             const split__fo_origin *from)
{
    if (fo->p.buckets == layout->p.buckets && fo->p.slot_len == layout->p.slot_len) {
        memcpy(split__fo_slots(o), split__fo_slots(from), fo->p.buckets * sizeof(split__fo_slot));
        return;
    }
    o->slot_index = 0;
    o->slot_at = 0;
    o->slot_end = 0;
    split__fo_window_clear(fo, o);
    split__fo_window_roll(fo, o);
}

static void
adopt_stamps(split_failover *fo, split__fo_origin *o, const split_failover *layout,
             const split__fo_origin *from)
{
    uint32_t n = least(from->n_stamps, fo->p.flap_limit);
    if (n != 0)
        memcpy(split__fo_stamps(fo, o), split__fo_stamps(layout, from) + (from->n_stamps - n),
               n * sizeof(split_us));
    o->n_stamps = (uint8_t)n;
}

static void
adopt_in_flight(split_failover *fo, split__fo_origin *o, uint32_t was)
{
    uint32_t most = fo->p.in_flight_cap * 1000, least_limit = fo->p.in_flight_min * 1000;
    bool learns = fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_AIMD && was != 0;
    o->in_flight_limit = learns ? least(most, was > least_limit ? was : least_limit) : most;
    if (fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF)
        o->in_flight = 0;
}

void
split__fo_adopt(split_failover *fo, uint32_t origin, const split_failover *layout,
                const split__fo_origin *from)
{
    split__fo_origin *o = split__fo_at(fo, origin);
    uint64_t id = o->id;
    uint8_t slot = o->slot;
    *o = *from;
    o->id = id;
    o->slot = slot;
    o->step = (uint8_t)least(from->step, fo->p.n_ramp - 1u);
    adopt_window(fo, o, layout, from);
    uint32_t n = least(fo->p.probes_in_flight, layout->p.probes_in_flight);
    memcpy(split__fo_leases(fo, o), split__fo_leases(layout, from), n * sizeof(split__fo_ticket));
    adopt_stamps(fo, o, layout, from);
    adopt_in_flight(fo, o, from->in_flight_limit);
    split__fo_settle(fo, origin);
}

/* Index of the same origin, or n_origins. */
static uint32_t
same_origin(const split_failover *fo, uint64_t id)
{
    uint32_t i = 0;
    while (i < fo->n_origins && split__fo_at(fo, i)->id != id)
        i++;
    return i;
}

/* Known origins keep their bit in the tokens' tried map; new ones take bits that no token in flight
 * can hold. */
static void
give_slots(split_failover *fo, const split_failover *old)
{
    uint64_t taken = 0, is_new = 0;
    for (uint32_t i = 0; i < old->n_origins; i++)
        taken |= split__fo_bit(split__fo_at(old, i)->slot);
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        uint32_t at = same_origin(old, split__fo_at(fo, i)->id);
        if (at < old->n_origins)
            split__fo_at(fo, i)->slot = split__fo_at(old, at)->slot;
        else
            is_new |= split__fo_bit(i);
    }
    uint32_t next = 0;
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        if ((is_new & split__fo_bit(i)) == 0)
            continue;
        while (next < SPLIT_FAILOVER_ORIGINS_MAX && (taken & split__fo_bit(next)) != 0)
            next++;
        split__fo_at(fo, i)->slot = (uint8_t)(next < SPLIT_FAILOVER_ORIGINS_MAX ? next++ : i);
    }
}

int
split_failover_reload(split_failover *fo, const split_failover *old)
{
    if (fo == NULL || old == NULL)
        return SPLIT_ERR_ARG;
    fo->now = split__max_i64(fo->now, old->now);
    fo->seq = fo->seq > old->seq ? fo->seq : old->seq;
    fo->n_regressions = old->n_regressions;
    fo->budget = least(old->budget, fo->p.retry_cap);
    give_slots(fo, old);
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        uint32_t at = same_origin(old, split__fo_at(fo, i)->id);
        if (at < old->n_origins)
            split__fo_adopt(fo, i, old, split__fo_at(old, at));
    }
    return SPLIT_OK;
}
