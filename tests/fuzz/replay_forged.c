/* SPDX-License-Identifier: MIT */
/* Plays random forgeries as the fuzzer would, without libFuzzer: replay_forged [N]. The same ones each time, unless
 * SPLIT_TEST_SEED says otherwise. */
#include <stdio.h>
#include <stdlib.h>

#include "failover_forged.h"

#define N_FORGERIES 20000
#define MAX_BYTES 600

static uint64_t
next(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int
main(int argc, char **argv)
{
    static uint8_t bytes[MAX_BYTES];
    const char *given = getenv("SPLIT_TEST_SEED");
    const uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 1;
    const uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : N_FORGERIES;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t state = seed * UINT64_C(0x100000001) + i;
        const size_t n_bytes = next(&state) % MAX_BYTES;
        for (size_t k = 0; k < n_bytes; k++)
            bytes[k] = (uint8_t)(next(&state) >> 24);
        failover_forged_play(bytes, n_bytes);
    }
    printf("SPLIT_TEST_SEED=%llu: %llu forgeries, %llu taken, %llu calls after that\n", (unsigned long long)seed,
           (unsigned long long)failover_forged_count.n_tried, (unsigned long long)failover_forged_count.n_taken,
           (unsigned long long)failover_forged_count.n_calls);
    return failover_forged_count.n_taken < n / 100;
}
