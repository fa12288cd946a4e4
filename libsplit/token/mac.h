/* SPDX-License-Identifier: MIT */
/* HMAC-SHA-256 by OpenSSL's libcrypto: the only file that includes it. */
#ifndef SPLIT_TOKEN_MAC_H
#define SPLIT_TOKEN_MAC_H

#include "token/token_data.h"

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
