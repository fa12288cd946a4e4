/* SPDX-License-Identifier: MIT */
/* Checks on memory that the caller gives to an init function. */
#include "core/base/memory.h"

#include "core/base/alloc.h"

#include "split/error.h"

int
split__memory_check(const void *mem, size_t mem_bytes, size_t needed_bytes)
{
    if (mem == NULL)
        return SPLIT_ERR_ARG;
    if ((uintptr_t)mem % 8 != 0)
        return SPLIT_ERR_ALIGN;
    return mem_bytes < needed_bytes ? SPLIT_ERR_MEMORY_SIZE : SPLIT_OK;
}
