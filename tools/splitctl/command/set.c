/* SPDX-License-Identifier: MIT */
/* Publish new weights, all of them or the share of the variant that moves. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "cli/load.h"
#include "drive/operator.h"
#include "route/board_show.h"
#include "route/publish.h"
#include "route/weights.h"

/* "NAME=W" for every variant, W a percentage or any number with up to six decimals below 1000. */
static int
named_weights(const split_policy *policy, char **args, int n_args, uint64_t *weights)
{
    size_t n = split_policy_n_variants(policy);
    uint64_t seen = 0;
    for (int i = 0; i < n_args; i++) {
        char *equals = strchr(args[i], '=');
        int64_t percent;
        size_t v = 0;
        size_t name_len = equals == NULL ? 0 : (size_t)(equals - args[i]);
        if (equals == NULL || !weights_percent(equals + 1, &percent))
            return cli_usage_error("set", "'%s' is not NAME=PERCENT", args[i]);
        while (v < n && (strlen(split_policy_variant(policy, v)) != name_len ||
                         memcmp(split_policy_variant(policy, v), args[i], name_len) != 0))
            v++;
        if (v == n || seen >> v & 1)
            return cli_usage_error("set", "'%.*s' is %s", (int)name_len, args[i],
                                   v == n ? "not a variant of the policy" : "named twice");
        weights[v] = (uint64_t)percent;
        seen |= UINT64_C(1) << v;
    }
    for (size_t v = 0; v < n; v++)
        if (!(seen >> v & 1))
            return cli_usage_error("set", "the weight of '%s' is missing; name every variant",
                                   split_policy_variant(policy, v));
    return CTL_OK;
}

static int
publish_args(const split_policy *policy, const char *path, const route_state *state, char **args,
             int n_args, const publish_note *note, publication *out)
{
    uint64_t weights[SPLIT_VARIANTS_MAX] = {0};
    int64_t percent;
    if (n_args != 1 || strchr(args[0], '=') != NULL) {
        int code = named_weights(policy, args, n_args, weights);
        return code != CTL_OK ? code : publish_weights(policy, path, state, weights, note, out);
    }
    size_t variant = moving_variant(policy);
    if (!weights_percent(args[0], &percent))
        return cli_usage_error("set", "'%s' is not a percentage from 0 to 100", args[0]);
    if (variant == SIZE_MAX)
        return cli_usage_error("set",
                               "the policy has no rollout; write NAME=PERCENT for each variant");
    return publish_percent(policy, path, state, variant, percent, note, out);
}

static int
set_weights(const split_policy *policy, const cli_common *common, int64_t expect, char **args,
            int n_args)
{
    route_state state;
    publication done;
    char share[16];
    char buf[CLI_PATH_MAX];
    const char *path = cli_route_path(common, buf);
    const publish_note note = {.by = operator_name(common), .why = operator_reason(common, "")};
    int code = route_state_read(policy, path, &state);
    if (code != CTL_OK)
        return code;
    if (expect >= 0 && state.revision != (uint64_t)expect) {
        fprintf(stderr, "splitctl set: %s has revision %llu, not the expected %lld\n", path,
                (unsigned long long)state.revision, (long long)expect);
        code = CTL_NOT_PUBLISHED;
    } else {
        code = publish_args(policy, path, &state, args, n_args, &note, &done);
    }
    route_state_free(&state);
    if (code != CTL_OK)
        return code;
    if (done.unchanged)
        printf("revision %llu has these weights already\n", (unsigned long long)done.revision);
    else
        printf("published revision %llu; %s %% of the keys move\n",
               (unsigned long long)done.revision,
               weights_print(weights_of_move(done.moved), share));
    board_print(policy, false);
    return done.n_behind > 0 ? CTL_TIMEOUT : CTL_OK;
}

int
cmd_set(int argc, char **argv)
{
    cli_common common = {0};
    int64_t expect = -1;
    char *to = NULL;
    const cli_option options[] = {
        {"to", 0, CLI_TEXT, "PERCENT", "the share, instead of an argument", &to},
        {"expect", 0, CLI_INTEGER, "REVISION", "refuse unless the route has this revision now",
         &expect},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE PERCENT | NAME=PERCENT...",
        .about = "Publishes new weights at once: the share of the rollout's variant, or the\n"
                 "share of every variant by name. A running 'splitctl run' then stops, because\n"
                 "the route is yours. Exit code 8 if another writer was faster.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_REASON | CLI_YES,
        .options = options};
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if ((first == argc) == (to == NULL))
        return cli_usage_error(argv[0], "say which weights, once");
    char **weights = to != NULL ? &to : argv + first;
    int n_weights = to != NULL ? 1 : argc - first;
    code = load_policy(cli_policy_path(&common), &policy);
    if (code == CTL_OK)
        code = set_weights(policy, &common, expect, weights, n_weights);
    split_policy_free(&policy, NULL);
    return code;
}
