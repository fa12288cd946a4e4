/* SPDX-License-Identifier: MIT */
/*
 * Plans for test_recipes.py: `export_plan PLAN FORMAT KEY` writes the plan in another system's
 * words, `export_plan PLAN assign` reads keys, one per line, and prints the library's own variant of
 * each. PLAN is a row of the table below.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "split/export.h"
#include "split/split.h"

static const char *const names[] = {"new", "legacy", "beta"};
static const split_override overrides[] = {
    {"qa-team", 7, 2}, {"o'neil \"x\" $HOME #1", 18, 0}, {"\xc3\xa9t\xc3\xa9", 5, 2}};

static const struct {
    const char *name;
    const char *salt;
    uint64_t home[3];
    uint64_t now[3]; /* reached by re-weighting: several ranges */
    size_t n_overrides;
    uint32_t coverage_percent;
    uint32_t holdout_percent;
    uint32_t mode;
} plans[] = {
    {"two", NULL, {10, 90, 0}, {33, 67, 0}, 0, 100, 0, SPLIT_MODE_STICKY},
    {"bare", "", {10, 60, 30}, {45, 20, 35}, 3, 100, 0, SPLIT_MODE_STICKY},
    {"salted", "2026.q4-search", {10, 60, 30}, {50, 20, 30}, 3, 100, 0, SPLIT_MODE_STICKY},
    {"gated", NULL, {40, 30, 30}, {30, 40, 30}, 3, 70, 10, SPLIT_MODE_STICKY},
    {"random", NULL, {10, 90, 0}, {20, 80, 0}, 0, 100, 0, SPLIT_MODE_RANDOM},
};
#define N_PLANS (sizeof plans / sizeof plans[0])

static split_plan *
make(size_t row)
{
    split_plan_options o;
    split_plan *home = NULL, *plan = NULL;
    split_plan_options_init(&o);
    o.name = "search";
    o.salt = plans[row].salt;
    o.weights = plans[row].home;
    o.n_variants = 3;
    o.default_variant = 1;
    o.overrides = overrides;
    o.n_overrides = plans[row].n_overrides;
    o.coverage_e6 = plans[row].coverage_percent * SPLIT_PERCENT;
    o.holdout_e6 = plans[row].holdout_percent * SPLIT_PERCENT;
    o.mode = plans[row].mode;
    if (split_plan_new(&o, NULL, &home) != 0 ||
        split_plan_reweight_new(home, plans[row].now, 3, NULL, &plan, NULL) != 0)
        exit(2);
    split_plan_free(&home, NULL);
    return plan;
}

static int
assign(const split_plan *plan)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0) {
        split_assignment a;
        int err = split_assign(plan, line, (size_t)(line[n - 1] == '\n' ? n - 1 : n), &a);
        puts(names[err == 0 ? a.variant : split_plan_default(plan)]);
    }
    free(line);
    return 0;
}

static int
export_as(const split_plan *plan, uint32_t format, const char *key)
{
    split_export_options o;
    size_t len = 0;
    split_export_options_init(&o);
    o.variants = names;
    o.n_variants = 3;
    o.format = format;
    o.key = key;
    int err = split_export(plan, &o, NULL, 0, &len);
    char *text = err == 0 ? malloc(len + 1) : NULL;
    if (text != NULL && split_export(plan, &o, text, len + 1, &len) == 0)
        fwrite(text, 1, len, stdout);
    free(text);
    return err == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    size_t row = 0;
    int code = 2;
    while (argc >= 3 && row < N_PLANS && strcmp(plans[row].name, argv[1]) != 0)
        row++;
    if (argc < 3 || row == N_PLANS)
        return 2;
    split_plan *plan = make(row);
    if (strcmp(argv[2], "assign") == 0)
        code = assign(plan);
    for (uint32_t f = 0; f < SPLIT_EXPORT_COUNT; f++)
        if (strcmp(argv[2], split_export_name((int)f)) == 0)
            code = export_as(plan, f, argc > 3 ? argv[3] : NULL);
    split_plan_free(&plan, NULL);
    return code;
}
