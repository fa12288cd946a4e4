/* SPDX-License-Identifier: MIT */
/* XXH64 of plain bytes. */
#include "core/base/bytes_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
split__hash_bytes(const void *bytes, size_t n_bytes)
{
    return XXH64(bytes, n_bytes, 0);
}
