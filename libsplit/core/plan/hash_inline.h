/* SPDX-License-Identifier: MIT */
/*
 * The hash of a unit, for inlining into the files that decide. See hash.c for the picture.
 *
 * The only file that includes xxHash, whose own pieces (round, merge, finalize) are used; it is
 * compiled in.
 */
#ifndef SPLIT_CORE_HASH_INLINE_H
#define SPLIT_CORE_HASH_INLINE_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdbool.h>

#include "core/plan/hash.h"

static inline uint64_t
split__read_word(const void *at)
{
    return XXH_readLE64(at);
}

#if defined(__GNUC__)
#define SPLIT__LIKELY(x) __builtin_expect((x) != 0, 1)
#else
#define SPLIT__LIKELY(x) (x)
#endif

static inline bool
split__is_long(const split__prefix *prefix, size_t key_len)
{
    return SPLIT__LIKELY(key_len >= prefix->long_from);
}

/* XXH64's last bytes, fewer than a stripe, as XXH64_finalize() has them; here the compiler may see
 * into it. */
XXH_FORCE_INLINE uint64_t
split__hash_rest(uint64_t h, const char *at, size_t left)
{
    for (; left >= SPLIT__WORD; left -= SPLIT__WORD, at += SPLIT__WORD) {
        h ^= XXH64_round(0, split__read_word(at));
        h = XXH_rotl64(h, 27) * XXH_PRIME64_1 + XXH_PRIME64_4;
    }
    if (left >= 4) {
        h ^= XXH_readLE32(at) * XXH_PRIME64_1;
        h = XXH_rotl64(h, 23) * XXH_PRIME64_2 + XXH_PRIME64_3;
        left -= 4;
        at += 4;
    }
    for (; left > 0; left--, at++) {
        h ^= (uint8_t)*at * XXH_PRIME64_5;
        h = XXH_rotl64(h, 11) * XXH_PRIME64_1;
    }
    return XXH64_avalanche(h);
}

/* From the lanes after the first stripe to the end. */
XXH_FORCE_INLINE uint64_t
split__hash_from(uint64_t a, uint64_t b, uint64_t c, uint64_t d, const char *at, size_t left,
                 size_t total)
{
    while (!SPLIT__LIKELY(left < SPLIT__STRIPE)) {
        a = XXH64_round(a, split__read_word(at));
        b = XXH64_round(b, split__read_word(at + SPLIT__WORD));
        c = XXH64_round(c, split__read_word(at + 2 * SPLIT__WORD));
        d = XXH64_round(d, split__read_word(at + 3 * SPLIT__WORD));
        left -= SPLIT__STRIPE;
        at += SPLIT__STRIPE;
    }
    uint64_t h = XXH_rotl64(a, 1) + XXH_rotl64(b, 7) + XXH_rotl64(c, 12) + XXH_rotl64(d, 18);
    h = XXH64_mergeRound(h, a);
    h = XXH64_mergeRound(h, b);
    h = XXH64_mergeRound(h, c);
    h = XXH64_mergeRound(h, d);
    return split__hash_rest(h + total, at, left);
}

/* A long unit. */
XXH_FORCE_INLINE uint64_t
split__hash_long(const split__prefix *prefix, const char *key, size_t key_len)
{
    uint64_t a = prefix->lane[0], b = prefix->lane[1], c = prefix->lane[2], d = prefix->lane[3];
    uint64_t border = prefix->head | split__read_word(key) << prefix->head_bits;
    const char *at = key + prefix->to_word;
    switch (prefix->n_words) {
    case 0:
        a = XXH64_round(a, border);
        b = XXH64_round(b, split__read_word(at));
        c = XXH64_round(c, split__read_word(at + SPLIT__WORD));
        d = XXH64_round(d, split__read_word(at + 2 * SPLIT__WORD));
        break;
    case 1:
        b = XXH64_round(b, border);
        c = XXH64_round(c, split__read_word(at));
        d = XXH64_round(d, split__read_word(at + SPLIT__WORD));
        break;
    case 2:
        c = XXH64_round(c, border);
        d = XXH64_round(d, split__read_word(at));
        break;
    default:
        d = XXH64_round(d, border);
        break;
    }
    return split__hash_from(a, b, c, d, key + prefix->to_stripe, key_len - prefix->to_stripe,
                            prefix->len + key_len);
}

/* A key of at least a stripe, without a prefix. */
XXH_FORCE_INLINE uint64_t
split__hash_bare(const char *key, size_t key_len)
{
    uint64_t a = XXH64_round(XXH_PRIME64_1 + XXH_PRIME64_2, split__read_word(key));
    uint64_t b = XXH64_round(XXH_PRIME64_2, split__read_word(key + SPLIT__WORD));
    uint64_t c = XXH64_round(0, split__read_word(key + 2 * SPLIT__WORD));
    uint64_t d = XXH64_round(0 - XXH_PRIME64_1, split__read_word(key + 3 * SPLIT__WORD));
    return split__hash_from(a, b, c, d, key + SPLIT__STRIPE, key_len - SPLIT__STRIPE, key_len);
}

#endif
