/* SPDX-License-Identifier: MIT */
/* Secrets by reference: read where they are used, never in an error. */
#include "split/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sized.h"
#include "net/base/fault.h"

int
split_secret_read(const char *reference, char buf[SPLIT_SECRET_BYTES], split_error *error)
{
    if (reference == NULL || buf == NULL)
        return SPLIT_ERR_ARG;
    buf[0] = '\0';
    if (!split__error_fits(error))
        return SPLIT_ERR_STRUCT;
    const char *value = reference;
    if (strncmp(reference, "file:", 5) == 0) {
        FILE *file = fopen(reference + 5, "r");
        size_t n = file != NULL ? fread(buf, 1, SPLIT_SECRET_BYTES, file) : 0;
        bool failed = file == NULL || ferror(file) != 0;
        if (file != NULL)
            fclose(file);
        if (n == SPLIT_SECRET_BYTES || failed)
            buf[0] = '\0';
        if (failed)
            return split__net_fault(error, SPLIT_ERR_IO, "%.200s cannot be read", reference);
        if (n == SPLIT_SECRET_BYTES)
            return split__net_fault(error, SPLIT_ERR_SPACE, "%.200s is too long", reference);
        while (n > 0 && (buf[n - 1] == '\n' || buf[n - 1] == '\r'))
            n--;
        buf[n] = '\0';
        return SPLIT_OK;
    }
    if (strncmp(reference, "env:", 4) == 0)
        value = getenv(reference + 4);
    if (value == NULL || value[0] == '\0')
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "%.200s is not set", reference);
    if (strlen(value) >= SPLIT_SECRET_BYTES)
        return split__net_fault(error, SPLIT_ERR_SPACE, "a secret is too long");
    strcpy(buf, value);
    return SPLIT_OK;
}
