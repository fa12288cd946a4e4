/* SPDX-License-Identifier: MIT */
/* Structs that begin with their size (design/embedding.md G3): how all four libraries fill, read and write
 * those of a caller that was compiled against an older or a newer header. */
#ifndef SPLIT_COMMON_SIZED_H
#define SPLIT_COMMON_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "split/error.h"

/* No struct grows by more than this; a larger size comes from memory that nobody initialised. */
#define SPLIT__SIZED_SPARE 4096

/* The size that a struct states; 0 for NULL. */
static inline size_t
split__sized_of(const void *theirs)
{
    size_t size = 0;
    if (theirs != NULL)
        memcpy(&size, theirs, sizeof size);
    return size;
}

/* Whether `size` can be that of a caller's struct. `v1` is its size in the first release, `own_size`
 * its size here. */
static inline bool
split__sized_fits(size_t size, size_t own_size, size_t v1)
{
    return size >= v1 && size <= own_size + SPLIT__SIZED_SPARE;
}

/* Fill the caller's struct of `size` bytes with defaults: what this library does not know becomes
 * zero, what the caller does not have is left out. */
static inline void
split__sized_init(void *theirs, size_t size, const void *own, size_t own_size)
{
    if (theirs == NULL || size < sizeof size)
        return;
    memset(theirs, 0, size);
    memcpy(theirs, own, size < own_size ? size : own_size);
    memcpy(theirs, &size, sizeof size);
}

/* Copy the caller's struct into `own`. Fields that an older caller lacks become zero, which means
 * the old behaviour; fields that a newer caller has must be zero. Returns 0, SPLIT_ERR_ARG for
 * NULL, SPLIT_ERR_STRUCT or SPLIT_ERR_NEWER. */
static inline int
split__sized_take(void *own, size_t own_size, size_t v1, const void *theirs)
{
    const size_t size = split__sized_of(theirs);
    if (theirs == NULL)
        return SPLIT_ERR_ARG;
    if (!split__sized_fits(size, own_size, v1))
        return SPLIT_ERR_STRUCT;
    for (size_t i = own_size; i < size; i++)
        if (((const unsigned char *)theirs)[i] != 0)
            return SPLIT_ERR_NEWER;
    memset(own, 0, own_size);
    memcpy(own, theirs, size < own_size ? size : own_size);
    memcpy(own, &own_size, sizeof own_size);
    return SPLIT_OK;
}

/* Copy `own` into the caller's struct of `size` bytes that begins with its size. Returns 0,
 * SPLIT_ERR_ARG for NULL or SPLIT_ERR_STRUCT; nothing was written then. */
static inline int
split__sized_give(void *theirs, size_t size, const void *own, size_t own_size, size_t v1)
{
    if (theirs == NULL)
        return SPLIT_ERR_ARG;
    if (!split__sized_fits(size, own_size, v1))
        return SPLIT_ERR_STRUCT;
    split__sized_init(theirs, size, own, own_size);
    return SPLIT_OK;
}

/* The same for a struct without a size of its own: the call alone says how large it is. */
static inline int
split__plain_give(void *theirs, size_t size, const void *own, size_t own_size, size_t v1)
{
    if (theirs == NULL)
        return SPLIT_ERR_ARG;
    if (!split__sized_fits(size, own_size, v1))
        return SPLIT_ERR_STRUCT;
    memset(theirs, 0, size);
    memcpy(theirs, own, size < own_size ? size : own_size);
    return SPLIT_OK;
}

/* Whether an error that the caller wants filled states its size; NULL wants none. */
static inline bool
split__error_fits(const split_error *error)
{
    return error == NULL ||
           split__sized_fits(split__sized_of(error), sizeof *error, SPLIT_ERROR_V1);
}

/* Fill the caller's error; NULL, and one without its size, stays as it is. */
static inline void
split__error_give(split_error *theirs, const split_error *own)
{
    if (theirs != NULL && split__error_fits(theirs))
        split__sized_init(theirs, split__sized_of(theirs), own, sizeof *own);
}

#endif
