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

/* Sign of a*b - c*d for numbers in [0, 2^63), in 128 bits and without a 128-bit type. */
static inline int
split__mul_cmp(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const uint64_t x[2] = {a, c}, y[2] = {b, d};
    uint64_t hi[2], lo[2];
    for (int i = 0; i < 2; i++) {
        const uint64_t xl = x[i] & UINT32_MAX, xh = x[i] >> 32;
        const uint64_t yl = y[i] & UINT32_MAX, yh = y[i] >> 32;
        /* Each partial product is below 2^64 - 2^33, so adding two halves of 32 bits cannot
         * overflow. */
        const uint64_t mid = xh * yl + ((xl * yl) >> 32);
        const uint64_t mid2 = xl * yh + (mid & UINT32_MAX);
        hi[i] = xh * yh + (mid >> 32) + (mid2 >> 32);
        lo[i] = x[i] * y[i];
    }
    if (hi[0] != hi[1])
        return hi[0] > hi[1] ? 1 : -1;
    return lo[0] == lo[1] ? 0 : (lo[0] > lo[1] ? 1 : -1);
}

#endif
