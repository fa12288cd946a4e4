/* SPDX-License-Identifier: MIT */
/* Keys in, variants out: `key TAB bucket TAB variant`, or JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/assign.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "cli/load.h"
#include "cli/text.h"

typedef struct assigner {
    split_policy *policy;
    split_route *route;
    split_plan *plan;
    split_random random;
    split_even even;
    bool json;
    size_t n_bad;
} assigner;

static const char *
variant_name(const assigner *a, uint32_t variant)
{
    return a->policy != NULL ? split_policy_variant(a->policy, variant)
                             : split_route_variant(a->route, variant);
}

static int
open_plan(assigner *a, const char *path)
{
    split_plan_options options;
    int code = load_either(path, &a->policy, &a->route);
    if (code != CTL_OK)
        return code;
    int rc = a->policy != NULL ? split_policy_plan_options(a->policy, &options)
                               : split_route_plan_options(a->route, &options);
    if (rc == SPLIT_OK)
        rc = split_plan_new(&options, NULL, &a->plan);
    if (rc == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "%s: %s\n", path, split_strerror(rc));
    return CTL_BAD_INPUT;
}

/* The split's mode decides what a key means: random and even draws ignore it, except for the
 * gates. */
static int
assign_key(assigner *a, const char *key, size_t key_len, split_assignment *out)
{
    bool decided = false;
    if (split_plan_mode(a->plan) == SPLIT_MODE_STICKY)
        return split_assign(a->plan, key, key_len, out);
    int rc = split_assign_gate(a->plan, key, key_len, out, &decided);
    if (rc != SPLIT_OK || decided)
        return rc;
    return split_plan_mode(a->plan) == SPLIT_MODE_RANDOM
               ? split_assign_random(a->plan, &a->random, out)
               : split_assign_even(a->plan, &a->even, out);
}

static void
print_json(const assigner *a, const char *key, size_t key_len, const split_assignment *s)
{
    fputs("{\"key\":", stdout);
    text_json(stdout, key, key_len);
    if (s->bucket == SPLIT_NO_BUCKET)
        fputs(",\"bucket\":null", stdout);
    else
        printf(",\"bucket\":%u", (unsigned)s->bucket);
    fputs(",\"variant\":", stdout);
    text_json(stdout, variant_name(a, s->variant), strlen(variant_name(a, s->variant)));
    printf(",\"reason\":\"%s\"}\n", split_rule_name((int)s->reason));
}

static void
print_line(const assigner *a, const char *key, size_t key_len, const split_assignment *s)
{
    fwrite(key, 1, key_len, stdout);
    if (s->bucket == SPLIT_NO_BUCKET)
        printf("\t-\t%s\n", variant_name(a, s->variant));
    else
        printf("\t%u\t%s\n", (unsigned)s->bucket, variant_name(a, s->variant));
}

static void
take_key(assigner *a, const char *key, size_t key_len)
{
    split_assignment s;
    int rc = assign_key(a, key, key_len, &s);
    if (rc != SPLIT_OK) {
        a->n_bad++;
        fprintf(stderr, "splitctl assign: key of %zu bytes: %s\n", key_len, split_strerror(rc));
    } else if (a->json) {
        print_json(a, key, key_len, &s);
    } else {
        print_line(a, key, key_len, &s);
    }
}

static int
take_stdin(assigner *a)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) >= 0) {
        if (n > 0 && line[n - 1] == '\n')
            n--;
        if (n > 0 && line[n - 1] == '\r')
            n--;
        take_key(a, line, (size_t)n);
    }
    free(line);
    if (!ferror(stdin))
        return CTL_OK;
    fputs("splitctl assign: reading standard input failed\n", stderr);
    return CTL_BAD_INPUT;
}

static int
take_keys(assigner *a, char **keys, int n_keys)
{
    if (n_keys == 0 || (n_keys == 1 && strcmp(keys[0], "-") == 0))
        return take_stdin(a);
    for (int i = 0; i < n_keys; i++)
        take_key(a, keys[i], strlen(keys[i]));
    return CTL_OK;
}

int
cmd_assign(int argc, char **argv)
{
    cli_common common = {0};
    int64_t seed = 0;
    const cli_option options[] = {
        {"seed", 0, CLI_INTEGER, "N", "seed of the random mode (default: 0)", &seed},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [KEY...|-]",
        .about = "Prints which variant each key gets under a policy or a route. Keys are\n"
                 "arguments, or lines of standard input.\n"
                 "Output: key TAB bucket TAB variant (bucket \"-\" when none was drawn).\n",
        .common = CLI_POLICY | CLI_JSON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    assigner a = {.json = common.json};
    split_random_init(&a.random, (uint64_t)seed);
    split_even_init(&a.even);
    code = open_plan(&a, cli_policy_path(&common));
    if (code == CTL_OK)
        code = take_keys(&a, argv + first, argc - first);
    split_plan_free(&a.plan, NULL);
    split_policy_free(&a.policy, NULL);
    split_route_free(&a.route, NULL);
    return code == CTL_OK && a.n_bad > 0 ? CTL_BAD_INPUT : code;
}
