/* SPDX-License-Identifier: MIT */
/* The floor: a circuit breaker of two counters, as the common libraries have it, with generation
 * and counting interval. */
#ifndef TESTS_BARE_BREAKER_H
#define TESTS_BARE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bare_breaker {
    int64_t expiry, interval;
    uint64_t generation;
    uint32_t requests, successes, failures, run_of_successes, run_of_failures;
    int state; /* 0 closed, 1 half open, 2 open */
} bare_breaker;

/* Ask for permission; the generation must be given back. */
bool bare_breaker_before(bare_breaker *b, int64_t now, uint64_t *generation);
void bare_breaker_after(bare_breaker *b, int64_t now, uint64_t generation, bool success);

#endif
