/* SPDX-License-Identifier: MIT */
/* The key of SigV4A, derived from a secret, and signatures by it. */
#include "net/aws/v4a/key.h"

#include "net/aws/v4a/v4a.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 32
#define POINT_BYTES (1 + 2 * KEY_BYTES)
#define COUNTER_MAX 254
#define SIGNATURE_MAX 72

static void
put_hex(const unsigned char *data, size_t len, char *hex)
{
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", data[i]);
}

void
split__v4a_sha256(const char *data, size_t len, char hex[V4A_SHA256_HEX_BYTES])
{
    unsigned char sum[KEY_BYTES];
    hex[0] = '\0';
    if (EVP_Digest(data, len, sum, NULL, EVP_sha256(), NULL) == 1)
        put_hex(sum, sizeof sum, hex);
}

/* One step of the counter mode: 00000001, label, 00, key id, counter, 00000100 (bits wanted). */
static bool
derive_step(const char *key_id, const char *secret, unsigned char counter,
            unsigned char out[KEY_BYTES])
{
    static const unsigned char one[] = {0, 0, 0, 1};
    static const unsigned char bits[] = {0, 0, 1, 0};
    size_t id_len = strlen(key_id);
    size_t secret_len = strlen(secret);
    size_t n = sizeof one + sizeof V4A_ALGORITHM + id_len + 1 + sizeof bits;
    unsigned char *input = malloc(n);
    char *key = malloc(sizeof "AWS4A" + secret_len);
    bool done = input != NULL && key != NULL;
    if (done) {
        unsigned char *p = input;
        p = (unsigned char *)memcpy(p, one, sizeof one) + sizeof one;
        memcpy(p, V4A_ALGORITHM, sizeof V4A_ALGORITHM); /* the final zero is part of it */
        p += sizeof V4A_ALGORITHM;
        memcpy(p, key_id, id_len);
        p += id_len;
        *p++ = counter;
        memcpy(p, bits, sizeof bits);
        memcpy(key, "AWS4A", 5);
        memcpy(key + 5, secret, secret_len + 1);
        done = HMAC(EVP_sha256(), key, (int)(5 + secret_len), input, n, out, NULL) != NULL;
        OPENSSL_cleanse(key, 5 + secret_len);
    }
    free(input);
    free(key);
    return done;
}

/* The first c of the sequence with c <= n - 2, plus one; n is the order of the curve. */
static BIGNUM *
derive_number(const char *key_id, const char *secret, const EC_GROUP *group)
{
    unsigned char candidate[KEY_BYTES];
    BIGNUM *most = BN_dup(EC_GROUP_get0_order(group));
    BIGNUM *number = BN_secure_new();
    bool found = false;
    bool going = most != NULL && number != NULL && BN_sub_word(most, 2) == 1;
    for (unsigned counter = 1; going && !found && counter <= COUNTER_MAX; counter++) {
        going = derive_step(key_id, secret, (unsigned char)counter, candidate) &&
                BN_bin2bn(candidate, sizeof candidate, number) != NULL;
        found = going && BN_cmp(number, most) <= 0 && BN_add_word(number, 1) == 1;
    }
    OPENSSL_cleanse(candidate, sizeof candidate);
    BN_free(most);
    if (found)
        return number;
    BN_clear_free(number);
    return NULL;
}

static bool
public_point(const EC_GROUP *group, const BIGNUM *number, unsigned char out[POINT_BYTES])
{
    EC_POINT *point = EC_POINT_new(group);
    bool done = point != NULL && EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1 &&
                EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, POINT_BYTES,
                                   NULL) == POINT_BYTES;
    EC_POINT_free(point);
    return done;
}

static EVP_PKEY *
key_of(const EC_GROUP *group, const BIGNUM *number)
{
    unsigned char point[POINT_BYTES];
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (build != NULL && ctx != NULL && public_point(group, number, point) &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) ==
            1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1)
        params = OSSL_PARAM_BLD_to_param(build);
    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

v4a_key *
split__v4a_key(const char *key_id, const char *secret)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    BIGNUM *number = group != NULL ? derive_number(key_id, secret, group) : NULL;
    EVP_PKEY *key = number != NULL ? key_of(group, number) : NULL;
    BN_clear_free(number);
    EC_GROUP_free(group);
    return key;
}

void
split__v4a_key_free(v4a_key *key)
{
    EVP_PKEY_free(key);
}

bool
split__v4a_sign(v4a_key *key, const char *text, char hex[V4A_SIGNATURE_BYTES])
{
    unsigned char der[SIGNATURE_MAX];
    size_t n = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSign(ctx, der, &n, (const unsigned char *)text, strlen(text)) == 1;
    EVP_MD_CTX_free(ctx);
    hex[0] = '\0';
    if (done)
        put_hex(der, n, hex);
    return done;
}
