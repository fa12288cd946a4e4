/* SPDX-License-Identifier: MIT */
/* Memory for the new/free pairs; init functions never come here. */
#ifndef SPLIT_CORE_ALLOC_H
#define SPLIT_CORE_ALLOC_H

#include "split/base.h"

/* Memory of n_bytes from the allocator, or from malloc when it is NULL. Returns NULL when there is
 * none. */
void *split__alloc_take(const split_alloc *alloc, size_t n_bytes);

/* Give back what split__alloc_take returned; NULL is allowed. */
void split__alloc_give(const split_alloc *alloc, void *mem);

#endif
