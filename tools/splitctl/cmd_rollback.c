/* SPDX-License-Identifier: MIT */
/* The way back, at once: needs the policy and the route's folder, and neither sources nor the
 * journal. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli.h"
#include "commands.h"
#include "fleet.h"
#include "journal_own.h"
#include "load.h"
#include "operator.h"
#include "publish.h"
#include "text.h"
#include "weights.h"

#define ATTEMPTS 5 /* an emergency wins over another writer */
#define EFFECT_PATIENCE_US 5000000
#define EFFECT_STEP_US 10000

typedef struct way_back {
    const split_policy *policy;
    const char *route_path;
    size_t variant;
    int64_t percent_e6;
    int64_t before_e6;
    split_us began; /* monotonic */
    publication done;
} way_back;

static int
publish_once(way_back *w)
{
    route_state state;
    int code = route_state_read(w->policy, w->route_path, &state);
    if (code != CTL_OK)
        return code;
    w->before_e6 = route_state_percent(&state, w->variant);
    code = publish_percent(w->policy, w->route_path, &state, w->variant, w->percent_e6, &w->done);
    route_state_free(&state);
    return code;
}

/* What a router would read now is what was meant. */
static int
read_back(const way_back *w)
{
    route_state state;
    int code = route_state_read(w->policy, w->route_path, &state);
    if (code != CTL_OK)
        return CTL_NOT_PUBLISHED;
    bool same = state.revision == w->done.revision;
    route_state_free(&state);
    if (!same)
        fprintf(stderr, "splitctl: %s was changed again by another writer\n", w->route_path);
    return same ? CTL_OK : CTL_NOT_PUBLISHED;
}

static void
await_routers(const way_back *w, fleet *f)
{
    static split_reading reading;
    char took[32];
    split_us until = split_clock_now() + EFFECT_PATIENCE_US;
    while (split_clock_now() < until) {
        (void)fleet_read(f, &reading);
        if (f->n_answered == 0)
            break;
        if (reading.has_revision && reading.revision >= w->done.revision && f->n_answered == f->n) {
            printf("in force on all %zu routers %s after the command\n", f->n,
                   text_span(split_clock_now() - w->began, took));
            return;
        }
        (void)split_clock_sleep_until(split_clock_now() + EFFECT_STEP_US);
    }
    puts("the routers did not confirm the revision; look at them");
}

/* Ask for a page and look at the variant that the router names in its answer. */
static void
probe(const char *url, const char *variant)
{
    split_http *http = NULL;
    split_http_answer answer;
    split_error error = {.size = sizeof error};
    int n_asked = 0;
    int n_moved = 0;
    if (split_http_new(NULL, &http) != SPLIT_OK)
        return;
    for (int i = 0; i < 20; i++) {
        const split_http_request r = {
            .size = sizeof r, .url = url, .want_header = "x-split-variant"};
        if (split_http_send(http, &r, &answer, &error) != SPLIT_OK) {
            printf("probe: %s\n", error.text);
            break;
        }
        n_asked++;
        n_moved += strcmp(answer.header, variant) == 0 ? 1 : 0;
    }
    if (n_asked > 0)
        printf("probe: %d of %d new visitors still go to '%s'\n", n_moved, n_asked, variant);
    split_http_free(&http);
}

static void
record(const cli_common *common, const way_back *w)
{
    char buf[CLI_PATH_MAX];
    const char *path = cli_journal_path(common, buf);
    journal *j = NULL;
    journal_rollout rollout;
    if (access(path, F_OK) != 0 || journal_open(path, JOURNAL_WRITE, &j) != CTL_OK ||
        journal_check_owner(j, path, split_policy_name(w->policy)) != CTL_OK) {
        puts("not recorded: there is no usable journal");
        journal_close(&j);
        return;
    }
    if (journal_find(j, 0, &rollout) == CTL_OK) {
        const journal_publication p = {.revision = (int64_t)w->done.revision,
                                       .at_us = split_clock_wall(),
                                       .percent_e6 = w->percent_e6,
                                       .effect_us = -1,
                                       .by = operator_name(common)};
        const journal_action a = {.at_us = p.at_us,
                                  .action = split_action_name(SPLIT_ACTION_ABORT),
                                  .who = p.by,
                                  .why = operator_reason(common, "rollback by hand")};
        if (journal_add_publication(j, rollout.id, &p) == CTL_OK && rollout.ended_us == 0)
            (void)journal_add_action(j, rollout.id, &a);
    }
    journal_close(&j);
}

static void
print_checklist(void)
{
    puts("\nNow:\n"
         "  1. Errors that visitors see should fall: splitctl monitor --once --source ...\n"
         "  2. Caches may serve old errors for their error time to live.\n"
         "  3. Keep the new system's logs before they rotate.\n"
         "  4. What led here: splitctl history, splitctl report.");
}

static int
roll_back(way_back *w, const cli_common *common, const cli_texts *specs, const char *probe_url)
{
    char from[16];
    char to[16];
    char took[32];
    int code = CTL_NOT_PUBLISHED;
    for (int i = 0; i < ATTEMPTS && code == CTL_NOT_PUBLISHED; i++)
        code = publish_once(w);
    if (code == CTL_OK)
        code = read_back(w);
    if (code != CTL_OK)
        return code;
    printf("'%s' %s %% -> %s %%: revision %llu, written and read back in %s\n",
           split_policy_variant(w->policy, w->variant), weights_print(w->before_e6, from),
           weights_print(w->percent_e6, to), (unsigned long long)w->done.revision,
           text_span(split_clock_now() - w->began, took));
    fleet f;
    if (specs->n > 0 && fleet_open(&f, w->policy, w->route_path, specs) == CTL_OK) {
        await_routers(w, &f);
        fleet_close(&f);
    }
    if (probe_url != NULL)
        probe(probe_url, split_policy_variant(w->policy, w->variant));
    record(common, w);
    print_checklist();
    return CTL_OK;
}

static int
rollback_policy(const cli_common *common, const char *percent, const cli_texts *specs,
                const char *probe_url)
{
    char path[CLI_PATH_MAX];
    split_policy *policy = NULL;
    way_back w = {.began = split_clock_now(), .route_path = cli_route_path(common, path)};
    if (percent != NULL && !weights_percent(percent, &w.percent_e6))
        return cli_usage_error("rollback", "'%s' is no percentage from 0 to 100", percent);
    int code = load_policy(cli_policy_path(common), &policy);
    if (code != CTL_OK)
        return code;
    w.policy = policy;
    w.variant = moving_variant(policy);
    if (w.variant == SIZE_MAX)
        code = cli_usage_error("rollback", "the policy has no rollout; use 'splitctl set'");
    else
        code = roll_back(&w, common, specs, probe_url);
    split_policy_free(&policy, NULL);
    return code;
}

int
cmd_rollback(int argc, char **argv)
{
    cli_common common = {0};
    cli_texts specs = {0};
    const char *probe_url = NULL;
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "SOURCE", "routers that shall confirm; may be repeated", &specs},
        {"probe", 0, CLI_TEXT, "URL", "ask this page as new visitors afterwards", &probe_url},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [PERCENT]",
        .about = "Takes the traffic back at once, to PERCENT (default: 0) for the rollout's\n"
                 "variant. Asks nothing. Needs the policy and the route's folder only: sources\n"
                 "and journal may be dead. A running 'splitctl run' ends as rolled back.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_YES | CLI_REASON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (argc - first > 1)
        return cli_usage_error(argv[0], "give one percentage at most");
    return rollback_policy(&common, first < argc ? argv[first] : NULL, &specs, probe_url);
}
