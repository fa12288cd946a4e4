/* SPDX-License-Identifier: MIT */
/* Snapshots with a right checksum and wrong contents. */
#ifndef TESTS_FAILOVER_FORGED_H
#define TESTS_FAILOVER_FORGED_H

#include <stddef.h>
#include <stdint.h>

/* What became of the forgeries so far. */
typedef struct failover_forged_tally {
    uint64_t n_tried, n_taken, n_calls;
} failover_forged_tally;

/* A machine lives for a while, its snapshot is forged as the bytes say, and whatever is accepted must live on as a machine
 * does: 200 calls under the model's invariants, then the way home. Aborts when a promise breaks. */
void failover_forged_play(const uint8_t *bytes, size_t n_bytes);

extern failover_forged_tally failover_forged_count;

#endif
