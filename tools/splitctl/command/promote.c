/* SPDX-License-Identifier: MIT */
/* The next phase, by an operator's decision: what would change is shown, a failing verdict refuses,
 * the journal remembers. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "screen/follow.h"
#include "journal/own.h"
#include "cli/load.h"
#include "drive/operator.h"
#include "route/board_show.h"
#include "route/publish.h"
#include "route/weights.h"
#include "journal/write.h"
#include "journal/lock.h"

#define ALL_E6 INT64_C(100000000)

typedef struct promotion {
    const cli_common *common;
    const split_policy *policy;
    const char *route_path;
    const char *journal_path;
    bool force;
    bool driven;      /* a run will do it */
    bool has_journal; /* f is open */
    follow f;
    size_t variant;
    route_state route;
    int64_t now_e6;
    int64_t to_e6;
} promotion;

/* The first phase above the share in force; -1 when there is none. */
static int64_t
next_phase(const promotion *p)
{
    split_rollout_options options;
    if (p->driven)
        return p->f.view.decision.decision == SPLIT_DECISION_HOLD &&
                       p->f.view.decision.phase + 1 < p->f.view.options.n_phases
                   ? p->f.view.options.phases[p->f.view.decision.phase + 1].percent_e6
                   : -1;
    if (split_policy_rollout_options(p->policy, &options) != SPLIT_OK)
        return -1;
    for (uint32_t i = 0; i < options.n_phases; i++)
        if (options.phases[i].percent_e6 >
            p->now_e6 + 100) /* shares in force are rounded to buckets */
            return options.phases[i].percent_e6;
    return -1;
}

static int
choose_share(promotion *p, const char *asked)
{
    int64_t next = next_phase(p);
    char share[16];
    if (asked == NULL && next < 0) {
        fputs("splitctl: there is no phase above the share in force\n", stderr);
        return CTL_HOLD;
    }
    p->to_e6 = next;
    if (asked != NULL && !weights_percent(asked, &p->to_e6))
        return cli_usage_error("promote", "'%s' is not a percentage from 0 to 100", asked);
    if (p->driven && p->to_e6 != next)
        return cli_usage_error("promote", "a run drives this rollout; its next phase is %s %%",
                               next < 0 ? "none" : weights_print(next, share));
    if (p->to_e6 < p->now_e6)
        return cli_usage_error("promote",
                               "that would take traffic back; use 'splitctl rollback %s'", asked);
    return CTL_OK;
}

/* What the rollout itself thinks; without a journal there is no verdict. */
static int
check_verdict(const promotion *p)
{
    char next[256];
    if (!p->has_journal || p->f.view.ended_us != 0) {
        puts("no verdict: the journal has no running rollout");
        return CTL_OK;
    }
    int code = view_exit_code(&p->f.view);
    view_next(&p->f.view, next, sizeof next);
    printf("verdict: %s; %s\n", code == CTL_OK ? "healthy" : "not healthy", next);
    if (code == CTL_OK || p->force)
        return CTL_OK;
    fputs("splitctl: refused against this verdict; --force overrules it\n", stderr);
    return code;
}

static int
show_change(const promotion *p)
{
    uint64_t weights[SPLIT_VARIANTS_MAX];
    split_plan *plan = NULL;
    uint32_t moved = 0;
    char from[16];
    char to[16];
    char share[16];
    percent_weights(&p->route, p->variant, p->to_e6, weights);
    int rc = plan_after(p->route.plan, weights, &plan, &moved);
    split_plan_free(&plan, NULL);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: %s\n", split_strerror(rc));
        return CTL_BAD_INPUT;
    }
    printf("'%s': %s %% -> %s %%; %s %% of the keys move\n",
           split_policy_variant(p->policy, p->variant), weights_print(p->now_e6, from),
           weights_print(p->to_e6, to), weights_print(weights_of_move(moved), share));
    return CTL_OK;
}

static bool
is_agreed(const promotion *p)
{
    char question[96];
    char share[16];
    if (p->common->yes)
        return true;
    snprintf(question, sizeof question, "Give '%.40s' %s %% of the traffic?",
             split_policy_variant(p->policy, p->variant), weights_print(p->to_e6, share));
    if (!operator_agrees(question))
        return false;
    return p->to_e6 < ALL_E6 || operator_agrees("That is all of it. Really?");
}

/* Nothing drives: publish here and now. */
static int
publish_now(const promotion *p)
{
    publication done;
    journal *j = NULL;
    const publish_note note = {.by = operator_name(p->common),
                               .why = operator_reason(p->common, "promote by hand")};
    int code =
        publish_percent(p->policy, p->route_path, &p->route, p->variant, p->to_e6, &note, &done);
    if (code != CTL_OK)
        return code;
    if (done.unchanged)
        printf("revision %llu has this share already\n", (unsigned long long)done.revision);
    else
        printf("published revision %llu\n", (unsigned long long)done.revision);
    board_print(p->policy, false);
    int behind = done.n_behind > 0 ? CTL_TIMEOUT : CTL_OK;
    if (done.unchanged || !p->has_journal ||
        journal_open(p->journal_path, JOURNAL_WRITE, &j) != CTL_OK)
        return behind;
    journal_publication row = {.revision = (int64_t)done.revision,
                               .at_us = split_clock_wall(),
                               .percent_e6 = p->to_e6,
                               .effect_us = -1,
                               .by = operator_name(p->common)};
    code = journal_add_publication(j, p->f.rollout_id, &row);
    journal_close(&j);
    return code == CTL_OK ? behind : code;
}

static int
promote(promotion *p, const char *asked)
{
    int code = choose_share(p, asked);
    if (code == CTL_OK)
        code = show_change(p);
    if (code == CTL_OK)
        code = check_verdict(p);
    if (code != CTL_OK || p->common->dry_run)
        return code;
    if (!is_agreed(p)) {
        puts("nothing was changed");
        return CTL_HOLD;
    }
    return p->driven ? operator_act(p->common, SPLIT_ACTION_ADVANCE) : publish_now(p);
}

static int
open_and_promote(promotion *p, const char *asked)
{
    split_policy *policy = NULL;
    int code = load_policy(cli_policy_path(p->common), &policy);
    if (code != CTL_OK)
        return code;
    p->policy = policy;
    p->variant = moving_variant(policy);
    if (p->variant == SIZE_MAX)
        code = cli_usage_error("promote", "the policy has no rollout; use 'splitctl set'");
    p->driven = journal_is_driven(p->journal_path);
    if (code == CTL_OK && access(p->journal_path, F_OK) == 0) {
        char buf[CLI_PATH_MAX];
        const char *path;
        code = journal_own(p->common, buf, &path);
        if (code == CTL_OK)
            code = follow_open(&p->f, p->journal_path, 0);
        p->has_journal = code == CTL_OK;
    }
    if (code == CTL_OK)
        code = route_state_read(policy, p->route_path, &p->route);
    if (code == CTL_OK) {
        p->now_e6 = route_state_percent(&p->route, p->variant);
        code = promote(p, asked);
    }
    route_state_free(&p->route);
    if (p->has_journal)
        follow_close(&p->f);
    split_policy_free(&policy, NULL);
    return code;
}

int
cmd_promote(int argc, char **argv)
{
    static promotion p; /* large */
    cli_common common = {0};
    char route[CLI_PATH_MAX];
    char db[CLI_PATH_MAX];
    const cli_option options[] = {
        {"force", 0, CLI_FLAG, NULL, "promote even against a failing verdict", &p.force},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [PERCENT]",
        .about = "Goes to the next phase, or to PERCENT if no run drives the rollout. It shows\n"
                 "what would change and the verdict, asks for confirmation, and asks twice for\n"
                 "all the traffic. If 'splitctl run' drives the rollout, that run promotes and\n"
                 "records who asked.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_YES | CLI_DRY_RUN | CLI_REASON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (argc - first > 1)
        return cli_usage_error(argv[0], "give one percentage at most");
    p.common = &common;
    p.route_path = cli_route_path(&common, route);
    p.journal_path = cli_journal_path(&common, db);
    return open_and_promote(&p, first < argc ? argv[first] : NULL);
}
