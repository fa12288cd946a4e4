/* SPDX-License-Identifier: MIT */
/* The size-first rule of options structs (design/embedding.md G3). */
#ifndef SPLIT_CORE_OPTIONS_H
#define SPLIT_CORE_OPTIONS_H

#include <stddef.h>

/*
 * Copy a caller's options struct into `own`, which is `own_size` bytes and as new as this library.
 * The caller's first member is its size. Fields that an older caller lacks become zero, which means
 * old behaviour; fields that a newer caller has must be zero. Returns 0, SPLIT_ERR_ARG,
 * SPLIT_ERR_STRUCT or SPLIT_ERR_NEWER.
 */
int split__options_take(void *own, size_t own_size, size_t first_size, const void *theirs);

#endif
