/* SPDX-License-Identifier: MIT */
/* Memory of one document, in chunks that grow with what is asked for. */
#include "policy/document/arena.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 4096

typedef struct arena_chunk {
    struct arena_chunk *next;
    size_t n_bytes;
    size_t n_used;
} arena_chunk;

void *
split__memory_take(const split_alloc *alloc, size_t n_bytes)
{
    return alloc != NULL ? alloc->malloc_fn(n_bytes, alloc->ctx) : malloc(n_bytes);
}

void
split__memory_give(const split_alloc *alloc, void *mem)
{
    if (alloc != NULL)
        alloc->free_fn(mem, alloc->ctx);
    else
        free(mem);
}

static arena_chunk *
add_chunk(arena *a, size_t n_bytes)
{
    arena_chunk *chunk = split__memory_take(a->alloc, sizeof *chunk + n_bytes);
    if (chunk == NULL) {
        a->failed = true;
        return NULL;
    }
    *chunk = (arena_chunk){.next = a->chunks, .n_bytes = n_bytes};
    a->chunks = chunk;
    return chunk;
}

void *
split__arena_take(arena *a, size_t n_bytes)
{
    arena_chunk *chunk = a->chunks;
    n_bytes = (n_bytes + 7) / 8 * 8;
    if (chunk == NULL || chunk->n_bytes - chunk->n_used < n_bytes)
        chunk = add_chunk(a, n_bytes > CHUNK_BYTES ? n_bytes : CHUNK_BYTES);
    if (chunk == NULL)
        return NULL;
    void *mem = (char *)(chunk + 1) + chunk->n_used;
    chunk->n_used += n_bytes;
    return memset(mem, 0, n_bytes);
}

char *
split__arena_copy(arena *a, const char *text, size_t n)
{
    char *copy = split__arena_take(a, n + 1);
    return copy != NULL ? memcpy(copy, text, n) : NULL;
}

void
split__arena_free(arena *a)
{
    while (a->chunks != NULL) {
        arena_chunk *next = a->chunks->next;
        split__memory_give(a->alloc, a->chunks);
        a->chunks = next;
    }
}
