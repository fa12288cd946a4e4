/* SPDX-License-Identifier: MIT */
/* The machine's only source of variety: a fixed mixer of 64-bit words (design/failover.md F4). */
#ifndef SPLIT_CORE_FAILOVER_MIX_H
#define SPLIT_CORE_FAILOVER_MIX_H

#include "core/failover/state.h"

#define SPLIT__FO_MIX_START UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t
split__fo_mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0xBF58476D1CE4E5B9);
    h ^= h >> 29;
    h *= UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 32);
}

/* Bit of a key in the 64-bit key maps. */
static inline uint64_t
split__fo_key_bit(uint64_t key)
{
    return split__fo_bit(
        (uint32_t)(split__fo_mix(split__fo_mix(SPLIT__FO_MIX_START, 7), key) & 63));
}

/* mix(seed, id, epoch): jitter's word, and the start of every cohort's. */
static inline uint64_t
split__fo_mix_epoch(const split_failover *fo, const split__fo_origin *o)
{
    uint64_t h = split__fo_mix(SPLIT__FO_MIX_START, fo->p.seed);
    return split__fo_mix(split__fo_mix(h, o->id), o->epoch);
}

static inline uint32_t
split__fo_cohort(const split_failover *fo, const split__fo_origin *o, uint64_t key)
{
    return (uint32_t)(split__fo_mix(split__fo_mix_epoch(fo, o), key) % 1000);
}

#endif
