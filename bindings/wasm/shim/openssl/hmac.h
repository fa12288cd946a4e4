/* SPDX-License-Identifier: MIT */
/* The part of libcrypto that split-token uses; the host gives the function (node:crypto). */
#ifndef SPLIT_WASM_HMAC_H
#define SPLIT_WASM_HMAC_H

#include <stddef.h>

#define EVP_MAX_MD_SIZE 64
#define EVP_sha256() ((void *)0)

/* 0 when the host has no HMAC. */
__attribute__((import_module("host"), import_name("hmac_sha256"))) int
split_host_hmac(const void *key, int key_len, const unsigned char *text, size_t text_len,
                unsigned char *mac);

static inline unsigned char *
HMAC(const void *digest, const void *key, int key_len, const unsigned char *text, size_t text_len,
     unsigned char *mac, unsigned *mac_len)
{
    (void)digest;
    *mac_len = (unsigned)split_host_hmac(key, key_len, text, text_len, mac);
    return *mac_len != 0 ? mac : NULL;
}

static inline int
CRYPTO_memcmp(const void *a, const void *b, size_t n)
{
    const volatile unsigned char *x = a, *y = b;
    unsigned char off = 0;
    for (size_t i = 0; i < n; i++)
        off |= x[i] ^ y[i];
    return off;
}

static inline void
OPENSSL_cleanse(void *mem, size_t n)
{
    volatile unsigned char *m = mem;
    for (size_t i = 0; i < n; i++)
        m[i] = 0;
}

#endif
