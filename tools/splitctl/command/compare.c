/* SPDX-License-Identifier: MIT */
/* Both systems over the same time: what differs, how surely, what it costs, and what to do next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "compare/from_logs.h"
#include "compare/judge.h"
#include "compare/show_json.h"
#include "compare/show_text.h"
#include "drive/fleet.h"
#include "screen/follow.h"
#include "journal/own.h"
#include "cli/load.h"
#include "route/publish.h"
#include "cli/text.h"

#define WATCH_US INT64_C(60000000)

typedef struct job {
    comparison c;
    const split_policy *policy; /* of the file at hand: it has the prices */
    const cli_common *common;
    const char *period;
    cli_texts sources;
    cli_texts logs;
    log_setup setup;      /* of the logs */
    const follow *follow; /* the journal that is read */
    split_us period_us;   /* 0: not given */
    split_us from_us;     /* wall clock; windows before are left out */
    split_us oldest_us;   /* start of the journal's first window */
    int64_t n_before;     /* windows left out because they are older */
    bool json;
} job;

/* The rollout of a policy: its arms and metrics. */
static int
take_rollout(job *j, const split_policy *policy)
{
    split_rollout_info info;
    if (split_policy_rollout_options(policy, &j->c.options) != SPLIT_OK ||
        split_policy_rollout(policy, &info) != SPLIT_OK) {
        fputs("splitctl: the policy has no rollout: there are no two systems to compare\n", stderr);
        return CTL_BAD_INPUT;
    }
    if (info.baseline >= split_policy_n_variants(policy)) {
        fputs("splitctl: the policy's rollout has no baseline to compare with\n", stderr);
        return CTL_BAD_INPUT;
    }
    j->c.names[0] = split_policy_variant(policy, info.variant);
    j->c.names[1] = split_policy_variant(policy, info.baseline);
    return CTL_OK;
}

static int
take_window(const journal_window *row, const split_window *w, const split_rollout_decision *s,
            void *ctx)
{
    job *j = ctx;
    (void)s;
    if (j->oldest_us == 0) { /* the journal has the rollout's own policy */
        int code = take_rollout(j, j->follow->policy);
        if (code != CTL_OK)
            return code;
        j->oldest_us = w->start_us;
    }
    if (w->start_us < j->from_us)
        j->n_before++;
    else if (!w->has_baseline || w->arm.present == 0)
        j->c.sample.n_alone++;
    else
        sample_add(&j->c.sample, w->share_ppm >= 0 ? w->share_ppm * 100 : row->percent_e6, &w->arm,
                   &w->baseline, w->start_us, j->c.options.window_us);
    return CTL_OK;
}

static size_t
variant_named(const split_policy *policy, const char *name)
{
    for (size_t i = 0; i < split_policy_n_variants(policy); i++)
        if (strcmp(split_policy_variant(policy, i), name) == 0)
            return i;
    return SIZE_MAX;
}

static cost_traffic
traffic_of(const sample *s, int arm)
{
    int64_t hits = split_arm_get(&s->total[arm], SPLIT_COUNTER_LOOKUPS) -
                   split_arm_get(&s->total[arm], SPLIT_COUNTER_MISSES);
    int64_t requests = sample_requests(s, arm);
    bool has_cache = split_arm_has(&s->total[arm], SPLIT_COUNTER_LOOKUPS) &&
                     split_arm_has(&s->total[arm], SPLIT_COUNTER_MISSES) && hits >= 0 &&
                     hits <= requests;
    return (cost_traffic){requests, has_cache ? requests - hits : requests, has_cache};
}

/* Share of the new system in the route, whatever was compared; -1 without a route. */
static int64_t
share_in_force(const job *j, size_t variant)
{
    char place[CLI_PATH_MAX];
    const char *path = cli_route_path(j->common, place);
    route_state state = {0};
    int64_t share = -1;
    if (variant == SIZE_MAX || access(path, F_OK) != 0)
        return -1;
    if (route_state_read(j->policy, path, &state) == CTL_OK)
        share = route_state_percent(&state, variant);
    route_state_free(&state);
    return share;
}

static int
conclude(job *j)
{
    comparison *c = &j->c;
    const size_t variants[2] = {variant_named(j->policy, c->names[0]),
                                variant_named(j->policy, c->names[1])};
    const cost_traffic traffic[2] = {traffic_of(&c->sample, 0), traffic_of(&c->sample, 1)};
    for (int a = 0; a < 2; a++)
        if (traffic[a].requests == 0) {
            fprintf(stderr, "splitctl: '%s' had no requests in this time: nothing to compare\n",
                    c->names[a]);
            return CTL_NO_DATA;
        }
    c->now_e6 = share_in_force(j, variants[0]);
    cost_count(&c->cost, j->policy, variants, traffic, c->sample.span_us, split_clock_wall());
    int code = compare_judge(c);
    if (j->json)
        compare_json(c);
    else
        compare_text(c);
    return code;
}

/* Why no window was taken. */
static int
nothing_taken(const job *j)
{
    char span[32];
    if (j->c.sample.n_alone > 0)
        fprintf(stderr,
                "splitctl: none of the %lld windows of this time has both systems ('%s' and '%s'); "
                "'splitctl status' says where the rollout stands\n",
                (long long)j->c.sample.n_alone, j->c.names[0], j->c.names[1]);
    else if (j->n_before > 0)
        fprintf(stderr,
                "splitctl: the journal has no window of the last %s; all %lld are older: take a "
                "longer --period\n",
                text_span(j->period_us, span), (long long)j->n_before);
    else
        fputs("splitctl: the journal has no windows yet\n", stderr);
    return CTL_NO_DATA;
}

static void
note_short_journal(const job *j)
{
    char asked[32];
    char has[32];
    if (j->period_us > 0 && j->oldest_us > j->from_us)
        fprintf(stderr,
                "splitctl: --period asks for %s, but the journal begins %s ago: all of it is "
                "compared\n",
                text_span(j->period_us, asked),
                text_span(j->from_us + j->period_us - j->oldest_us, has));
}

static int
compare_journal(job *j)
{
    static follow f; /* large */
    char buf[CLI_PATH_MAX];
    const char *path;
    j->follow = &f;
    j->c.source = "the journal";
    int code = journal_own(j->common, buf, &path);
    if (code == CTL_OK)
        code = follow_open_each(&f, path, 0, take_window, j);
    if (code != CTL_OK)
        return code;
    note_short_journal(j);
    code = j->c.sample.n_windows > 0 ? conclude(j) : nothing_taken(j);
    follow_close(&f);
    return code;
}

/* Logs tell what was, whenever that was. */
static int
compare_files(job *j, log_setup *setup, const cli_texts *files)
{
    j->c.source = "the logs";
    int code = compare_logs(&j->c, j->policy, setup, files);
    if (code == CTL_OK && j->c.sample.n_windows == 0) {
        fprintf(stderr,
                "splitctl: the logs have no window with both systems ('%s' and '%s'); --map, "
                "--cookie and --recompute tell whose a request was\n",
                j->c.names[0], j->c.names[1]);
        code = CTL_NO_DATA;
    }
    if (code == CTL_OK)
        code = conclude(j);
    free(j->c.latency);
    log_setup_free(setup);
    return code;
}

/* The sources are read twice, the time apart. */
static int
read_twice(job *j, fleet *f)
{
    static split_reading reading; /* large */
    (void)fleet_read(f, &reading);
    split_us wall = split_clock_wall();
    split_us begin = split_clock_now();
    if (split_clock_sleep_until(begin + j->period_us) != SPLIT_OK)
        return CTL_TIMEOUT;
    int rc = fleet_read(f, &reading);
    bool both = reading.has_arm[SPLIT_READING_ARM] && reading.has_arm[SPLIT_READING_BASELINE];
    if (rc != SPLIT_OK || !both) {
        fprintf(stderr, "splitctl: the sources had no data of %s%s%s in this time\n",
                rc != SPLIT_OK || !reading.has_arm[0] ? j->c.names[0] : "",
                rc != SPLIT_OK ? " and " : "",
                rc != SPLIT_OK || !reading.has_arm[1] ? j->c.names[1] : "");
        return CTL_NO_DATA;
    }
    sample_add(&j->c.sample, -1, &reading.arm[SPLIT_READING_ARM],
               &reading.arm[SPLIT_READING_BASELINE], wall, split_clock_now() - begin);
    return conclude(j);
}

static int
compare_sources(job *j, const cli_texts *specs)
{
    static fleet f; /* large */
    char route[CLI_PATH_MAX];
    if (j->period_us == 0)
        j->period_us = WATCH_US;
    int code = fleet_open(&f, j->policy, cli_route_path(j->common, route), specs, j->period_us,
                          FLEET_PATIENT);
    if (code != CTL_OK)
        return code;
    j->c.source = "the sources";
    code = read_twice(j, &f);
    fleet_close(&f);
    return code;
}

static bool
has_log_options(const log_setup *s)
{
    return s->map_options.n > 0 || s->documents.n > 0 || s->cookie != NULL || s->format != NULL ||
           s->from != NULL || s->to != NULL || s->cookie_is_variant;
}

static int
check_usage(job *j)
{
    bool logs = j->logs.n > 0;
    if (logs && j->sources.n > 0)
        return cli_usage_error("compare", "--source and --logs exclude each other");
    if (logs && j->period != NULL)
        return cli_usage_error("compare", "--period is for the journal and for sources; cut logs "
                                          "with --from and --to");
    if (!logs && has_log_options(&j->setup))
        return cli_usage_error("compare", "--map, --recompute, --cookie, --cookie-is-variant, "
                                          "--from, --to and --format need --logs");
    if (j->period != NULL && !cli_duration(j->period, &j->period_us))
        return cli_usage_error("compare", "--period takes a duration such as 90s or 4h, not '%s'",
                               j->period);
    if (j->period != NULL && j->period_us <= 0)
        return cli_usage_error("compare", "--period must be above 0");
    return CTL_OK;
}

static int
check_period(const job *j)
{
    char window[32];
    if (j->period != NULL && j->sources.n == 0 && j->period_us < j->c.options.window_us)
        return cli_usage_error("compare", "--period is shorter than a window of this policy (%s)",
                               text_span(j->c.options.window_us, window));
    return CTL_OK;
}

static int
read_and_compare(job *j)
{
    j->from_us = j->period_us > 0 ? split_clock_wall() - j->period_us : INT64_MIN;
    if (j->logs.n > 0)
        return compare_files(j, &j->setup, &j->logs);
    return j->sources.n > 0 ? compare_sources(j, &j->sources) : compare_journal(j);
}

static int
compare(job *j)
{
    char place[CLI_PATH_MAX];
    split_policy *policy = NULL;
    const char *path = cli_policy_path(j->common);
    int code = check_usage(j);
    if (code == CTL_OK)
        code = load_policy(path, &policy);
    j->policy = policy;
    if (code == CTL_OK)
        code = take_rollout(j, policy);
    if (code == CTL_OK)
        code = check_period(j);
    if (code == CTL_OK)
        code = cost_open(&j->c.cost, policy, path, place, sizeof place);
    if (code == CTL_OK)
        code = read_and_compare(j);
    cost_close(&j->c.cost);
    split_policy_free(&policy, NULL);
    return code;
}

int
cmd_compare(int argc, char **argv)
{
    static job j; /* large */
    cli_common common = {0};
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "SOURCE", "watch these instead of the journal; may be repeated",
         &j.sources},
        {"logs", 0, CLI_TEXTS, "FILE",
         "read these access logs instead of the journal; may be repeated", &j.logs},
        {"period", 0, CLI_TEXT, "TIME",
         "the last TIME of the journal (default: all), or how long to watch (60s)", &j.period},
        LOG_SETUP_OPTIONS(&j.setup),
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [--period TIME] [--source SOURCE...|--logs FILE...]",
        .about = "Compares both systems over the same time: for each metric the difference with\n"
                 "a 95 % interval that stays valid however often it is checked, cache hits (from\n"
                 "logs also the latency of hits and misses), the cost by the policy's dated\n"
                 "price file, the budget, and what to do next.\n"
                 "Exit code 3 when the new system is proven worse, is at a warning level, or\n"
                 "would cost more than the budget with all the traffic; 4 when it is critical,\n"
                 "or costs more than the budget already; 6 without data of both.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_JSON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    j.common = &common;
    j.json = common.json;
    return compare(&j);
}
