/* SPDX-License-Identifier: MIT */
/*
 * The C library's answers for keys on standard input, each as 4 bytes of length (little endian) and
 * its bytes: assign_keys NAME SALT COVERAGE_E6 HOLDOUT_E6 DEFAULT OVERRIDDEN WEIGHT... SALT "-"
 * is the name; OVERRIDDEN is a key fixed to the last variant, or "". First line: the ranges; then a
 * line per key.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

enum { NAME = 1, SALT, COVERAGE, HOLDOUT, DEFAULT, OVERRIDDEN, WEIGHTS };

static split_plan *
plan_from(int argc, char **argv)
{
    uint64_t weights[SPLIT_VARIANTS_MAX];
    split_plan_options o;
    split_plan *plan = NULL;
    split_override fixed = {argv[OVERRIDDEN], strlen(argv[OVERRIDDEN]),
                            (uint32_t)(argc - WEIGHTS - 1)};

    if (argc - WEIGHTS > (int)SPLIT_VARIANTS_MAX)
        return NULL;
    for (int i = WEIGHTS; i < argc; i++)
        weights[i - WEIGHTS] = strtoull(argv[i], NULL, 10);
    split_plan_options_init(&o);
    o.name = argv[NAME];
    o.salt = strcmp(argv[SALT], "-") == 0 ? NULL : argv[SALT];
    o.coverage_e6 = (uint32_t)strtoul(argv[COVERAGE], NULL, 10);
    o.holdout_e6 = (uint32_t)strtoul(argv[HOLDOUT], NULL, 10);
    o.default_variant = (uint32_t)strtoul(argv[DEFAULT], NULL, 10);
    o.overrides = &fixed;
    o.n_overrides = fixed.key_len > 0;
    o.weights = weights;
    o.n_variants = (size_t)(argc - WEIGHTS);
    return split_plan_new(&o, NULL, &plan) == 0 ? plan : NULL;
}

static void
print_ranges(const split_plan *plan)
{
    split_range r;

    putchar('[');
    for (size_t i = 0; split_plan_range(plan, i, &r) == 0; i++)
        printf("%s[%u,%u,%u]", i > 0 ? "," : "", (unsigned)r.start, (unsigned)r.end,
               (unsigned)r.variant);
    puts("]");
}

static bool
read_key(char *key, size_t room, size_t *out_len)
{
    unsigned char head[4];

    if (fread(head, 1, sizeof(head), stdin) != sizeof(head))
        return false;
    *out_len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    return *out_len <= room && fread(key, 1, *out_len, stdin) == *out_len;
}

int
main(int argc, char **argv)
{
    static char key[65536];
    split_plan *plan = argc > WEIGHTS ? plan_from(argc, argv) : NULL;
    split_assignment got;
    size_t key_len;

    if (plan == NULL) {
        fputs("usage: assign_keys NAME SALT COVERAGE_E6 HOLDOUT_E6 DEFAULT OVERRIDDEN "
              "WEIGHT...\n",
              stderr);
        return 1;
    }
    print_ranges(plan);
    while (read_key(key, sizeof(key), &key_len)) {
        int err = split_assign(plan, key, key_len, &got);
        if (err != 0)
            printf("%s\n", split_errname(err));
        else
            printf("%u %u %s\n", (unsigned)got.bucket, (unsigned)got.variant,
                   split_rule_name((int)got.reason));
    }
    split_plan_free(&plan, NULL);
    return 0;
}
