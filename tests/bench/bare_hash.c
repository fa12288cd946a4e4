/* SPDX-License-Identifier: MIT */
/* The floor: one call that hashes. In a file of its own, so that the compiler knows no more of its
 * caller than a library does. */
#include "bare_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
bare_hash(const char *bytes, size_t n_bytes)
{
    return XXH64(bytes, n_bytes, 0);
}
