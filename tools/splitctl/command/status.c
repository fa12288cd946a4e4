/* SPDX-License-Identifier: MIT */
/* Where the rollout stands, once; the exit code says it to scripts. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "screen/draw.h"
#include "screen/draw_json.h"
#include "screen/follow.h"
#include "journal/own.h"
#include "cli/load.h"
#include "route/board.h"
#include "route/publish.h"
#include "cli/text.h"
#include "route/weights.h"

static void
print_shares(const split_policy *policy, const route_state *state, bool json)
{
    char share[16];
    const char *name = split_policy_name(policy);
    if (json) {
        fputs("{\"schema\":1,\"split\":", stdout);
        text_json(stdout, name, strlen(name));
        printf(",\"revision\":%llu,\"percent\":{", (unsigned long long)state->revision);
    } else {
        printf("%s  no rollout has begun; revision %llu in force:", name,
               (unsigned long long)state->revision);
    }
    for (size_t v = 0; v < split_policy_n_variants(policy); v++) {
        const char *variant = split_policy_variant(policy, v);
        weights_print(route_state_percent(state, v), share);
        fputs(v == 0 ? "" : ",", stdout);
        if (json)
            text_json(stdout, variant, strlen(variant));
        printf(json ? ":%s" : " %s %s %%", json ? share : variant, share);
    }
    puts(json ? "}}" : "");
}

/* Weights set by hand have no journal, but they are in force. */
static int
status_of_route(const cli_common *common, const char *route_path)
{
    split_policy *policy = NULL;
    route_state state = {0};
    int code = load_policy(cli_policy_path(common), &policy);
    if (code == CTL_OK)
        code = route_state_read(policy, route_path, &state);
    if (code == CTL_OK) {
        print_shares(policy, &state, common->json);
        code = CTL_NO_DATA;
    }
    route_state_free(&state);
    if (!board_is_on(policy)) /* a sink that hangs still reads it */
        split_policy_free(&policy, NULL);
    return code;
}

static int
status_of_rollout(const cli_common *common, const char *path, int64_t rollout)
{
    static follow f; /* large */
    canvas c;
    int code = follow_open(&f, path, rollout);
    if (code != CTL_OK)
        return code;
    if (common->json) {
        draw_json(stdout, &f.view);
    } else {
        canvas_init(&c, stdout, common->color);
        draw_view(&c, &f.view);
    }
    code = view_exit_code(&f.view);
    follow_close(&f);
    return code;
}

/* The sinks of the policy, if it has any; it is kept, for a sink that hangs still reads it. */
static bool
has_sinks(const cli_common *common, split_policy **out)
{
    split_policy *policy = NULL;
    if (split_policy_load_file(cli_policy_path(common), NULL, NULL, 0, NULL, &policy) != SPLIT_OK)
        return false;
    if (board_is_on(policy)) {
        *out = policy;
        return true;
    }
    split_policy_free(&policy, NULL);
    return false;
}

static void
print_sinks(const split_policy *policy)
{
    static const char *const words[] = {[BOARD_PENDING] = "behind",
                                        [BOARD_IN_FORCE] = "in force",
                                        [BOARD_NEWER] = "ahead",
                                        [BOARD_FOREIGN] = "foreign",
                                        [BOARD_FAILED] = "no answer"};
    if (board_survey(policy) != CTL_OK)
        return;
    puts("sinks:");
    for (size_t i = 0; i < board_count(); i++) {
        board_view v;
        char revision[40] = "";
        board_at(i, &v);
        if (v.has_revision)
            snprintf(revision, sizeof revision, " revision %llu,", (unsigned long long)v.revision);
        printf("  %s%s:%s %s%s%s\n", v.place, v.primary ? " (primary)" : "", revision,
               words[v.outcome], v.error[0] != '\0' ? ": " : "", v.error);
    }
}

int
cmd_status(int argc, char **argv)
{
    cli_common common = {0};
    char db[CLI_PATH_MAX];
    char route[CLI_PATH_MAX];
    const char *path;
    int64_t rollout = 0;
    const cli_option options[] = {{"rollout", 0, CLI_INTEGER, "ID",
                                   "an older rollout of the journal (default: the newest)",
                                   &rollout},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE",
        .about = "Prints the state of the rollout in the journal or, before any rollout, the\n"
                 "shares of the route. Exit code: 0 healthy, 3 hold or warning, 4 critical, 5\n"
                 "rolled back, 6 no data.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_JSON | CLI_COLOR,
        .options = options};
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    const char *route_path = cli_route_path(&common, route);
    bool sinks = has_sinks(&common, &policy);
    if (common.journal == NULL && rollout == 0 &&
        access(cli_journal_path(&common, db), F_OK) != 0 &&
        (sinks || access(route_path, F_OK) == 0)) {
        code = status_of_route(&common, route_path);
    } else {
        code = journal_own(&common, db, &path);
        code = code == CTL_OK ? status_of_rollout(&common, path, rollout) : code;
    }
    if (sinks && !common.json)
        print_sinks(policy);
    return code;
}
