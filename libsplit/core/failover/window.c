/* SPDX-License-Identifier: MIT */
/* Sliding window of outcomes in slots of equal length (design/failover.md F5). */
#include "core/failover/window.h"

#include <string.h>

#include "core/base/num.h"

void
split__fo_window_clear(const split_failover *fo, split__fo_origin *o)
{
    memset(split__fo_slots(o), 0, fo->p.buckets * sizeof(split__fo_slot));
}

/* Slot of so many slots before the current one. The ring knows no index, so a window may reach
 * before the clock's start. */
static split__fo_slot *
slot_of_age(const split_failover *fo, const split__fo_origin *o, uint32_t age)
{
    return split__fo_slots(o) + (o->slot_at + fo->p.buckets - age) % fo->p.buckets;
}

/* The ring position is kept beside the index, so that counting needs no division. */
void
split__fo_window_roll(const split_failover *fo, split__fo_origin *o)
{
    split_us index = fo->now / fo->p.slot_len;
    if (index == o->slot_index)
        return;
    split_us n_gone = split__min_i64(index - o->slot_index, fo->p.buckets);
    o->slot_index = index;
    /* At the end of time the last slot never ends: it is simply asked for its index each time. */
    o->slot_end = index < INT64_MAX / fo->p.slot_len ? (index + 1) * fo->p.slot_len : 0;
    o->slot_at = (uint8_t)((uint64_t)index % fo->p.buckets);
    for (uint32_t age = 0; age < n_gone; age++)
        *slot_of_age(fo, o, age) = (split__fo_slot){0, 0, 0};
}

split__fo_sums
split__fo_window_sums(const split_failover *fo, const split__fo_origin *o)
{
    split_us n_gone = fo->now / fo->p.slot_len - o->slot_index;
    split__fo_sums sums = {0, 0, 0};
    for (uint32_t age = 0; n_gone + age < fo->p.buckets; age++) {
        const split__fo_slot *slot = slot_of_age(fo, o, age);
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
