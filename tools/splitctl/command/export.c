/* SPDX-License-Identifier: MIT */
/* A plan in the words of systems that never call the library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/export.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "cli/load.h"
#include "route/live.h"

/* "sql" is Trino unless --dialect says otherwise. SPLIT_EXPORT_* or UINT32_MAX. */
static uint32_t
format_of(const char *system, const char *dialect)
{
    const char *name = strcmp(system, "sql") == 0 ? dialect : system;
    bool known = strcmp(system, "sql") == 0 || strcmp(system, "haproxy") == 0 ||
                 strcmp(system, "envoy") == 0;
    for (uint32_t f = 0; known && f < SPLIT_EXPORT_COUNT; f++)
        if (strcmp(name, split_export_name((int)f)) == 0)
            return f;
    return UINT32_MAX;
}

static int
print_export(const split_plan *plan, const split_export_options *options)
{
    size_t len = 0;
    char *text = NULL;
    int rc = split_export(plan, options, NULL, 0, &len);
    if (rc == SPLIT_OK) {
        text = malloc(len + 1);
        rc = text != NULL ? split_export(plan, options, text, len + 1, &len) : SPLIT_ERR_NOMEM;
    }
    if (rc == SPLIT_OK)
        fwrite(text, 1, len, stdout);
    free(text);
    if (rc == SPLIT_OK)
        return CTL_OK;
    fprintf(stderr, "splitctl export: %s: %s\n", split_export_name((int)options->format),
            rc == SPLIT_ERR_MODE ? "it cannot do what this plan asks (mode, coverage or holdout)"
                                 : split_strerror(rc));
    return CTL_BAD_INPUT;
}

/* Of --live: the map's path, and whether the map itself is wanted. */
typedef struct live_choice {
    const char *path;
    bool map;
} live_choice;

static int
print_live(const split_plan *plan, const split_export_options *options, const live_choice *live,
           uint64_t revision)
{
    bool done = live->map ? live_print_map(plan, options->variants, revision)
                          : live_print_rules(plan, options->variants, live->path, options->key);
    if (!done)
        fputs(
            "splitctl export: haproxy: a map cannot say overrides, coverage, a holdout or the mode "
            "even; export without --live\n",
            stderr);
    return done ? CTL_OK : CTL_BAD_INPUT;
}

static int
export_file(const char *path, split_export_options *options, const live_choice *live)
{
    const char *names[SPLIT_VARIANTS_MAX];
    split_policy *policy = NULL;
    split_route *route = NULL;
    split_plan *plan = NULL;
    split_plan_options plan_options;
    int code = load_either(path, &policy, &route);
    if (code != CTL_OK)
        return code;
    int rc = policy != NULL ? split_policy_plan_options(policy, &plan_options)
                            : split_route_plan_options(route, &plan_options);
    if (rc == SPLIT_OK)
        rc = split_plan_new(&plan_options, NULL, &plan);
    if (rc == SPLIT_OK) {
        options->variants = names;
        options->n_variants = split_plan_n_variants(plan);
        for (size_t v = 0; v < options->n_variants; v++)
            names[v] =
                policy != NULL ? split_policy_variant(policy, v) : split_route_variant(route, v);
        code = live->path != NULL ? print_live(plan, options, live,
                                               route != NULL ? split_route_revision(route) : 0)
                                  : print_export(plan, options);
    } else {
        fprintf(stderr, "%s: %s\n", path, split_strerror(rc));
        code = CTL_BAD_INPUT;
    }
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
    split_route_free(&route, NULL);
    return code;
}

int
cmd_export(int argc, char **argv)
{
    cli_common common = {0};
    split_export_options options;
    const char *dialect = "trino";
    live_choice live = {0};
    split_export_options_init(&options);
    const cli_option rows[] = {
        {"dialect", 0, CLI_TEXT, "NAME", "for sql: trino (also Athena; default) or clickhouse",
         &dialect},
        {"key", 'k', CLI_TEXT, "WHERE",
         "where the key is: a sample expression, a header or a column", &options.key},
        {"live", 0, CLI_TEXT, "MAP",
         "for haproxy: rules that look up this map, which a sink of kind haproxy changes",
         &live.path},
        {"map", 0, CLI_FLAG, NULL, "with --live: the map to start with, in place of the rules",
         &live.map},
        {"table", 0, CLI_TEXT, "NAME", "for sql: the table (default: visitors)", &options.table},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE haproxy|envoy|sql",
        .about = "Writes the plan of a policy or a route for a system that does not call the\n"
                 "library: rules of a HAProxy frontend, http_filters and route_config of Envoy,\n"
                 "or a query. Each gives every key the variant that 'splitctl assign' prints.\n"
                 "Export again after each change of weights.\n",
        .common = CLI_POLICY,
        .options = rows};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (argc - first != 1)
        return cli_usage_error(argv[0], "name one system: haproxy, envoy or sql");
    options.format = format_of(argv[first], dialect);
    if (options.format == UINT32_MAX)
        return cli_usage_error(argv[0],
                               "'%s' is not haproxy, envoy or sql, or '%s' is not a dialect",
                               argv[first], dialect);
    if (live.path != NULL && options.format != SPLIT_EXPORT_HAPROXY)
        return cli_usage_error(argv[0], "--live is for haproxy");
    return export_file(cli_policy_path(&common), &options, &live);
}
