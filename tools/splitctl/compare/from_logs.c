/* SPDX-License-Identifier: MIT */
/* A comparison gathered from access logs. */
#include "compare/from_logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "logs/scan.h"
#include "logs/windows.h"

#define SECOND_US INT64_C(1000000) /* logs tell time to a second */

/* The share of traffic that was asked for in a window, as far as a log can tell. */
typedef struct window_share {
    split_us start_us;
    int64_t percent_e6;
} window_share;

typedef struct reading {
    comparison *c;
    log_setup *setup;
    log_windows windows;                    /* of all requests, */
    log_windows by_cache[LATENCY_BY_CACHE]; /* and of those with a cache result */
    window_share *shares;                   /* by time */
    size_t n_shares;
    size_t room;
    bool no_memory;
} reading;

/* A reading and which of its caches; what a window of one is given. */
typedef struct cache_sink {
    reading *r;
    latency_part cache;
} cache_sink;

/* A log does not tell which share was asked for: the phase nearest to the share that was seen. */
static int64_t
nearest_share(const split_rollout_options *o, const split_window *w)
{
    int64_t n[2] = {split_arm_get(&w->arm, SPLIT_COUNTER_SENT),
                    split_arm_get(&w->baseline, SPLIT_COUNTER_SENT)};
    int64_t seen = (int64_t)(1e8 * (double)n[0] / ((double)n[0] + (double)n[1]));
    int64_t best = 0;
    for (uint32_t i = 0; i < o->n_phases; i++)
        if (llabs(o->phases[i].percent_e6 - seen) < llabs(best - seen))
            best = o->phases[i].percent_e6;
    return best;
}

static void
keep_share(reading *r, split_us start_us, int64_t percent_e6)
{
    if (r->n_shares == r->room) {
        size_t room = r->room == 0 ? 256 : 2 * r->room;
        window_share *more = realloc(r->shares, room * sizeof *more);
        if (more == NULL) {
            r->no_memory = true;
            return;
        }
        r->shares = more;
        r->room = room;
    }
    r->shares[r->n_shares++] = (window_share){start_us, percent_e6};
}

static void
take_window(const split_window *w, void *ctx)
{
    reading *r = ctx;
    bool both = w->has_baseline && w->arm.present != 0;
    latency_close(r->c->latency, w->start_us, both);
    if (!both) {
        r->c->sample.n_alone++;
        return;
    }
    int64_t percent = nearest_share(&r->windows.options, w);
    keep_share(r, w->start_us, percent);
    sample_add(&r->c->sample, percent, &w->arm, &w->baseline, w->start_us,
               r->windows.options.window_us);
}

static int
by_start(const void *key, const void *entry)
{
    split_us start = *(const split_us *)key;
    const window_share *share = entry;
    return start < share->start_us ? -1 : start > share->start_us;
}

/* Windows of one cache result lie inside windows of all requests, which were closed before. */
static void
take_cache_window(const split_window *w, void *ctx)
{
    const cache_sink *sink = ctx;
    const reading *r = sink->r;
    const window_share *share = r->n_shares == 0 ? NULL
                                                 : bsearch(&w->start_us, r->shares, r->n_shares,
                                                           sizeof *r->shares, by_start);
    if (share != NULL)
        sample_add(&r->c->by_cache[sink->cache], share->percent_e6, &w->arm, &w->baseline,
                   w->start_us, r->windows.options.window_us);
}

static const char nobody[] = "(all)"; /* nothing says whose request it was */

static void
take_record(const split_log_record *record, void *ctx)
{
    reading *r = ctx;
    if (!log_setup_takes(r->setup, record))
        return;
    split_log_text arm = split_log_arm(&r->setup->arms, record);
    if (arm.len == 0)
        arm = (split_log_text){nobody, sizeof nobody - 1};
    log_windows_add_attempts(&r->windows, &r->setup->arms, record);
    int side = log_windows_add(&r->windows, arm, record);
    if (side < 0)
        return;
    latency_add(r->c->latency, r->windows.options.window_us, side, record);
    if (split_log_is_lookup(record))
        (void)log_windows_add(
            &r->by_cache[record->cache == SPLIT_LOG_CACHE_MISS ? LATENCY_MISSES : LATENCY_HITS],
            arm, record);
}

/* Windows have whole lengths, but a log may begin and end inside one. */
static void
measure_span(comparison *c)
{
    const latency_sheet *seen = &c->latency->total;
    split_us span = seen->last_us - seen->first_us + SECOND_US;
    if (c->sample.n_windows == 0)
        return;
    if (span < c->sample.span_us)
        c->sample.span_us = span;
    c->sample.first_us = seen->first_us;
    c->sample.last_us = seen->last_us;
}

static int
read_files(reading *r, log_scan *s, const cli_texts *files)
{
    int code = CTL_OK;
    for (size_t i = 0; code == CTL_OK && i < files->n; i++)
        code = log_scan_file(s, files->text[i]);
    if (code != CTL_OK)
        return code;
    log_windows_end(&r->windows);
    for (int i = 0; i < LATENCY_BY_CACHE; i++)
        log_windows_end(&r->by_cache[i]);
    if (s->n_rejected > 0)
        fprintf(stderr, "splitctl: %lld lines rejected, first: %s\n", (long long)s->n_rejected,
                s->first_reject);
    if (r->no_memory) {
        fputs("splitctl compare: out of memory\n", stderr);
        return CTL_BAD_INPUT;
    }
    return CTL_OK;
}

int
compare_logs(comparison *c, const split_policy *policy, log_setup *setup, const cli_texts *files)
{
    static reading r; /* large */
    static cache_sink sinks[LATENCY_BY_CACHE];
    log_scan s = {.take = take_record, .ctx = &r, .progress = isatty(STDERR_FILENO) == 1};
    r.c = c;
    r.setup = setup;
    c->latency = latency_book_new();
    if (c->latency == NULL)
        return CTL_BAD_INPUT;
    int code = log_setup_open(setup, "compare", &s.log);
    if (code == CTL_OK)
        code = log_windows_open(&r.windows, policy, take_window, &r);
    for (int i = 0; code == CTL_OK && i < LATENCY_BY_CACHE; i++) {
        sinks[i] = (cache_sink){&r, (latency_part)i};
        code = log_windows_open(&r.by_cache[i], policy, take_cache_window, &sinks[i]);
    }
    if (code == CTL_OK)
        code = read_files(&r, &s, files);
    if (code == CTL_OK)
        measure_span(c);
    split_log_free(&s.log);
    free(r.shares);
    return code;
}
