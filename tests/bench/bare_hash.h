/* SPDX-License-Identifier: MIT */
/* The floor under every sticky decision: XXH64, seed 0, of the unit. */
#ifndef TESTS_BARE_HASH_H
#define TESTS_BARE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t bare_hash(const char *bytes, size_t n_bytes);

#endif
