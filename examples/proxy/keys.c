/* SPDX-License-Identifier: MIT */
/* Reading signing keys. Secrets are wiped from every buffer of this file that they leave. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <split/notify.h>

#include "keys.h"

/* Text of the file or variable; false with a sentence. */
static bool
fetch(const char *reference, char text[SPLIT_SECRET_BYTES], char *why, size_t why_size)
{
    split_error fault = {.size = sizeof(fault)};

    if (split_secret_read(reference, text, &fault) == 0)
        return true;
    snprintf(why, why_size, "the signing keys: %s", fault.text);
    return false;
}

static bool
parse(struct keys *keys, const char *text, const char *reference, char *why, size_t why_size)
{
    int rc = split_token_keys_parse(text, strlen(text), keys->ids, keys->secrets, keys->items,
                                    SPLIT_TOKEN_KEYS_MAX, &keys->n);

    if (rc == 0)
        return true;
    if (rc == SPLIT_ERR_LIMIT)
        snprintf(why, why_size, "%.200s holds more than %d signing keys", reference,
                 SPLIT_TOKEN_KEYS_MAX);
    else
        snprintf(why, why_size,
                 "%.200s must hold signing keys as ID:HEX, each with %d to %d bytes in hexadecimal",
                 reference, SPLIT_TOKEN_SECRET_MIN, SPLIT_TOKEN_SECRET_MAX);
    return false;
}

struct keys *
keys_read(const char *reference, char *why, size_t why_size)
{
    struct keys *keys = calloc(1, sizeof(*keys));
    char text[SPLIT_SECRET_BYTES];

    if (!keys) {
        snprintf(why, why_size, "the signing keys: out of memory");
        return NULL;
    }
    if (!fetch(reference, text, why, why_size) || !parse(keys, text, reference, why, why_size))
        keys_free(&keys);
    explicit_bzero(text, sizeof(text));
    return keys;
}

void
keys_free(struct keys **keys)
{
    if (*keys)
        explicit_bzero(*keys, sizeof(**keys));
    free(*keys);
    *keys = NULL;
}
