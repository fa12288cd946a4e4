/* SPDX-License-Identifier: MIT */
/*
 * Cross-runtime digest. "digest keys N SEED" writes N keys, each after its length (32 bits,
 * little-endian): texts of 1 to 4096 bytes with code points of all planes. "digest hash" reads them
 * and prints the SHA-256 of their buckets.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/assign.h"

static uint64_t state;

static uint64_t
next(void)
{
    state += 0x9E3779B97F4A7C15u;
    uint64_t z = state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Half ASCII, then the two-byte, three-byte and four-byte ranges; the last over all planes. */
static uint32_t
code_point(void)
{
    uint64_t r = next();
    switch (r & 7) {
    case 4:
        return 0x80 + (uint32_t)(r >> 8) % (0x800 - 0x80);
    case 5:
        return 0x800 + (uint32_t)(r >> 8) % (0xD800 - 0x800);
    case 6:
        return 0xE000 + (uint32_t)(r >> 8) % (0x10000 - 0xE000);
    case 7:
        return 0x10000 + (uint32_t)(r >> 8) % 0x100000;
    default:
        return 1 + (uint32_t)(r >> 8) % 127;
    }
}

static size_t
put(unsigned char *at, uint32_t c)
{
    if (c < 0x80) {
        at[0] = (unsigned char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        at[i] = (unsigned char)(0x80 | (c & 63));
    at[0] = (unsigned char)((0xF0 << (4 - n) & 0xFF) | c);
    return n;
}

static void
write_keys(uint64_t n_keys, uint64_t seed)
{
    unsigned char key[4 + 4096 + 4];
    state = seed;
    for (uint64_t i = 0; i < n_keys; i++) {
        uint64_t r = next();
        size_t wanted = 1 + (size_t)(r >> 8) % ((size_t)1 << (r % 13)), n = 0;
        while (n < wanted) {
            size_t more = put(key + 4 + n, code_point());
            if (n + more <= 4096)
                n += more;
            else
                break;
        }
        for (int k = 0; k < 4; k++)
            key[k] = (unsigned char)(n >> 8 * k);
        fwrite(key, 1, n + 4, stdout);
    }
}

static int
hash_keys(void)
{
    static const uint64_t weights[] = {1, 2, 3};
    char key[4096];
    unsigned char head[4], sum[EVP_MAX_MD_SIZE];
    unsigned n_sum;
    uint64_t n_keys = 0;
    split_plan_options options;
    split_plan *plan = NULL;
    split_plan_options_init(&options);
    options.name = "digest";
    options.weights = weights;
    options.n_variants = 3;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (split_plan_new(&options, NULL, &plan) != 0 || ctx == NULL ||
        !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
        return 1;
    for (; fread(head, 1, 4, stdin) == 4; n_keys++) {
        split_assignment got;
        size_t n = head[0] | (size_t)head[1] << 8;
        if (fread(key, 1, n, stdin) != n || split_assign(plan, key, n, &got) != 0)
            return 1;
        unsigned char bucket[4] = {(unsigned char)got.bucket, (unsigned char)(got.bucket >> 8),
                                   (unsigned char)(got.bucket >> 16), (unsigned char)got.variant};
        EVP_DigestUpdate(ctx, bucket, 4);
    }
    EVP_DigestFinal_ex(ctx, sum, &n_sum);
    printf("%llu ", (unsigned long long)n_keys);
    for (unsigned i = 0; i < n_sum; i++)
        printf("%02x", sum[i]);
    printf(" C\n");
    EVP_MD_CTX_free(ctx);
    split_plan_free(&plan, NULL);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "keys") == 0) {
        write_keys(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "hash") == 0)
        return hash_keys();
    fputs("usage: digest keys N SEED > FILE; digest hash < FILE\n", stderr);
    return 2;
}
