/* SPDX-License-Identifier: MIT */
/* A stream of bytes as calls of a failover machine: arbitrary times, tokens, options. Shared by the fuzzer and the replay. */
#ifndef TESTS_FAILOVER_STREAM_H
#define TESTS_FAILOVER_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* Plays the bytes; aborts when a promise of the API is broken. */
void failover_stream_play(const uint8_t *bytes, size_t n_bytes);

#endif
