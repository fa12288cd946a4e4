/* SPDX-License-Identifier: MIT */
/* Access logs of any known format: per arm requests, errors, latencies, cache hits and the realised
 * split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "logs/scan.h"
#include "logs/setup.h"
#include "logs/show.h"
#include "logs/tally.h"
#include "logs/windows.h"
#include "cli/load.h"

#define MINUTE_US INT64_C(60000000)
#define MINUTES_OPEN 4 /* logs are not quite in order */

typedef struct minute {
    split_us at; /* -1: free */
    tally tally;
} minute;

typedef struct analysis {
    log_setup setup;
    tally total;
    bool json;
    bool per_minute;
    bool as_windows;
    log_windows windows;
    minute minutes[MINUTES_OPEN];
    split_us closed_to; /* minutes before this were printed */
    int64_t n_late;
} analysis;

static void
close_minute(analysis *a, minute *m)
{
    show_minute(&m->tally, m->at, a->json);
    if (m->at + MINUTE_US > a->closed_to)
        a->closed_to = m->at + MINUTE_US;
    tally_clear(&m->tally);
    m->at = -1;
}

static minute *
oldest_minute(analysis *a)
{
    minute *oldest = NULL;
    for (size_t i = 0; i < MINUTES_OPEN; i++)
        if (a->minutes[i].at >= 0 && (oldest == NULL || a->minutes[i].at < oldest->at))
            oldest = &a->minutes[i];
    return oldest;
}

/* The open minute of an instant; the oldest is printed to make room. NULL when it was printed
 * already. */
static minute *
open_minute(analysis *a, split_us at)
{
    split_us start = at - at % MINUTE_US;
    minute *free_one = NULL;
    for (size_t i = 0; i < MINUTES_OPEN; i++) {
        if (a->minutes[i].at == start)
            return &a->minutes[i];
        if (a->minutes[i].at < 0)
            free_one = &a->minutes[i];
    }
    if (start < a->closed_to)
        return NULL;
    if (free_one == NULL) {
        free_one = oldest_minute(a);
        if (start < free_one->at)
            return NULL;
        close_minute(a, free_one);
    }
    free_one->at = start;
    return free_one;
}

static const char nobody[] = "(all)"; /* nothing says whose request it was */

static void
take_record(const split_log_record *r, void *ctx)
{
    analysis *a = ctx;
    if (!log_setup_takes(&a->setup, r))
        return;
    split_log_text arm = split_log_arm(&a->setup.arms, r);
    if (arm.len == 0)
        arm = (split_log_text){nobody, sizeof nobody - 1};
    tally_add(&a->total, arm, r);
    if (a->as_windows)
        (void)log_windows_add(&a->windows, arm, r);
    if (!a->per_minute)
        return;
    minute *m = open_minute(a, r->at_us);
    if (m != NULL)
        tally_add(&m->tally, arm, r);
    else
        a->n_late++;
}

static void
finish(analysis *a, const log_scan *s, size_t n_files)
{
    minute *m;
    if (a->as_windows) {
        log_windows_end(&a->windows);
        return;
    }
    while (a->per_minute && (m = oldest_minute(a)) != NULL)
        close_minute(a, m);
    if (a->json) {
        show_json(&a->total, s, n_files);
        return;
    }
    if (a->per_minute)
        putchar('\n');
    show_table(&a->total);
    show_summary(&a->total, s, n_files);
    if (a->n_late > 0)
        printf("%lld records came too late for their minute; they are in the totals\n",
               (long long)a->n_late);
}

static int
scan_files(analysis *a, log_scan *s, char **files, int n_files)
{
    char dash[] = "-";
    char *only[] = {dash};
    int code = CTL_OK;
    if (n_files == 0) {
        files = only;
        n_files = 1;
    }
    for (int i = 0; code == CTL_OK && i < n_files; i++)
        code = log_scan_file(s, files[i]);
    if (a->total.no_memory) {
        fputs("splitctl logs: out of memory\n", stderr);
        code = CTL_BAD_INPUT;
    }
    if (code == CTL_OK)
        finish(a, s, (size_t)n_files);
    return code == CTL_OK && a->total.n_arms == 0 ? CTL_NO_DATA : code;
}

static int
analyse(analysis *a, const split_policy *policy, char **files, int n_files)
{
    log_scan s = {.take = take_record, .ctx = a, .progress = isatty(STDERR_FILENO) == 1};
    int code = log_setup_open(&a->setup, "logs", &s.log);
    if (code == CTL_OK && a->as_windows)
        code = log_windows_begin(&a->windows, policy);
    if (code == CTL_OK)
        code = scan_files(a, &s, files, n_files);
    split_log_free(&s.log);
    return code;
}

static void
clean_up(analysis *a)
{
    tally_free(&a->total);
    for (size_t i = 0; i < MINUTES_OPEN; i++)
        tally_free(&a->minutes[i].tally);
    log_setup_free(&a->setup);
}

int
cmd_logs(int argc, char **argv)
{
    static analysis a; /* large */
    cli_common common = {0};
    split_policy *policy = NULL; /* of --windows */
    const cli_option options[] = {
        {"per-minute", 'm', CLI_FLAG, NULL, "a line for each minute and arm", &a.per_minute},
        {"windows", 0, CLI_FLAG, NULL, "print the policy's windows as JSON Lines, for replay",
         &a.as_windows},
        LOG_SETUP_OPTIONS(&a.setup),
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "[OPTION...] [FILE...|-]",
        .about = "Reads access logs, plain or gzip: CloudFront v1 and v2, nginx and Apache\n"
                 "combined, HAProxy, ALB, and split-proxy's own. Prints for each arm the number\n"
                 "of requests, failures, latencies and cache results. Latency is the time to the\n"
                 "first byte where the format has it; percentiles are exact to 1 ms.\n",
        .common = CLI_POLICY | CLI_JSON,
        .options = options};
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    a.json = common.json;
    tally_init(&a.total);
    for (size_t i = 0; i < MINUTES_OPEN; i++)
        a.minutes[i].at = -1;
    if (a.as_windows)
        code = load_policy(cli_policy_path(&common), &policy);
    else
        code = CTL_OK;
    if (code == CTL_OK)
        code = analyse(&a, policy, argv + first, argc - first);
    clean_up(&a);
    split_policy_free(&policy, NULL);
    return code;
}
