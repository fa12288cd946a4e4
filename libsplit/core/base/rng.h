/* SPDX-License-Identifier: MIT */
/* Seeded random numbers: splitmix64, its one word of state with the caller. */
#ifndef SPLIT_CORE_BASE_RNG_H
#define SPLIT_CORE_BASE_RNG_H

#include <stdint.h>

static inline uint64_t
split__rng_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
