/* SPDX-License-Identifier: MIT */
/* HAProxy rules that look a map up, so that weights change without a reload. */
#include "route/live.h"

#include <stdio.h>

#include "split/error.h"

static bool
fits(const split_plan *plan)
{
    return split_plan_n_overrides(plan) == 0 && split_plan_coverage(plan) == SPLIT_BUCKETS &&
           split_plan_holdout(plan) == 0 && split_plan_mode(plan) != SPLIT_MODE_EVEN;
}

bool
live_print_rules(const split_plan *plan, const char *const *variants, const char *map,
                 const char *key)
{
    const char *usual = variants[split_plan_default(plan)];
    const char *salt = split_plan_salt(plan);
    if (!fits(plan))
        return false;
    printf("# split %s, scheme split1, live: put into the frontend. The answer is "
           "var(txn.split_variant).\n"
           "# %s is kept by a sink of kind haproxy; make it first with --map.\n",
           split_plan_name(plan), map);
    if (split_plan_mode(plan) == SPLIT_MODE_RANDOM) {
        printf("http-request set-var(txn.split_variant) rand(1048576),map_int(%s,%s)\n", map,
               usual);
        return true;
    }
    printf("http-request set-var(txn.split_key) %s\n"
           "acl split_has_key var(txn.split_key) -m len 1:4096\n"
           "http-request set-var(txn.split_variant) str(%s)\n"
           "http-request set-var(txn.split_variant) ",
           key != NULL ? key : "req.cook(split_id)", usual);
    if (salt[0] != '\0')
        printf("str(%s:),concat(,txn.split_key)", salt);
    else
        fputs("var(txn.split_key)", stdout);
    printf(",xxh64(0),and(1048575),map_int(%s,%s) if split_has_key\n", map, usual);
    return true;
}

bool
live_print_map(const split_plan *plan, const char *const *variants, uint64_t revision)
{
    split_range r;
    if (!fits(plan))
        return false;
    for (size_t i = 0; i < split_plan_n_ranges(plan); i++)
        if (split_plan_range(plan, i, &r) == SPLIT_OK)
            printf("%u:%u %s\n", (unsigned)r.start, (unsigned)r.end - 1, variants[r.variant]);
    if (revision > 0)
        printf("1048576 split %s revision %llu\n", split_plan_name(plan),
               (unsigned long long)revision);
    return true;
}
