/* SPDX-License-Identifier: MIT */
/* libFuzzer target over forged snapshots of a failover machine. */
#include "failover_forged.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    failover_forged_play(bytes, n_bytes);
    return 0;
}
