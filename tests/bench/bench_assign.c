/* SPDX-License-Identifier: MIT */
/* Cost of decisions against the bare hash of the same bytes. Run pinned: `taskset -c 1
 * bench-assign`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bare_hash.h"
#include "bench.h"
#include "split/split.h"

#define N_KEYS 4096
#define KEY 36
#define SALT "checkout-new"
#define UNIT (sizeof SALT + KEY)
#define N_ITEMS (N_KEYS * 8)

static char keys[N_KEYS * KEY], units[N_KEYS * UNIT];
static uint32_t offsets[N_KEYS + 1];
static uint16_t variants[N_KEYS];

static uint64_t
run_bare_unit(void *ctx, size_t n)
{
    uint64_t sum = 0;
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        sum += bare_hash(units + i % N_KEYS * UNIT, UNIT);
    return sum;
}

static uint64_t
run_bare_key(void *ctx, size_t n)
{
    uint64_t sum = 0;
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        sum += bare_hash(keys + i % N_KEYS * KEY, KEY);
    return sum;
}

static uint64_t
run_assign(void *ctx, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        split_assignment a;
        if (split_assign(ctx, keys + i % N_KEYS * KEY, KEY, &a) == 0)
            sum += a.variant;
    }
    return sum;
}

static uint64_t
run_many(void *ctx, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n / N_KEYS; i++) {
        if (split_assign_many(ctx, keys, sizeof keys, offsets, N_KEYS, variants, NULL) == 0)
            sum += variants[i % N_KEYS];
    }
    return sum;
}

static uint64_t
run_random(void *ctx, size_t n)
{
    uint64_t sum = 0;
    split_random rnd;
    split_random_init(&rnd, 1);
    for (size_t i = 0; i < n; i++) {
        split_assignment a;
        if (split_assign_random(ctx, &rnd, &a) == 0)
            sum += a.variant;
    }
    return sum;
}

static uint64_t
run_even(void *ctx, size_t n)
{
    uint64_t sum = 0;
    split_even even;
    split_even_init(&even);
    for (size_t i = 0; i < n; i++) {
        split_assignment a;
        if (split_assign_even(ctx, &even, &a) == 0)
            sum += a.variant;
    }
    return sum;
}

static split_plan *
plan_of(const char *salt, split_mode mode, size_t n_variants)
{
    static const uint64_t two[2] = {10, 90},
                          sixteen[16] = {9, 5, 7, 6, 7, 5, 9, 4, 8, 6, 3, 8, 2, 9, 6, 6};
    split_plan *plan = NULL;
    split_plan_options options;
    split_plan_options_init(&options);
    options.name = "bench";
    options.salt = salt;
    options.mode = mode;
    options.weights = n_variants == 2 ? two : sixteen;
    options.n_variants = n_variants;
    return split_plan_new(&options, NULL, &plan) == 0 ? plan : NULL;
}

static void
fill_keys(void)
{
    for (unsigned i = 0; i < N_KEYS; i++) {
        char key[KEY + 1];
        unsigned long long a = bare_hash((char *)&i, 3), b = bare_hash((char *)&i, 4);
        snprintf(key, sizeof key, "%08llx-%04llx-4%03llx-a%03llx-%012llx", a >> 32,
                 a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffffffffffff);
        memcpy(keys + i * KEY, key, KEY);
        memcpy(units + i * UNIT, SALT ":", sizeof SALT);
        memcpy(units + i * UNIT + sizeof SALT, key, KEY);
        offsets[i + 1] = offsets[i] + KEY;
    }
}

static bench_way ways[] = {
    {.name = "bare XXH64, 49 bytes", .run = run_bare_unit},
    {.name = "bare XXH64, 36 bytes", .run = run_bare_key},
    {.name = "sticky, 12-byte salt", .run = run_assign, .floor = &ways[0], .limit = 1.6},
    {.name = "sticky, no salt", .run = run_assign, .floor = &ways[1], .limit = 1.15},
    {.name = "sticky, 16 variants", .run = run_assign, .floor = &ways[0], .limit = 1.6},
    {.name = "many, 12-byte salt", .run = run_many, .floor = &ways[0], .limit = 1.1},
    {.name = "many, no salt", .run = run_many, .floor = &ways[1], .limit = 1.1},
    {.name = "many, 16 variants", .run = run_many, .floor = &ways[0]},
    {.name = "random", .run = run_random, .limit = 5},
    {.name = "even, 2 variants", .run = run_even, .limit = 5},
    {.name = "even, 16 variants", .run = run_even},
};
#define N_WAYS (sizeof ways / sizeof ways[0])

static bool
make_plans(void)
{
    split_plan *salted = plan_of(SALT, SPLIT_MODE_STICKY, 2);
    split_plan *bare = plan_of("", SPLIT_MODE_STICKY, 2);
    split_plan *wide = plan_of(SALT, SPLIT_MODE_STICKY, 16);
    split_plan *plans[N_WAYS] = {NULL, NULL, salted, bare, wide, salted, bare, wide};
    plans[8] = plan_of("", SPLIT_MODE_RANDOM, 2);
    plans[9] = plan_of("", SPLIT_MODE_EVEN, 2);
    plans[10] = plan_of("", SPLIT_MODE_EVEN, 16);
    for (size_t w = 2; w < N_WAYS; w++) {
        if (plans[w] == NULL)
            return false;
        ways[w].ctx = plans[w];
    }
    return true;
}

/* `bench-assign` measures and prints a table; `--list` and `--count WAY N` serve
 * instructions.py. */
int
main(int argc, char **argv)
{
    fill_keys();
    if (!make_plans())
        return 2;
    if (argc == 4 && strcmp(argv[1], "--count") == 0) {
        const bench_way *way = &ways[strtoul(argv[2], NULL, 10) % N_WAYS];
        printf("%llu\n", (unsigned long long)way->run(way->ctx, strtoul(argv[3], NULL, 10)));
        return 0;
    }
    for (size_t w = 0; argc == 2 && w < N_WAYS; w++)
        puts(ways[w].name);
    if (argc > 1)
        return 0;
    bench_run(ways, N_WAYS, N_ITEMS);
    return bench_print(ways, N_WAYS) > 0 ? 1 : 0;
}
