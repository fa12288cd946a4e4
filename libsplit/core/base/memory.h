/* SPDX-License-Identifier: MIT */
/* Checks on memory that the caller gives to an init function. */
#ifndef SPLIT_CORE_BASE_MEMORY_H
#define SPLIT_CORE_BASE_MEMORY_H

#include "core/base/alloc.h"

/* Common checks of every init: alignment to 8 bytes and enough room. Returns 0, SPLIT_ERR_ARG,
 * _ALIGN or _MEMORY_SIZE. */
int split__memory_check(const void *mem, size_t mem_bytes, size_t needed_bytes);

#endif
