/* SPDX-License-Identifier: MIT */
/* Integer helpers that neither overflow nor wrap. Shared by every core file; no state. */
#ifndef SPLIT_CORE_NUM_H
#define SPLIT_CORE_NUM_H

#include <stdint.h>

static inline int64_t
split__max_i64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static inline int64_t
split__min_i64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* a + b for b >= 0, stopping at INT64_MAX, which is also SPLIT_NEVER. */
static inline int64_t
split__add_sat(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

#endif
