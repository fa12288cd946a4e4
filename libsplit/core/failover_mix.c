/* SPDX-License-Identifier: MIT */
/* Deterministic draws: jitter, ramp cohorts and key maps (DESIGN.md F4). */
#include "failover_data.h"

uint64_t
split__failover_mix(const uint64_t *words, size_t n_words)
{
    uint64_t h = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < n_words; i++) {
        h = (h ^ words[i]) * 0xBF58476D1CE4E5B9u;
        h ^= h >> 29;
        h *= 0x94D049BB133111EBu;
        h ^= h >> 32;
    }
    return h;
}

uint32_t
split__failover_cohort(const split_failover *fo, const fo_origin *o, uint64_t key)
{
    const uint64_t words[] = {fo->p.seed, o->id, o->epoch, key};
    return (uint32_t)(split__failover_mix(words, 4) % 1000);
}

/* Whole milliseconds, so that traces in milliseconds and calls in microseconds draw the same. */
split_us
split__failover_jitter(const split_failover *fo, const fo_origin *o)
{
    const uint64_t words[] = {fo->p.seed, o->id, o->epoch};
    uint32_t shift = o->level > 0 ? o->level - 1 : 0;
    uint64_t base = (uint64_t)fo->p.base_open_us, open = (uint64_t)fo->p.max_open_us;
    shift = shift > 40 ? 40 : shift;
    if (base <= open >> shift)
        open = base << shift;
    const uint64_t ms = open / 1000;
    /* ms < 2^44: split so that the product stays inside 64 bits. */
    const uint64_t span = ms / 1000000 * fo->p.jitter_ppm + ms % 1000000 * fo->p.jitter_ppm / 1000000;
    return (split_us)(split__failover_mix(words, 3) % (span + 1) * 1000);
}

uint32_t
split__failover_count_keys(uint64_t keys)
{
    uint32_t n = 0;
    for (; keys != 0; keys &= keys - 1)
        n++;
    return n;
}
