/* SPDX-License-Identifier: MIT */
/* Both systems over the same time: what differs, how surely, what it costs, and what to do next. */
#include <stdio.h>
#include <string.h>

#include "split/evidence.h"
#include "split/net.h"

#include "cli.h"
#include "commands.h"
#include "cost.h"
#include "fleet.h"
#include "follow.h"
#include "load.h"
#include "text.h"

#define ALPHA 0.025 /* of each arm: the difference is right with 95 % at all looks together */

typedef struct comparison {
    const split_policy *policy;
    split_rollout_info info;
    const split_metric *metrics;
    size_t n_metrics;
    split_us from_us; /* wall clock; windows before are left out */
    split_us window_us;
    split_us span_us;
    int64_t n_windows;
    split_arm arm;
    split_arm baseline;
    bool json;
    int n_worse;
    int n_better;
} comparison;

typedef struct difference {
    const split_metric *metric;
    bool known;
    double share[2]; /* of bad events, percent: new, baseline */
    int64_t n[2];
    double low; /* of new minus baseline, percentage points */
    double high;
} difference;

static int
take_window(const journal_window *row, const split_window *w, const split_rollout_decision *s,
            void *ctx)
{
    comparison *c = ctx;
    (void)row;
    (void)s;
    if (w->start_us < c->from_us || !w->has_baseline)
        return CTL_OK;
    split_arm_add(&c->arm, &w->arm);
    split_arm_add(&c->baseline, &w->baseline);
    c->n_windows++;
    c->span_us += c->window_us;
    return CTL_OK;
}

static void
measure(const comparison *c, uint32_t m, difference *d)
{
    split_metric_counts counts[2];
    double low[2];
    double high[2];
    const split_arm *arms[2] = {&c->arm, &c->baseline};
    *d = (difference){.metric = &c->metrics[m], .known = true};
    for (int a = 0; a < 2; a++) {
        if (split_metric_count(d->metric, m, arms[a], &counts[a]) != SPLIT_OK ||
            !counts[a].present || counts[a].n == 0 ||
            split_evidence_interval(counts[a].n, counts[a].bad[SPLIT_BOUND_TARGET], ALPHA, &low[a],
                                    &high[a]) != 0) {
            d->known = false;
            return;
        }
        d->n[a] = counts[a].n;
        d->share[a] = 100.0 * (double)counts[a].bad[SPLIT_BOUND_TARGET] / (double)counts[a].n;
    }
    d->low = 100 * (low[0] - high[1]);
    d->high = 100 * (high[0] - low[1]);
}

static const char *
what_is_bad(const split_metric *m)
{
    switch (m->kind) {
    case SPLIT_METRIC_LATENCY:
        return "requests over the target";
    case SPLIT_METRIC_CACHE:
        return "cache misses";
    case SPLIT_METRIC_EDGE_5XX:
        return "5xx at the edge";
    case SPLIT_METRIC_RATIO:
        return "bad events";
    default:
        return "failed requests";
    }
}

static const char *
sentence(const comparison *c, const difference *d, char *buf, size_t buf_size)
{
    const char *name = split_policy_variant(c->policy, c->info.variant);
    if (!d->known)
        snprintf(buf, buf_size, "no data of both");
    else if (d->low > 0)
        snprintf(buf, buf_size, "'%s' is worse: %.3g to %.3g points more %s", name, d->low, d->high,
                 what_is_bad(d->metric));
    else if (d->high < 0)
        snprintf(buf, buf_size, "'%s' is better: %.3g to %.3g points fewer %s", name, -d->high,
                 -d->low, what_is_bad(d->metric));
    else
        snprintf(buf, buf_size, "no difference is proven (%+.3g to %+.3g points)", d->low, d->high);
    return buf;
}

static void
print_metric(comparison *c, uint32_t m)
{
    difference d;
    char text[256];
    measure(c, m, &d);
    c->n_worse += d.known && d.low > 0 ? 1 : 0;
    c->n_better += d.known && d.high < 0 ? 1 : 0;
    sentence(c, &d, text, sizeof text);
    if (c->json) {
        printf("%s{\"metric\":\"%s\",\"sentence\":", m > 0 ? "," : "", d.metric->name);
        text_json(stdout, text, strlen(text));
        if (d.known)
            printf(",\"new_percent\":%.8g,\"new_n\":%lld,\"baseline_percent\":%.8g,\"baseline_n\":%"
                   "lld,"
                   "\"difference_low\":%.8g,\"difference_high\":%.8g",
                   d.share[0], (long long)d.n[0], d.share[1], (long long)d.n[1], d.low, d.high);
        putchar('}');
        return;
    }
    printf("%-16s", d.metric->name);
    if (d.known)
        printf(" %8.3f %% %8.3f %%  ", d.share[0], d.share[1]);
    else
        printf(" %10s %10s  ", "-", "-");
    puts(text);
}

static void
print_cost(const comparison *c)
{
    static const char *const names[] = {"new", "baseline"};
    cost_arm cost[2];
    int64_t sent[2] = {split_arm_get(&c->arm, SPLIT_COUNTER_SENT),
                       split_arm_get(&c->baseline, SPLIT_COUNTER_SENT)};
    size_t variants[2] = {c->info.variant, c->info.baseline};
    for (int a = 0; a < 2; a++) {
        cost_of(c->policy, variants[a], sent[a], sent[0] + sent[1], c->span_us, &cost[a]);
        const char *variant = split_policy_variant(c->policy, variants[a]);
        if (c->json)
            printf("%s\"%s\":{\"known\":%s,\"month_now\":%.6g,\"month_at_100\":%.6g}",
                   a > 0 ? "," : ",\"cost\":{", names[a], cost[a].known ? "true" : "false",
                   cost[a].now, cost[a].all);
        else if (cost[a].known)
            printf("cost of '%s': %.2f a month at this traffic, %.2f with all of it\n", variant,
                   cost[a].now, cost[a].all);
        else
            printf("cost of '%s': the policy has no price for its origin\n", variant);
    }
    if (c->json)
        putchar('}');
    else if (cost[0].known && cost[1].known)
        printf("at 100 %% '%s' costs %+.2f a month against '%s'\n",
               split_policy_variant(c->policy, c->info.variant), cost[0].all - cost[1].all,
               split_policy_variant(c->policy, c->info.baseline));
}

static const char *
assessment(const comparison *c)
{
    if (c->n_worse > 0)
        return "worse in at least one metric: look at it before you promote (splitctl explain)";
    if (c->n_better > 0)
        return "nothing is proven worse, something is proven better: let the rollout go on";
    return "no difference is proven either way: more traffic or time decides (splitctl simulate)";
}

static int
print_comparison(comparison *c)
{
    char count[32];
    char other[32];
    char span[32];
    if (c->n_windows == 0) {
        fputs("splitctl: no window of that time has both systems\n", stderr);
        return CTL_NO_DATA;
    }
    text_count(split_arm_get(&c->arm, SPLIT_COUNTER_SENT), count);
    text_count(split_arm_get(&c->baseline, SPLIT_COUNTER_SENT), other);
    if (c->json)
        printf("{\"windows\":%lld,\"seconds\":%.6g,\"metrics\":[", (long long)c->n_windows,
               (double)c->span_us / 1e6);
    else
        printf(
            "%s in %lld windows: '%s' %s requests, '%s' %s\n%-16s %10s %10s  share of bad events\n",
            text_span(c->span_us, span), (long long)c->n_windows,
            split_policy_variant(c->policy, c->info.variant), count,
            split_policy_variant(c->policy, c->info.baseline), other, "metric", "new", "baseline");
    for (uint32_t m = 0; m < c->n_metrics; m++)
        print_metric(c, m);
    if (c->json)
        putchar(']');
    print_cost(c);
    if (c->json)
        printf(",\"assessment\":\"%s\"}\n", assessment(c));
    else
        printf("overall: %s\nlatency of cache hits and misses apart: splitctl logs\n",
               assessment(c));
    return c->n_worse > 0 ? CTL_HOLD : CTL_OK;
}

static int
open_comparison(comparison *c, const split_policy *policy)
{
    split_rollout_options options;
    c->policy = policy;
    if (split_policy_rollout_options(policy, &options) != SPLIT_OK ||
        split_policy_rollout(policy, &c->info) != SPLIT_OK ||
        c->info.baseline >= split_policy_n_variants(policy)) {
        fputs("splitctl: the policy has no rollout with a baseline\n", stderr);
        return CTL_BAD_INPUT;
    }
    c->metrics = options.metrics;
    c->n_metrics = options.n_metrics;
    c->window_us = options.window_us;
    return CTL_OK;
}

/* The sources are read twice, the time apart. */
static int
compare_sources(comparison *c, const cli_texts *specs, split_us period_us)
{
    static fleet f; /* large */
    static split_reading reading;
    int code = fleet_open(&f, c->policy, specs);
    if (code != CTL_OK)
        return code;
    (void)fleet_read(&f, &reading);
    split_us begin = split_clock_now();
    if (split_clock_sleep_until(begin + period_us) == SPLIT_OK &&
        fleet_read(&f, &reading) == SPLIT_OK && reading.has_arm[SPLIT_READING_ARM] &&
        reading.has_arm[SPLIT_READING_BASELINE]) {
        c->arm = reading.arm[SPLIT_READING_ARM];
        c->baseline = reading.arm[SPLIT_READING_BASELINE];
        c->n_windows = 1;
        c->span_us = split_clock_now() - begin;
    }
    fleet_close(&f);
    return print_comparison(c);
}

/* The rollout's own policy is in the journal; the metrics of the file at hand must be the same to
 * be summed. */
static int
compare_journal(comparison *c, const char *path)
{
    static follow f; /* large */
    int code = follow_open_each(&f, path, 0, take_window, c);
    if (code != CTL_OK)
        return code;
    code = open_comparison(c, f.policy);
    if (code == CTL_OK)
        code = print_comparison(c);
    follow_close(&f);
    return code;
}

int
cmd_compare(int argc, char **argv)
{
    static comparison c; /* large */
    cli_common common = {0};
    cli_texts specs = {0};
    char buf[CLI_PATH_MAX];
    int64_t period = 0;
    const cli_option options[] = {
        {"source", 's', CLI_TEXTS, "SOURCE", "watch these in place of the journal; may be repeated",
         &specs},
        {"period", 0, CLI_DURATION, "TIME",
         "the last TIME of the journal (default: all), or how long to watch (60s)", &period},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [--period TIME] [--source SOURCE...]",
        .about =
            "Compares both systems over the same time: for each metric the difference with an\n"
            "interval that may be looked at all the time (95 %), the cost by the policy's prices,\n"
            "and what follows. Exit code 3 when the new system is proven worse in a metric.\n",
        .common = CLI_POLICY | CLI_JOURNAL | CLI_JSON,
        .options = options};
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    c.json = common.json;
    code = load_policy(cli_policy_path(&common), &policy);
    if (code == CTL_OK)
        code = open_comparison(&c, policy);
    c.from_us = period > 0 ? split_clock_wall() - period : INT64_MIN;
    if (code == CTL_OK)
        code = specs.n > 0 ? compare_sources(&c, &specs, period > 0 ? period : 60000000)
                           : compare_journal(&c, cli_journal_path(&common, buf));
    split_policy_free(&policy, NULL);
    return code;
}
