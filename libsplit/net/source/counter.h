/* SPDX-License-Identifier: MIT */
/* What a counter that fell means, and how much one may rise (design: C1 to C5). */
#ifndef SPLIT_NET_COUNTER_H
#define SPLIT_NET_COUNTER_H

#include <stdbool.h>

#include "split/base.h"

/* A counter that is lower for this many looks in a row is believed. */
#define COUNTER_DIPS_MAX 3

/* Whether what an instance counts in all fell as only a restart explains: below a tenth. */
static inline bool
split__counter_restarted(int64_t before, int64_t now)
{
    return now < before && now < before / 10 + (before % 10 != 0 ? 1 : 0);
}

/* How fast an instance counted lately. Zero it first. */
typedef struct counter_rate {
    double per_second;
    bool is_known;
} counter_rate;

/* Take what was counted in `seconds`. False when that is more than its rate and the time allow by a
 * factor: a replica that lagged, not requests. The next time it is believed. `least` is a rate that is
 * known otherwise, such as the average since the start; negative for none. */
bool split__counter_rate_take(counter_rate *rate, int64_t counted, double seconds, double least);

#endif
