/* SPDX-License-Identifier: MIT */
/* XXH64 of a unit: a short fixed prefix and a key, which are never put together in memory
 * (design/assignment.md A1, A2). */
#ifndef SPLIT_CORE_HASH_H
#define SPLIT_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Longest prefix: a name of 64 bytes and "/coverage:". */
#define SPLIT__PREFIX_BYTES_MAX 74

/* What XXH64 takes in at once, and one of the four words of it. */
#define SPLIT__STRIPE 32
#define SPLIT__WORD 8

/* A prefix, hashed as far as it goes without a key. */
typedef struct split__prefix {
    uint64_t lane[4];   /* lanes after the prefix's whole words */
    uint64_t head;      /* its last len % 8 bytes, as the low ones of a word */
    uint32_t head_bits; /* 8 * (len % 8) */
    uint32_t n_words;   /* whole words after its last whole stripe: 0 to 3 */
    uint64_t len;       /* 0: no prefix */
    uint64_t to_word;   /* bytes of the key that fill the last word */
    uint64_t to_stripe; /* and the last stripe */
    uint64_t long_from; /* shortest key of a long unit: a stripe is filled, and so is a word */
    uint8_t bytes[80];
} split__prefix;

/* Make a prefix of two pieces, together at most SPLIT__PREFIX_BYTES_MAX bytes. */
void split__prefix_set(split__prefix *prefix, const char *first, size_t first_len,
                       const char *second, size_t second_len);

/* XXH64, seed 0, of prefix and key. key_len is at most 4096. */
uint64_t split__hash_unit(const split__prefix *prefix, const char *key, size_t key_len);

/* The part of it for units that are not long, as hash_inline.h says. */
uint64_t split__hash_short(const split__prefix *prefix, const char *key, size_t key_len);

#endif
