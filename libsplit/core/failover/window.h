/* SPDX-License-Identifier: MIT */
/* Sliding window of outcomes in slots (design/failover.md F5). */
#ifndef SPLIT_CORE_FAILOVER_WINDOW_H
#define SPLIT_CORE_FAILOVER_WINDOW_H

#include "core/failover/state.h"

typedef struct split__fo_sums {
    uint64_t keys;
    uint64_t total, bad;
} split__fo_sums;

/* Forget every outcome. */
void split__fo_window_clear(const split_failover *fo, split__fo_origin *o);

/* Make the slot of fo->now current; slots that fell out are forgotten. */
void split__fo_window_roll(const split_failover *fo, split__fo_origin *o);

/* Sums of the slots that are alive at fo->now. */
split__fo_sums split__fo_window_sums(const split_failover *fo, const split__fo_origin *o);

/* Share of bad outcomes in parts per million, rounded down; total is not 0. */
uint64_t split__fo_window_ppm(const split__fo_sums *sums);

/* Slot of fo->now, ready to count. */
static inline split__fo_slot *
split__fo_window_slot(const split_failover *fo, split__fo_origin *o)
{
    if (fo->now >= o->slot_end)
        split__fo_window_roll(fo, o);
    return split__fo_slots(o) + o->slot_at;
}

#endif
