/* SPDX-License-Identifier: MIT */
/* The size-first rule of options structs (design/embedding.md G3). */
#include "core/base/options.h"

#include <string.h>

#include "split/error.h"

/* No options struct of ours comes near this; a larger size is a forgotten init call. */
#define MAX_OPTIONS_BYTES 4096

static int
all_zero(const unsigned char *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        if (bytes[i] != 0)
            return 0;
    return 1;
}

int
split__options_take(void *own, size_t own_size, size_t first_size, const void *theirs)
{
    size_t size;
    if (theirs == NULL)
        return SPLIT_ERR_ARG;
    memcpy(&size, theirs, sizeof size);
    if (size < first_size || size > MAX_OPTIONS_BYTES)
        return SPLIT_ERR_STRUCT;
    if (size > own_size && !all_zero((const unsigned char *)theirs + own_size, size - own_size))
        return SPLIT_ERR_NEWER;
    memset(own, 0, own_size);
    memcpy(own, theirs, size < own_size ? size : own_size);
    memcpy(own, &own_size, sizeof own_size);
    return SPLIT_OK;
}
