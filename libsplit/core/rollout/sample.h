/* SPDX-License-Identifier: MIT */
/* Seeded random numbers for the simulation: splitmix64 and exact binomial draws. */
#ifndef SPLIT_CORE_SAMPLE_H
#define SPLIT_CORE_SAMPLE_H

#include <stdint.h>

typedef struct split__rng {
    uint64_t state;
} split__rng;

/* Uniform in (0, 1): never an end, so that a logarithm of it is finite. */
double split__rng_uniform(split__rng *rng);

/* Number of successes in n trials of chance p, n in [0, 2^53]. */
int64_t split__rng_binomial(split__rng *rng, int64_t n, double p);

#endif
