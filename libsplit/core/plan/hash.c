/* SPDX-License-Identifier: MIT */
/*
 * XXH64 of a prefix and a key, without copying them together: a copy would cost twice the hash,
 * because the hash reads words that the copy has only just written in other pieces.
 *
 * XXH64 works on stripes of four words of 8 bytes, one for each lane. The prefix fills some words,
 * then one word holds the prefix's last bytes and the key's first, and from there on words are read
 * straight from the key:
 *
 *     prefix  |salt-of-|a-spl-it:|                    words 0 and 1 are mixed in when the plan is
 * made key              .         |key bytes.|...      word 2 onwards, at key + 8 * word - tail_len
 */
#include "core/plan/hash.h"

#include "core/plan/hash_inline.h"

#include <string.h>

#define WORD SPLIT__WORD
#define STRIPE SPLIT__STRIPE

void
split__prefix_set(split__prefix *prefix, const char *first, size_t first_len, const char *second,
                  size_t second_len)
{
    size_t len = first_len + second_len;
    memset(prefix, 0, sizeof *prefix);
    memcpy(prefix->bytes, first, first_len);
    memcpy(prefix->bytes + first_len, second, second_len);
    prefix->len = len;
    prefix->head_bits = (uint32_t)(8 * (len % WORD));
    prefix->n_words = (uint32_t)(len % STRIPE / WORD);
    prefix->to_word = WORD - len % WORD;
    prefix->to_stripe = STRIPE - len % STRIPE;
    prefix->long_from = prefix->to_stripe > WORD ? prefix->to_stripe : WORD;
    prefix->lane[0] = XXH_PRIME64_1 + XXH_PRIME64_2;
    prefix->lane[1] = XXH_PRIME64_2;
    prefix->lane[3] = 0 - XXH_PRIME64_1;
    for (size_t word = 0; word < len / WORD; word++)
        prefix->lane[word % 4] =
            XXH64_round(prefix->lane[word % 4], split__read_word(prefix->bytes + WORD * word));
    prefix->head = split__read_word(prefix->bytes + len - len % WORD);
}

/* A unit of any size, by way of a copy. */
static uint64_t
hash_copy(const split__prefix *prefix, const char *key, size_t key_len)
{
    uint8_t unit[SPLIT__PREFIX_BYTES_MAX + STRIPE];
    memcpy(unit, prefix->bytes, prefix->len);
    memcpy(unit + prefix->len, key, key_len);
    return XXH64(unit, prefix->len + key_len, 0);
}

/* A unit below one stripe, of a key of at least a word: written by whole words, as the hash will
 * read it. */
static uint64_t
hash_words(const split__prefix *prefix, const char *key, size_t key_len)
{
    uint64_t unit[4] = {0};
    size_t word, total = prefix->len + key_len;
    for (word = 0; word < prefix->n_words; word++)
        unit[word] = split__read_word(prefix->bytes + WORD * word);
    unit[word++] = prefix->head | split__read_word(key) << prefix->head_bits;
    for (size_t at = prefix->to_word; word < total / WORD; at += WORD)
        unit[word++] = split__read_word(key + at);
    if (total % WORD > 0)
        unit[word] = split__read_word(key + key_len - WORD) >> (8 * (WORD - total % WORD));
    for (size_t i = 0; i < 4; i++)
        unit[i] = split__read_word(
            &unit[i]); /* back to the order of bytes, on machines where it is another */
    return XXH64(unit, total, 0);
}

uint64_t
split__hash_short(const split__prefix *prefix, const char *key, size_t key_len)
{
    if (prefix->len == 0)
        return XXH64(key, key_len, 0);
    if (key_len >= WORD && prefix->len < STRIPE)
        return hash_words(prefix, key, key_len);
    return hash_copy(prefix, key, key_len);
}

uint64_t
split__hash_unit(const split__prefix *prefix, const char *key, size_t key_len)
{
    if (split__is_long(prefix, key_len))
        return split__hash_long(prefix, key, key_len);
    return split__hash_short(prefix, key, key_len);
}
