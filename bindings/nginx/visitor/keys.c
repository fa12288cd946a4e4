/* SPDX-License-Identifier: MIT */
/* Reading signing keys. Secrets are wiped from every buffer of this file that they leave. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "route/file.h"
#include "visitor/keys.h"

#define TEXT_BYTES 4096

static bool
fetch(const char *reference, char text[TEXT_BYTES], char *why, size_t why_bytes)
{
    if (strncmp(reference, "file:", 5) == 0) {
        ssize_t n = file_read(reference + 5, text, TEXT_BYTES - 1);
        if (n < 0)
            snprintf(why, why_bytes, "the signing keys: %.200s cannot be read: %.60s", reference,
                     strerror(errno));
        text[n < 0 ? 0 : n] = '\0';
        return n >= 0;
    }
    const char *value = strncmp(reference, "env:", 4) == 0 ? getenv(reference + 4) : NULL;
    if (value == NULL || strlen(value) >= TEXT_BYTES) {
        snprintf(why, why_bytes,
                 "the signing keys: %.200s is not set, or too long; nginx passes "
                 "the variables on that an \"env\" directive names",
                 reference);
        return false;
    }
    strcpy(text, value);
    return true;
}

static bool
parse(struct keys *keys, const char *text, const char *reference, char *why, size_t why_bytes)
{
    int rc = split_token_keys_parse(text, strlen(text), keys->ids, keys->secrets, keys->items,
                                    SPLIT_TOKEN_KEYS_MAX, &keys->n);
    if (rc == 0)
        return true;
    if (rc == SPLIT_ERR_LIMIT)
        snprintf(why, why_bytes, "%.200s holds more than %d signing keys", reference,
                 SPLIT_TOKEN_KEYS_MAX);
    else
        snprintf(why, why_bytes,
                 "%.200s must hold signing keys as ID:HEX, each with %d to %d bytes in hexadecimal",
                 reference, SPLIT_TOKEN_SECRET_MIN, SPLIT_TOKEN_SECRET_MAX);
    return false;
}

struct keys *
keys_read(const char *reference, char *why, size_t why_bytes)
{
    struct keys *keys = calloc(1, sizeof *keys);
    char text[TEXT_BYTES];
    if (keys == NULL) {
        snprintf(why, why_bytes, "the signing keys: out of memory");
        return NULL;
    }
    text[0] = '\0';
    if (!fetch(reference, text, why, why_bytes) || !parse(keys, text, reference, why, why_bytes))
        keys_free(&keys);
    explicit_bzero(text, sizeof text);
    return keys;
}

void
keys_free(struct keys **keys)
{
    if (*keys != NULL)
        explicit_bzero(*keys, sizeof **keys);
    free(*keys);
    *keys = NULL;
}
