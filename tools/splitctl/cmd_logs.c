/* SPDX-License-Identifier: MIT */
/* Access logs of any known format: per arm requests, errors, latencies, cache hits and the realised
 * split. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli.h"
#include "commands.h"
#include "logs/arm.h"
#include "logs/scan.h"
#include "logs/show.h"
#include "logs/tally.h"
#include "logs/windows.h"
#include "load.h"

#define MINUTE_US INT64_C(60000000)
#define MINUTES_OPEN 4 /* logs are not quite in order */

typedef struct minute {
    split_us at; /* -1: free */
    tally tally;
} minute;

typedef struct analysis {
    arm_rules rules;
    char *map_texts[CLI_TEXTS_MAX];
    split_log_map maps[CLI_TEXTS_MAX];
    split_log_arms arms;
    tally total;
    split_us from_us;
    split_us to_us;
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
    if (r->at_us < a->from_us || r->at_us >= a->to_us)
        return;
    split_log_text arm = split_log_arm(&a->arms, r);
    if (arm.len == 0)
        arm = (split_log_text){nobody, sizeof nobody - 1};
    tally_add(&a->total, arm, r);
    if (a->as_windows)
        log_windows_add(&a->windows, arm, r);
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

/* "UPSTREAM=VARIANT", cut at the last '='. */
static int
take_maps(analysis *a, const cli_texts *maps)
{
    for (size_t i = 0; i < maps->n; i++) {
        char *text = a->map_texts[i] = strdup(maps->text[i]);
        char *equals = text == NULL ? NULL : strrchr(text, '=');
        if (equals == NULL)
            return cli_usage_error("logs", "--map takes UPSTREAM=VARIANT, not '%s'", maps->text[i]);
        *equals = '\0';
        a->maps[i] = (split_log_map){text, equals + 1};
        a->arms.n_maps = i + 1;
    }
    a->arms.maps = a->maps;
    return CTL_OK;
}

static int
take_times(const char *from, const char *to, analysis *a)
{
    a->from_us = INT64_MIN;
    a->to_us = INT64_MAX;
    if (from != NULL && split_time_read(from, strlen(from), &a->from_us) != SPLIT_OK)
        return cli_usage_error("logs", "--from takes a time such as 2026-11-23T00:17:00Z, not '%s'",
                               from);
    if (to != NULL && split_time_read(to, strlen(to), &a->to_us) != SPLIT_OK)
        return cli_usage_error("logs", "--to takes a time such as 2026-11-23T00:17:00Z, not '%s'",
                               to);
    return CTL_OK;
}

typedef struct logs_options {
    cli_texts maps;
    cli_texts documents;
    const char *cookie;
    const char *format;
    const char *from;
    const char *to;
    bool cookie_is_variant;
    split_policy *policy; /* of --windows */
} logs_options;

static int
take_arms(analysis *a, const logs_options *o)
{
    if (o->cookie_is_variant && o->cookie == NULL)
        return cli_usage_error("logs", "--cookie-is-variant needs --cookie");
    int code = arm_rules_load(&a->rules, &o->documents);
    a->arms.cookie = o->cookie != NULL ? o->cookie : a->rules.cookie_name;
    a->arms.cookie_is_variant = o->cookie_is_variant;
    a->arms.assign = a->rules.n_plans > 0 ? arm_assign : NULL;
    a->arms.assign_ctx = &a->rules;
    return code;
}

static int
open_log(const char *format, split_log **out)
{
    split_log_options o;
    split_log_options_init(&o);
    o.format = format;
    int rc = split_log_new(&o, out);
    if (rc == SPLIT_ERR_VALUE)
        return cli_usage_error("logs", "there is no format '%s'", format);
    if (rc != SPLIT_OK)
        fprintf(stderr, "splitctl logs: %s\n", split_strerror(rc));
    return rc == SPLIT_OK ? CTL_OK : CTL_BAD_INPUT;
}

static int
analyse(analysis *a, const logs_options *o, char **files, int n_files)
{
    log_scan s = {.take = take_record, .ctx = a, .progress = isatty(STDERR_FILENO) == 1};
    int code = take_maps(a, &o->maps);
    if (code == CTL_OK)
        code = take_times(o->from, o->to, a);
    if (code == CTL_OK)
        code = open_log(o->format, &s.log);
    if (code == CTL_OK)
        code = take_arms(a, o);
    if (code == CTL_OK && a->as_windows)
        code = log_windows_begin(&a->windows, o->policy);
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
    for (size_t i = 0; i < CLI_TEXTS_MAX; i++)
        free(a->map_texts[i]);
    arm_rules_free(&a->rules);
}

int
cmd_logs(int argc, char **argv)
{
    static analysis a; /* large */
    cli_common common = {0};
    logs_options o = {0};
    const cli_option options[] = {
        {"per-minute", 'm', CLI_FLAG, NULL, "a line for each minute and arm", &a.per_minute},
        {"map", 0, CLI_TEXTS, "UPSTREAM=VARIANT", "arm of an address or back end; may be repeated",
         &o.maps},
        {"recompute", 0, CLI_TEXTS, "FILE",
         "policy or routes to assign visitors by; may be repeated", &o.documents},
        {"cookie", 0, CLI_TEXT, "NAME", "cookie with the visitor's id", &o.cookie},
        {"cookie-is-variant", 0, CLI_FLAG, NULL, "the cookie's value is the variant",
         &o.cookie_is_variant},
        {"from", 0, CLI_TEXT, "TIME", "leave out what was before", &o.from},
        {"to", 0, CLI_TEXT, "TIME", "leave out this and what came later", &o.to},
        {"windows", 0, CLI_FLAG, NULL, "print the policy's windows as JSON Lines, for replay",
         &a.as_windows},
        {"format", 0, CLI_TEXT, "NAME", "do not guess the format", &o.format},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "[OPTION...] [FILE...|-]",
        .about =
            "Reads access logs, plain or gzip: CloudFront v1 and v2, nginx and Apache combined,\n"
            "HAProxy, ALB, and the proxy's own. Says for each arm how many requests came, how\n"
            "many failed, how long they took, and what the cache did. Latency is the time to\n"
            "the first byte where the format has it; percentiles are exact to 1 ms.\n",
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
        code = load_policy(cli_policy_path(&common), &o.policy);
    else
        code = CTL_OK;
    if (code == CTL_OK)
        code = analyse(&a, &o, argv + first, argc - first);
    clean_up(&a);
    split_policy_free(&o.policy, NULL);
    return code;
}
