/* SPDX-License-Identifier: MIT */
/* Cost of stored decisions. Run pinned: `taskset -c 1 bench-token`. */
#include <string.h>

#include "bench.h"
#include "split/token.h"

#define NOW INT64_C(1790000000000000)

typedef struct subject {
    split_token *token;
    char text[SPLIT_TOKEN_TEXT_MAX + 1];
} subject;

static const char visitor[] = "0b2f6a52-4c1e-4a7d-9f37-5d1c0e8b9a11";
static const split_stored stored = {7, 1789999900, 1789999950, "new"};

static uint64_t
run_read(void *ctx, size_t n)
{
    const subject *s = ctx;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        split_stored got;
        uint32_t status = 0;
        if (split_token_read(s->token, s->text, strlen(s->text), visitor, sizeof visitor - 1, NOW,
                             &got, &status) == 0)
            sum += status + got.revision;
    }
    return sum;
}

static uint64_t
run_write(void *ctx, size_t n)
{
    const subject *s = ctx;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        char text[SPLIT_TOKEN_TEXT_MAX + 1];
        if (split_token_write(s->token, &stored, visitor, sizeof visitor - 1, text, sizeof text) ==
            0)
            sum += (unsigned char)text[30];
    }
    return sum;
}

static int
prepare(subject *s, const split_token_key *keys, size_t n_keys)
{
    split_token_options o;
    split_token_options_init(&o);
    o.split = "checkout";
    o.keys = keys;
    o.n_keys = n_keys;
    int err = split_token_new(&o, NULL, &s->token);
    return err != 0 ? err
                    : split_token_write(s->token, &stored, visitor, sizeof visitor - 1, s->text,
                                        sizeof s->text);
}

int
main(void)
{
    static const unsigned char secret[32] = "0123456789abcdef0123456789abcde";
    const split_token_key key = {"2026a", secret, sizeof secret};
    static subject with, without;
    if (prepare(&with, &key, 1) != 0 || prepare(&without, NULL, 0) != 0)
        return 2;
    bench_way ways[] = {
        {.name = "read, unsigned", .run = run_read, .ctx = &without},
        {.name = "read and verify, signed", .run = run_read, .ctx = &with},
        {.name = "write, unsigned", .run = run_write, .ctx = &without},
        {.name = "write and sign", .run = run_write, .ctx = &with},
    };
    bench_run(ways, 4, 2000);
    return bench_print(ways, 4) > 0 ? 1 : 0;
}
