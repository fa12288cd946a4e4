/* SPDX-License-Identifier: MIT */
#include "counting_alloc.h"

#include <stdlib.h>

static void *
take(size_t n_bytes, void *ctx)
{
    counting_alloc *c = ctx;
    if (++c->n_calls == c->fail_at)
        return NULL;
    void *mem = malloc(n_bytes);
    if (mem != NULL)
        c->n_live++;
    return mem;
}

static void
give(void *mem, void *ctx)
{
    counting_alloc *c = ctx;
    if (mem != NULL)
        c->n_live--;
    free(mem);
}

void
counting_alloc_init(counting_alloc *c)
{
    *c = (counting_alloc){.alloc = {.malloc_fn = take, .free_fn = give, .ctx = c}};
}
