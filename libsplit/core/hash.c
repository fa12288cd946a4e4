/* SPDX-License-Identifier: MIT */
/* The only file that includes xxHash; it is compiled in, so that the library needs nothing at run time. */
#include "hash.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
split__hash_bytes(const void *bytes, size_t n_bytes)
{
    return XXH64(bytes, n_bytes, 0);
}

uint64_t
split__hash_unit(const split__prefix *prefix, const void *key, size_t key_len)
{
    uint8_t unit[SPLIT__PREFIX_BYTES_MAX + 4096];
    if (prefix->len == 0)
        return XXH64(key, key_len, 0);
    memcpy(unit, prefix->bytes, prefix->len);
    memcpy(unit + prefix->len, key, key_len);
    return XXH64(unit, prefix->len + key_len, 0);
}
