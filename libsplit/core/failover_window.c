/* SPDX-License-Identifier: MIT */
/* Sliding window of outcomes in a ring of time slots (DESIGN.md F5). */
#include "failover_data.h"

#include <string.h>

void
split__failover_window_clear(fo_origin *o)
{
    memset(o->slots, 0, sizeof o->slots);
}

/* Slots between the newest one and now. */
static uint64_t
slots_behind(const split_failover *fo, const fo_origin *o)
{
    return fo_age(fo, o->slot_start) / (uint64_t)fo->slot_us;
}

static void
turn_to_now(const split_failover *fo, fo_origin *o)
{
    if (fo_age(fo, o->slot_start) < (uint64_t)fo->slot_us)
        return;
    uint64_t n = slots_behind(fo, o);
    o->slot_start = fo->now - fo->now % fo->slot_us;
    for (n = n > fo->p.buckets ? fo->p.buckets : n; n > 0; n--) {
        o->newest = (uint8_t)((o->newest + 1u) % fo->p.buckets);
        o->slots[o->newest] = (fo_slot){0};
    }
}

void
split__failover_window_book(const split_failover *fo, fo_origin *o, bool bad, uint64_t key_bit)
{
    turn_to_now(fo, o);
    fo_slot *slot = &o->slots[o->newest];
    slot->total += slot->total < UINT32_MAX;
    if (bad) {
        slot->bad += slot->bad < UINT32_MAX;
        slot->keys |= key_bit;
    }
}

fo_slot
split__failover_window_sum(const split_failover *fo, const fo_origin *o)
{
    fo_slot sum = {0};
    const uint64_t behind = slots_behind(fo, o);
    for (uint32_t back = 0; behind + back < fo->p.buckets; back++) {
        const fo_slot *slot = &o->slots[(o->newest + fo->p.buckets - back) % fo->p.buckets];
        sum.total = slot->total > UINT32_MAX - sum.total ? UINT32_MAX : sum.total + slot->total;
        sum.bad = slot->bad > UINT32_MAX - sum.bad ? UINT32_MAX : sum.bad + slot->bad;
        sum.keys |= slot->keys;
    }
    return sum;
}
