/* SPDX-License-Identifier: MIT */
/* HMAC-SHA-256 by OpenSSL's libcrypto: the only file that includes it. */
#include "token/mac.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "split/error.h"
#include "token/token_data.h"

/* base64url of RFC 4648, section 5, without padding: 32 bytes become 43 characters. */
static void
encode(const unsigned char mac[MAC_BYTES], char out[MAC_TEXT])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0, n_bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < MAC_BYTES; i++) {
        bits = (bits << 8 | mac[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[n++] = digits[bits >> (n_bits - 6) & 63];
    }
    out[n] = digits[bits << (6 - n_bits) & 63];
}

int
token__mac(const split_token *token, const token_secret *key, const char *value, size_t value_len,
           const char *subject, size_t subject_len, char out[MAC_TEXT])
{
    unsigned char text[SPLIT_NAME_BYTES_MAX + SPLIT_TOKEN_TEXT_MAX + SPLIT_KEY_BYTES_MAX + 2];
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_len = 0;
    size_t split_len = strlen(token->split), n = split_len + 1;
    memcpy(text, token->split, n);
    memcpy(text + n, value, value_len);
    n += value_len;
    text[n++] = '\0';
    if (subject_len > 0)
        memcpy(text + n, subject, subject_len);
    n += subject_len;
    if (HMAC(EVP_sha256(), key->bytes, (int)key->n_bytes, text, n, mac, &mac_len) == NULL ||
        mac_len != MAC_BYTES)
        return SPLIT_ERR_NOMEM;
    encode(mac, out);
    return SPLIT_OK;
}

bool
token__same_mac(const char *a, const char *b)
{
    return CRYPTO_memcmp(a, b, MAC_TEXT) == 0;
}

void
token__wipe(void *mem, size_t n_bytes)
{
    OPENSSL_cleanse(mem, n_bytes);
}
