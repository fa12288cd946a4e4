/* SPDX-License-Identifier: MIT */
/* XXH64 of plain bytes. */
#ifndef SPLIT_CORE_BASE_BYTES_HASH_H
#define SPLIT_CORE_BASE_BYTES_HASH_H

#include <stddef.h>
#include <stdint.h>

/* XXH64, seed 0, of plain bytes of any length. */
uint64_t split__hash_bytes(const void *bytes, size_t n_bytes);

#endif
