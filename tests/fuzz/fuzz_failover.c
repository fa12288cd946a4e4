/* SPDX-License-Identifier: MIT */
/* libFuzzer target over calls of a failover machine. */
#include "failover_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    failover_stream_play(bytes, n_bytes);
    return 0;
}
