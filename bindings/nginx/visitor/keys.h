/* SPDX-License-Identifier: MIT */
/* The signing keys of stored decisions: read from where the policy says, shown by id alone. */
#ifndef KEYS_H
#define KEYS_H

#include <stddef.h>

#include <split/error.h>
#include <split/token.h>

struct keys {
    char ids[SPLIT_TOKEN_KEYS_MAX][SPLIT_TOKEN_KEY_ID_MAX + 1];
    unsigned char secrets[SPLIT_TOKEN_KEYS_MAX][SPLIT_TOKEN_SECRET_MAX];
    split_token_key items[SPLIT_TOKEN_KEYS_MAX]; /* Lead into the two above; the first one signs. */
    size_t n;
};

/* Read "env:NAME" or "file:PATH". NULL with a sentence that names the place, and nothing of what
 * stands there. */
struct keys *keys_read(const char *reference, char *why, size_t why_bytes);

/* Wipe and free; NULL is no fault. Sets the pointer to NULL. */
void keys_free(struct keys **keys);

#endif
