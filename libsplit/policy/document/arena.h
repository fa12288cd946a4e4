/* SPDX-License-Identifier: MIT */
/* Memory of one document: pieces taken one after the other, given back all at once. */
#ifndef SPLIT_POLICY_ARENA_H
#define SPLIT_POLICY_ARENA_H

#include "split/base.h"

typedef struct arena {
    const split_alloc *alloc;
    struct arena_chunk *chunks;
    bool failed; /* a piece was refused once: the document is incomplete and must be dropped */
} arena;

/* Memory from an allocator, or from malloc when it is NULL; as the core does it, through public
 * names only. */
void *split__memory_take(const split_alloc *alloc, size_t n_bytes);
void split__memory_give(const split_alloc *alloc, void *mem);

/* Zeroed memory aligned to 8 bytes, or NULL; then `failed` is set. */
void *split__arena_take(arena *a, size_t n_bytes);

/* A NUL-terminated copy of n bytes, or NULL; then `failed` is set. */
char *split__arena_copy(arena *a, const char *text, size_t n);

void split__arena_free(arena *a);

#endif
