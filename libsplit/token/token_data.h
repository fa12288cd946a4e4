/* SPDX-License-Identifier: MIT */
/* What a token object is in memory, and the pieces that its files share. */
#ifndef SPLIT_TOKEN_DATA_H
#define SPLIT_TOKEN_DATA_H

#include "split/token.h"

#define MAC_BYTES 32
#define MAC_TEXT 43 /* base64url without padding */

typedef struct token_secret {
    char id[SPLIT_TOKEN_KEY_ID_MAX + 8];
    unsigned char bytes[SPLIT_TOKEN_SECRET_MAX];
    uint64_t n_bytes;
} token_secret;

struct split_token {
    char split[SPLIT_NAME_BYTES_MAX + 8];
    uint64_t n_keys;
    int64_t max_age_s; /* INT64_MAX: without limit */
    int64_t idle_s;
    int64_t skew_s;
    uint64_t fence;
    token_secret keys[SPLIT_TOKEN_KEYS_MAX];
};

/* A value taken apart; the pieces point into it. */
typedef struct token_parts {
    split_stored stored;
    const char *key_id; /* key_id_len bytes; "-" when unsigned */
    size_t key_id_len;
    const char *mac;   /* MAC_TEXT bytes, or NULL */
    size_t signed_len; /* bytes of the value that the signature covers */
} token_parts;

/* Length of a name of [A-Za-z0-9][A-Za-z0-9._-]* within n_max bytes at `text`; 0 when it is not
 * one. */
size_t token__name_len(const char *text, size_t n_max);

/* Take a value apart. False when it is not of the form. */
bool token__parse(const char *text, size_t text_len, token_parts *out);

/* The part of a value before the signature, with a terminator; 0 when it does not fit. */
size_t token__format(const split_stored *stored, const char *key_id, char *out, size_t out_bytes);

/*
 * Signature over split, value and subject, as text (43 bytes, no terminator). The first two hold no
 * zero byte, so the zero bytes between them keep the three apart. Returns 0 or SPLIT_ERR_NOMEM.
 */
int token__mac(const split_token *token, const token_secret *key, const char *value,
               size_t value_len, const char *subject, size_t subject_len, char out[MAC_TEXT]);

/* Whether two signatures are equal, in a time that does not depend on where they differ. */
bool token__same_mac(const char *a, const char *b);

/* Forget secrets for good. */
void token__wipe(void *mem, size_t n_bytes);

#endif
