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

#endif
