/* SPDX-License-Identifier: MIT */
/* XXH64 of a unit, a short fixed prefix and a key, without putting the two together by a caller (DESIGN.md A1, A2). */
#ifndef SPLIT_CORE_HASH_H
#define SPLIT_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Longest prefix: a name of 64 bytes and "/coverage:". */
#define SPLIT__PREFIX_BYTES_MAX 74

typedef struct split__prefix {
    uint32_t len;
    uint8_t bytes[84]; /* zero behind len */
} split__prefix;

/* XXH64, seed 0, of prefix and key. key_len is at most 4096. */
uint64_t split__hash_unit(const split__prefix *prefix, const void *key, size_t key_len);

/* XXH64, seed 0, of plain bytes of any length. */
uint64_t split__hash_bytes(const void *bytes, size_t n_bytes);

#endif
