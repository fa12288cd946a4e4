/* SPDX-License-Identifier: MIT */
/* Policies, routes and price files checked: every fault of every file, with place and cure. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "route/board_show.h"
#include "compare/prices.h"
#include "cli/hint.h"
#include "cli/kinds.h"
#include "cli/load.h"
#include "cli/text.h"

static void
print_fault_json(const char *path, const split_error *fault, bool first)
{
    fputs(first ? "\n{\"file\":" : ",\n{\"file\":", stdout);
    text_json(stdout, path, strlen(path));
    printf(",\"code\":\"%s\",\"path\":", split_errname(fault->code));
    text_json(stdout, fault->path, strlen(fault->path));
    printf(",\"line\":%u,\"column\":%u,\"message\":", (unsigned)fault->line,
           (unsigned)fault->column);
    text_json(stdout, fault->text, strlen(fault->text));
    fputs("}", stdout);
}

/* What a valid document is, so that a person sees that the right file was read. */
static void
print_number(size_t n, const char *noun)
{
    printf(", %zu %s%s", n, noun, n == 1 ? "" : "s");
}

static void
print_valid(const char *path, const split_policy *policy, const split_route *route)
{
    split_rollout_options rollout;
    if (route != NULL) {
        printf("%s: valid route of %s, revision %llu, %zu variants\n", path,
               split_route_name(route), (unsigned long long)split_route_revision(route),
               split_route_n_variants(route));
        return;
    }
    printf("%s: valid policy of %s", path, split_policy_name(policy));
    print_number(split_policy_n_variants(policy), "variant");
    print_number(split_policy_n_origins(policy), "origin");
    print_number(split_policy_n_metrics(policy), "metric");
    if (split_policy_rollout_options(policy, &rollout) == SPLIT_OK)
        print_number(rollout.n_phases, "phase");
    else
        fputs(", no rollout", stdout);
    putchar('\n');
    hint_print(path, policy);
}

static void
show_faults(const char *path, bool json, const split_error *faults, size_t n, size_t *n_before)
{
    size_t n_shown = n < LOAD_FAULTS_MAX ? n : LOAD_FAULTS_MAX;
    for (size_t i = 0; i < n_shown; i++) {
        if (json)
            print_fault_json(path, &faults[i], *n_before == 0);
        else
            report_fault(path, &faults[i]);
        ++*n_before;
    }
    if (n > n_shown && !json)
        fprintf(stderr, "%s: and %zu more\n", path, n - n_shown);
}

typedef struct kept_faults {
    split_error *faults; /* LOAD_FAULTS_MAX */
    size_t n;
} kept_faults;

static void
keep_fault(const split_error *fault, void *ctx)
{
    kept_faults *kept = ctx;
    if (kept->n < LOAD_FAULTS_MAX)
        kept->faults[kept->n] = *fault;
    kept->n++;
}

/* Returns the number of faults. */
static size_t
check_prices(const char *path, const char *from, bool json, split_error *faults)
{
    kept_faults kept = {.faults = faults};
    prices *p = NULL;
    (void)prices_read(from, keep_fault, &kept, &p);
    if (p != NULL && !json)
        printf("%s: valid prices of %s in %s, %zu items, %zu origins, %zu routers\n", path,
               p->as_of, p->currency, p->n_items, p->n_origins, p->n_routers);
    prices_free(&p);
    return kept.n;
}

static int
check_sources(const split_policy *policy, split_error *faults, size_t *n)
{
    size_t at[2] = {0, 0};
    split_error fault = {.size = sizeof fault};
    for (; kinds_slip(policy, at, &fault); ++*n)
        if (*n < LOAD_FAULTS_MAX)
            faults[*n] = fault;
    return *n > 0 ? SPLIT_ERR_FIELD : SPLIT_OK;
}

/* Returns whether every sink answers; the policy is kept then, for one that hangs still reads it. */
static bool
check_sinks(const char *path, const split_policy *policy)
{
    const cli_common common = {.policy = path};
    char buf[CLI_PATH_MAX];
    (void)cli_route_path(&common, buf);
    if (!board_is_on(policy))
        return true;
    size_t failed = board_probe(policy);
    printf("%s: %zu of %zu sinks answer\n", path, board_count() - failed, board_count());
    board_print(policy, true);
    return failed == 0;
}

/* Returns whether the file is valid. */
static bool
check_file(const char *path, bool json, bool connect, size_t *n_shown)
{
    static split_error faults[LOAD_FAULTS_MAX] = {{.size = sizeof faults[0]}};
    split_policy *policy = NULL;
    split_route *route = NULL;
    size_t n = 0;
    char spool[64];
    const char *from = load_spooled(path, spool);
    if (prices_looks_like(from)) {
        n = check_prices(path, from, json, faults);
        show_faults(path, json, faults, n, n_shown);
        return n == 0;
    }
    int err = load_any(from, faults, &n, &policy, &route);
    if (err == SPLIT_OK && policy != NULL)
        err = check_sources(policy, faults, &n);
    if (err == SPLIT_OK && !json)
        print_valid(path, policy, route);
    if (err != SPLIT_OK && n == 0) {
        faults[0] = (split_error){.size = sizeof faults[0], .code = err, .path = "$"};
        snprintf(faults[0].text, sizeof faults[0].text, "%s", split_strerror(err));
        n = 1;
    }
    show_faults(path, json, faults, n, n_shown);
    split_route_free(&route, NULL);
    if (err == SPLIT_OK && connect && policy != NULL)
        return check_sinks(path, policy);
    split_policy_free(&policy, NULL);
    return err == SPLIT_OK;
}

int
cmd_check(int argc, char **argv)
{
    bool connect = false;
    const cli_option options[] = {{"connect", 0, CLI_FLAG, NULL,
                                   "also ask the sinks of policies for reach and rights (exit 7)",
                                   &connect},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "[OPTION...] FILE...",
        .about = "Reports every fault of policies, routes and price files as file:line:column:\n"
                 "path: what is wrong and how to cure it.\n"
                 "With --json: one list of {file, code, path, line, column, message}.\n",
        .common = CLI_JSON,
        .options = options};
    cli_common common = {0};
    size_t n_shown = 0;
    bool valid = true;
    int first, rc = cli_parse(&spec, &common, argc, argv, &first);
    if (rc != CLI_GO)
        return rc;
    if (first == argc)
        return cli_usage_error(argv[0], "name the files to check");
    if (common.json)
        fputs("[", stdout);
    for (int i = first; i < argc; i++)
        valid = check_file(argv[i], common.json, connect, &n_shown) && valid;
    if (common.json)
        fputs(n_shown > 0 ? "\n]\n" : "]\n", stdout);
    return valid ? CTL_OK : CTL_BAD_INPUT;
}
