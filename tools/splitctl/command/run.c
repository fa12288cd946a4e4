/* SPDX-License-Identifier: MIT */
/* Drive a rollout: one line per change, a closing summary, an exit code that says how it ended. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "drive/clock.h"
#include "drive/driver.h"
#include "cli/load.h"
#include "drive/notify.h"
#include "screen/summary.h"
#include "drive/operator.h"
#include "drive/publication.h"
#include "drive/takeover.h"
#include "drive/window.h"
#include "route/claim.h"

#define OPERATOR_US 1000000
#define HURRY_AFTER 2 /* the last window still takes what comes in two turns of fleet_on_wait() */
#define POLL_US 50000 /* how often signals and the operator are checked */

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
    stopped = number;
}

typedef struct run {
    driver driver;
    notifier *notifier;
    bool once;
    bool fresh;
    bool adopt;
    takeover takeover;
    bool aborted;  /* an operator ended the rollout; the route may be theirs already */
    int n_hurried; /* how often the last window was asked whether it hurries */
    bool json;
    bool no_journal;
    int claim; /* on the route; -1 */
    const char *route_path;
    split_us until; /* monotonic; SPLIT_NEVER without --duration */
    bool shown;     /* a line was printed already */
    split_rollout_decision last;
} run;

static bool
has_changed(const run *r)
{
    const split_rollout_decision *a = &r->last;
    const split_rollout_decision *b = &r->driver.decision;
    if (!r->shown || a->decision != b->decision || a->reason != b->reason || a->phase != b->phase ||
        a->bake_restarts != b->bake_restarts)
        return true;
    for (uint32_t m = 0; m < b->n_metrics; m++)
        if (a->metrics[m].level != b->metrics[m].level ||
            a->metrics[m].verdict != b->metrics[m].verdict)
            return true;
    return false;
}

static void
show(run *r)
{
    if (r->json)
        summary_json(&r->driver);
    else if (has_changed(r))
        summary_line(&r->driver);
    r->last = r->driver.decision;
    r->shown = true;
}

/* Sleep in small steps until the window ends or an operator ends the rollout; both are looked for at
 * least once, also when the window is over already. False when the run shall stop. */
static bool
wait_window(run *r)
{
    const driver *d = &r->driver;
    for (;;) {
        if (stopped != 0 || split_clock_now() >= r->until)
            return false;
        r->aborted = r->aborted || driver_listen(&r->driver);
        split_us left = d->window_end - clock_real();
        if (r->aborted || left <= 0)
            return true;
        (void)split_clock_sleep_until(split_clock_now() + (left < POLL_US ? left : POLL_US));
    }
}

/* What a decision that does not end the rollout means for --once. */
static int
hold_code(const driver *at)
{
    const split_rollout_decision *d = &at->decision;
    if (!at->window_has_data)
        return CTL_NO_DATA;
    if (d->decision != SPLIT_DECISION_HOLD || d->reason == SPLIT_REASON_BAKE)
        return CTL_OK;
    switch (d->reason) {
    case SPLIT_REASON_NO_DATA:
        return CTL_NO_DATA;
    case SPLIT_REASON_CONFIRMING:
    case SPLIT_REASON_SHARED_INCIDENT:
        return CTL_CRITICAL;
    default:
        return CTL_HOLD;
    }
}

/* Somebody else published: when that was a rollback, its word comes through the journal; otherwise
 * the route is theirs. */
static int
check_route(run *r)
{
    if (r->aborted || publication_owns(&r->driver))
        return CTL_OK;
    for (split_us until = split_clock_now() + OPERATOR_US; split_clock_now() < until;) {
        if (driver_listen(&r->driver))
            return CTL_OK;
        (void)split_clock_sleep_until(split_clock_now() + POLL_US);
    }
    takeover_say_left(&r->driver);
    return CTL_NOT_PUBLISHED;
}

/* Between the answers of the sources: a signal ends the run, an operator's end of the rollout
 * closes the window with what is there. */
static fleet_word
hear(void *ctx)
{
    run *r = ctx;
    if (stopped != 0)
        return FLEET_STOP;
    r->aborted = r->aborted || driver_listen(&r->driver);
    if (!r->aborted || r->n_hurried > HURRY_AFTER)
        return FLEET_WAIT;
    return r->n_hurried++ < HURRY_AFTER ? FLEET_WAIT : FLEET_HURRY;
}

/* Nobody is moved to a system that cannot be judged. A rollout that goes on has moved them
 * already. */
static int
check_sources(run *r)
{
    driver *d = &r->driver;
    bool moved = d->diary.n_replayed > 0;
    fleet_on_wait(&d->fleet, hear, r);
    return moved ? CTL_OK : fleet_preflight(&d->fleet);
}

/* Nothing is published when an abort waited: the window is closed at once, as no data. */
static int
begin(run *r)
{
    driver *d = &r->driver;
    int code = CTL_OK;
    r->aborted = r->takeover.aborted;
    r->n_hurried = HURRY_AFTER;
    if (!r->aborted)
        code = check_sources(r);
    if (code == CTL_OK && !r->aborted)
        code = publication_publish(d);
    if (code != CTL_OK)
        return code;
    if (!r->json)
        summary_begin(d);
    if (r->aborted)
        window_begin(d);
    else if (d->published.revision == 0 || d->published.unchanged || d->dry_run)
        window_mark(d);
    r->n_hurried = 0;
    return CTL_OK;
}

static int
drive(run *r)
{
    driver *d = &r->driver;
    int code = begin(r);
    if (code != CTL_OK)
        return code;
    for (;;) {
        if (!wait_window(r))
            return stopped != 0 ? CTL_HOLD : CTL_TIMEOUT;
        code = check_route(r);
        if (code == CTL_OK && !r->aborted)
            publication_repair(d);
        if (code == CTL_OK)
            code = window_step(d);
        if (code != CTL_OK)
            return code;
        show(r);
        notifier_decision(r->notifier, d->rollout, &d->decision);
        if (d->decision.decision != SPLIT_DECISION_HOLD) {
            code = publication_publish(d);
            if (code != CTL_OK)
                return code;
            if (!r->json)
                summary_published(d);
        }
        if (split_rollout_has_ended(d->rollout))
            return d->decision.decision == SPLIT_DECISION_ROLLBACK ? CTL_ROLLED_BACK : CTL_OK;
        if (r->once)
            return hold_code(d);
    }
}

static void
catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* The right to drive, the sources, the journal: what a run needs before it may publish. */
static int
open_run(run *r, const split_policy *policy, const cli_common *common, const cli_texts *specs)
{
    char db[CLI_PATH_MAX];
    bool keeps = !r->no_journal && !common->dry_run;
    int code = common->dry_run ? CTL_OK : claim_route(r->route_path, &r->claim);
    if (code == CTL_OK)
        code = driver_open(&r->driver, policy, r->route_path, specs, 0, FLEET_PACED);
    if (code != CTL_OK)
        return code;
    r->driver.dry_run = common->dry_run;
    r->json = common->json;
    r->takeover.how = r->adopt ? TAKEOVER_ADOPT : r->fresh ? TAKEOVER_NEW : TAKEOVER_GO_ON;
    r->takeover.who = operator_name(common);
    setvbuf(stdout, NULL, _IOLBF, 0);
    code = takeover_begin(&r->driver, &r->takeover, keeps ? cli_journal_path(common, db) : NULL);
    if (code != CTL_OK || r->takeover.ended)
        driver_close(&r->driver);
    return code;
}

static int
run_policy(run *r, const cli_common *common, const cli_texts *specs)
{
    split_policy *policy = NULL;
    bool idle = true;
    int code = load_policy(cli_policy_path(common), &policy);
    if (code == CTL_OK)
        code = open_run(r, policy, common, specs);
    if (code == CTL_OK && !r->takeover.ended) {
        catch_signals();
        r->notifier = common->dry_run ? NULL : notifier_start(policy);
        code = drive(r);
        idle = notifier_stop(r->notifier);
        if (!r->json)
            summary_end(&r->driver, code);
        driver_close(&r->driver);
    }
    claim_release(&r->claim);
    if (idle) /* a notifier that hangs still reads it */
        split_policy_free(&policy, NULL);
    return code;
}

int
cmd_run(int argc, char **argv)
{
    static run r = {.claim = -1}; /* large */
    char path[CLI_PATH_MAX];
    cli_common common = {0};
    cli_texts specs = {0};
    int64_t duration = INT64_MAX;
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "SOURCE", "where counts come from; may be repeated", &specs},
        {"metrics", 0, CLI_TEXTS, "URL", "the same as --source", &specs},
        {"new", 0, CLI_FLAG, NULL, "begin a rollout in its first phase, whatever is in force",
         &r.fresh},
        {"adopt", 0, CLI_FLAG, NULL, "begin a rollout in the phase of the route in force",
         &r.adopt},
        {"no-journal", 0, CLI_FLAG, NULL, "keep no journal; an interrupted run cannot continue",
         &r.no_journal},
        {"once", 0, CLI_FLAG, NULL, "judge one window and stop", &r.once},
        {"duration", 0, CLI_DURATION, "TIME", "stop after this time (exit code 7)", &duration},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE --source SOURCE...",
        .about = "Drives the rollout of a policy: reads the counts of each window from the\n"
                 "sources (several are summed), judges them, and publishes the next share or the\n"
                 "rollback. Prints one line per change and a closing summary. A run that was\n"
                 "interrupted continues from its journal. A route that somebody else published\n"
                 "is left alone (exit code 8); a rollout that has ended stays ended (0 or 5).\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_JSON | CLI_DRY_RUN | CLI_REASON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    if (r.fresh && r.adopt)
        return cli_usage_error(argv[0], "give one of --new and --adopt");
    if (specs.n == 0)
        return cli_usage_error(argv[0], "name a source, such as --source http://127.0.0.1:8081");
    r.route_path = cli_route_path(&common, path);
    split_us now = split_clock_now();
    r.until = duration > INT64_MAX - now ? SPLIT_NEVER : now + duration;
    return run_policy(&r, &common, &specs);
}
