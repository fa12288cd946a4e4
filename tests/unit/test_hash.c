/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "core/base/bytes_hash.h"
#include "core/plan/hash.h"

/* Every prefix length with every key length up to 300 and some beyond, at odd addresses, against
 * the plain hash. */
Test(hash, prefix_and_key_hash_like_the_bytes_put_together)
{
    static char prefix_text[SPLIT__PREFIX_BYTES_MAX + 1], unit[SPLIT__PREFIX_BYTES_MAX + 4100],
        key[4100];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (char)(i * 131 + (i >> 5) * 17 + 200);
    for (size_t i = 0; i < sizeof prefix_text; i++)
        prefix_text[i] = (char)('a' + i % 26);
    for (size_t p = 0; p <= SPLIT__PREFIX_BYTES_MAX; p++) {
        split__prefix prefix;
        size_t first = p / 2;
        split__prefix_set(&prefix, prefix_text, first, prefix_text + first, p - first);
        memcpy(unit, prefix_text, p);
        for (size_t n = 1; n <= 4096; n += n < 300 ? 1 : 379) {
            const char *at = key + n % 3;
            memcpy(unit + p, at, n);
            cr_assert_eq(split__hash_unit(&prefix, at, n), split__hash_bytes(unit, p + n),
                         "prefix %zu key %zu", p, n);
        }
    }
}

Test(hash, known_answers)
{
    cr_assert_eq(split__hash_bytes("", 0), 0xef46db3751d8e999);
    cr_assert_eq(split__hash_bytes("a", 1), 0xd24ec4f1a98c6e5b);
    cr_assert_eq(split__hash_bytes("abc", 3), 0x44bc2cf5ad770999);
}
