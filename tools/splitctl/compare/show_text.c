/* SPDX-License-Identifier: MIT */
/* A comparison for people; fits narrow terminals. */
#include "compare/show_text.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "compare/judge.h"
#include "compare/show_cost.h"
#include "compare/wrap.h"
#include "screen/canvas.h"
#include "cli/text.h"
#include "compare/compare.h"

#define WIDTH 80
#define WIDTH_MIN 40

static void
show_head(const comparison *c, int width)
{
    char text[COMPARE_TEXT_BYTES];
    char n[2][32];
    char span[32];
    char from[SPLIT_TIME_BYTES] = "-";
    char to[SPLIT_TIME_BYTES] = "-";
    (void)split_time_print(c->sample.first_us, from);
    (void)split_time_print(c->sample.last_us, to);
    snprintf(text, sizeof text, "%s in %lld window%s of %s, %s to %s: '%s' %s requests, '%s' %s",
             text_span(c->sample.span_us, span), (long long)c->sample.n_windows,
             c->sample.n_windows == 1 ? "" : "s", c->source, from, to, c->names[0],
             text_count(sample_requests(&c->sample, 0), n[0]), c->names[1],
             text_count(sample_requests(&c->sample, 1), n[1]));
    compare_wrap(0, width, text);
    if (c->sample.n_alone > 0) {
        snprintf(text, sizeof text, "left out: %lld windows that did not have both systems",
                 (long long)c->sample.n_alone);
        compare_wrap(0, width, text);
    }
    if (c->sample.n_left_out > 0) {
        snprintf(text, sizeof text, "left out: %lld windows, after the %d-th share of traffic",
                 (long long)c->sample.n_left_out, SAMPLE_STRATA_MAX);
        compare_wrap(0, width, text);
    }
    if (c->sample.n_strata > 1) {
        snprintf(text, sizeof text,
                 "%zu shares of traffic in this time, compared one by one and "
                 "weighted by their requests",
                 c->sample.n_strata);
        compare_wrap(0, width, text);
    }
}

/* "warning"; a baseline that is no better is named, too. */
static const char *
levels(const compared_metric *m)
{
    static char text[64];
    bool both = m->level[0] == m->level[1] &&
                (m->level[0] == SPLIT_LEVEL_WARNING || m->level[0] == SPLIT_LEVEL_CRITICAL);
    snprintf(text, sizeof text, "%s%s", split_level_name((int)m->level[0]), both ? ", both" : "");
    return text;
}

static void
show_metrics(const comparison *c, int width)
{
    static const char *const by_cache[] = {"cache hits alone", "cache misses alone"};
    char text[COMPARE_TEXT_BYTES];
    printf("\n%-16s %10s %10s  %s\n", "metric", "new", "baseline", "bad events; level");
    for (uint32_t i = 0; i < c->options.n_metrics; i++) {
        const compared_metric *m = &c->metrics[i];
        printf("%-16s", m->metric->name);
        if (m->d.known)
            printf(" %8.3f %% %8.3f %%  %s\n", m->d.share[0], m->d.share[1], levels(m));
        else
            printf(" %10s %10s  %s\n", "-", "-", levels(m));
        compare_wrap(4, width, compare_sentence(c, m->metric, &m->d, text, sizeof text));
        for (int k = 0; k < LATENCY_BY_CACHE; k++) {
            if (!m->by_cache[k].known)
                continue;
            int n = snprintf(text, sizeof text, "%s: ", by_cache[k]);
            (void)compare_sentence(c, m->metric, &m->by_cache[k], text + n,
                                   sizeof text - (size_t)n);
            compare_wrap(4, width, text);
        }
    }
}

static void
show_cache(const comparison *c, int width)
{
    const difference *d = &c->cache;
    char text[COMPARE_TEXT_BYTES];
    char n[2][32];
    putchar('\n');
    if (!d->known) {
        compare_wrap(0, width, "cache: this source counts no hits and misses of both");
    } else {
        int at =
            snprintf(text, sizeof text,
                     "cache: '%s' hits %.2f %% of %s lookups, '%s' %.2f %% of %s: ", c->names[0],
                     100 - d->share[0], text_count(d->n[0], n[0]), c->names[1], 100 - d->share[1],
                     text_count(d->n[1], n[1]));
        snprintf(text + at, sizeof text - (size_t)at,
                 d->low > 0    ? "lower by %.3g to %.3g points"
                 : d->high < 0 ? "higher by %.3g to %.3g points"
                               : "no difference is proven (%+.3g to %+.3g points)",
                 d->high < 0  ? -d->high
                 : d->low > 0 ? d->low
                              : -d->high,
                 d->high < 0  ? -d->low
                 : d->low > 0 ? d->high
                              : -d->low);
        compare_wrap(0, width, text);
    }
}

static void
show_times(const char *name, const char *what, const tally_times *times)
{
    static const int percents[] = {50, 95, 99};
    char text[100];
    char n[32];
    snprintf(text, sizeof text, "'%s' %s", name, what);
    printf("  %-20s %10s", text, text_count(times->n, n));
    for (int i = 0; i < 3; i++) {
        int64_t ms = tally_percentile_ms(times, percents[i]);
        if (ms >= 0)
            printf(" %7lld", (long long)ms);
        else
            printf(" %7s", "-");
    }
    putchar('\n');
}

static void
show_latency(const comparison *c, int width)
{
    const tally_times *arms[2] = {compare_latency(c, 0), compare_latency(c, 1)};
    putchar('\n');
    if (c->latency == NULL) {
        compare_wrap(0, width,
                     "latency of cache hits and misses: not in this source; 'splitctl compare "
                     "--logs FILE' takes it from access logs");
        return;
    }
    if (arms[0] == NULL && arms[1] == NULL) {
        compare_wrap(0, width, "latency: there is none in these logs");
        return;
    }
    printf("%-22s %10s %7s %7s %7s\n", "latency, ms", "requests", "p50", "p95", "p99");
    for (int a = 0; a < 2; a++) {
        if (arms[a] == NULL)
            continue;
        show_times(c->names[a], "all", &arms[a][LATENCY_ALL]);
        for (int k = 0; k < LATENCY_BY_CACHE && c->cache.known; k++)
            show_times(c->names[a], k == LATENCY_HITS ? "hits" : "misses", &arms[a][k]);
    }
    if (!c->cache.known)
        compare_wrap(2, width,
                     "hits and misses apart: these logs do not name cache results of both");
}

void
compare_text(const comparison *c)
{
    canvas screen;
    char text[COMPARE_TEXT_BYTES + 16];
    canvas_init(&screen, stdout, CLI_COLOR_NEVER);
    int width = screen.width > 0 ? screen.width : WIDTH;
    width = width < WIDTH_MIN ? WIDTH_MIN : width;
    show_head(c, width);
    show_metrics(c, width);
    show_cache(c, width);
    show_latency(c, width);
    compare_cost_text(&c->cost, width);
    snprintf(text, sizeof text, "overall: %s", c->assessment);
    putchar('\n');
    compare_wrap(0, width, text);
    snprintf(text, sizeof text, "next: %s", c->next);
    compare_wrap(0, width, text);
}
