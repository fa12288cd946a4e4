/* SPDX-License-Identifier: MIT */
/* Sliding window of outcomes in slots of equal length (DESIGN.md F5). */
#include "failover_window.h"

#include <string.h>

#include "num.h"

void
split__fo_window_clear(const split_failover *fo, split__fo_origin *o)
{
    memset(split__fo_slots(o), 0, fo->p.buckets * sizeof(split__fo_slot));
}

/* The ring position is kept beside the index, so that counting needs no division. */
void
split__fo_window_roll(const split_failover *fo, split__fo_origin *o)
{
    split_us index = fo->now / fo->p.slot_len;
    if (index == o->slot_index)
        return;
    split_us n_gone = index - o->slot_index;
    uint32_t buckets = fo->p.buckets;
    if (n_gone < 0 || n_gone > buckets)
        n_gone = buckets;
    for (split_us i = 0; i < n_gone; i++)
        split__fo_slots(o)[(uint64_t)(index - i) % buckets] = (split__fo_slot){0, 0, 0};
    o->slot_index = index;
    /* At the end of time the last slot never ends: it is simply asked for its index each time. */
    o->slot_end = index < INT64_MAX / fo->p.slot_len ? (index + 1) * fo->p.slot_len : 0;
    o->slot_at = (uint8_t)((uint64_t)index % buckets);
}

split__fo_sums
split__fo_window_sums(const split_failover *fo, const split__fo_origin *o)
{
    split_us index = fo->now / fo->p.slot_len;
    split__fo_sums sums = {0, 0, 0};
    for (uint32_t i = 0; i < fo->p.buckets && o->slot_index - i >= 0; i++) {
        if (index - (o->slot_index - i) >= fo->p.buckets)
            break;
        const split__fo_slot *slot = split__fo_slots(o) + (uint64_t)(o->slot_index - i) % fo->p.buckets;
        sums.total += slot->total;
        sums.bad += slot->bad;
        sums.keys |= slot->bad_keys;
    }
    return sums;
}

uint64_t
split__fo_window_ppm(const split__fo_sums *sums)
{
    return sums->bad * UINT64_C(1000000) / sums->total;
}
