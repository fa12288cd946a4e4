/* SPDX-License-Identifier: MIT */
/* The only core file that names malloc; left out of the purity test for that reason. */
#include "core/base/alloc.h"

#include <stdlib.h>

void *
split__alloc_take(const split_alloc *alloc, size_t n_bytes)
{
    return alloc != NULL ? alloc->malloc_fn(n_bytes, alloc->ctx) : malloc(n_bytes);
}

void
split__alloc_give(const split_alloc *alloc, void *mem)
{
    if (alloc != NULL)
        alloc->free_fn(mem, alloc->ctx);
    else
        free(mem);
}
