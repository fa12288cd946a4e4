/* SPDX-License-Identifier: MIT */
/* Prometheus text of all counters; README.md lists the names. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "proxy.h"
#include "word.h"

struct page {
    FILE *out;
    struct proxy *proxy;
    const struct counters *counters;
};

static void
head(const struct page *page, const char *name, const char *type, const char *help)
{
    fprintf(page->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* One counter of every arm. */
static void
arm_counter(const struct page *page, const char *name, split_counter which, const char *help)
{
    const struct counters *c = page->counters;
    split_arm arm;
    uint32_t v;

    head(page, name, "counter", help);
    for (v = 0; v < c->n_variants; v++)
        if (split_meter_read(c->meter, v, &arm) == 0)
            fprintf(page->out, "%s{variant=\"%s\"} %lld\n", name, c->variants[v],
                    (long long)split_arm_get(&arm, which));
}

static void
arm_counters(const struct page *page)
{
    arm_counter(page, "split_sent_total", SPLIT_COUNTER_SENT, "Requests that count for the arm.");
    arm_counter(page, "split_outcomes_total", SPLIT_COUNTER_OUTCOMES,
                "Those with a known outcome.");
    arm_counter(page, "split_errors_total", SPLIT_COUNTER_ERROR,
                "Outcomes that were failures, diverted included.");
    arm_counter(page, "split_latency_samples_total", SPLIT_COUNTER_TIMED,
                "Outcomes with a latency.");
    arm_counter(page, "split_lookups_total", SPLIT_COUNTER_LOOKUPS,
                "Answers that named a cache result.");
    arm_counter(page, "split_misses_total", SPLIT_COUNTER_MISSES, "Those that were misses.");
    arm_counter(page, "split_diverted_total", SPLIT_COUNTER_DIVERTED,
                "Diverted while the home origin was open.");
    arm_counter(page, "split_units_total", SPLIT_COUNTER_UNITS, "Visitors that got a new id.");
    arm_counter(page, "split_edge_requests_total", SPLIT_COUNTER_EDGE_REQUESTS,
                "Answers to visitors.");
    arm_counter(page, "split_edge_5xx_total", SPLIT_COUNTER_EDGE_5XX,
                "Answers to visitors of 500 and above.");
}

static void
latency_over(const struct page *page)
{
    static const char *const bounds[] = {"target", "warning", "critical"};
    const struct counters *c = page->counters;
    split_arm arm;
    uint32_t v, m;
    int b;

    head(page, "split_latency_over_total", "counter", "Outcomes over a bound of a latency metric.");
    for (v = 0; v < c->n_variants; v++) {
        if (split_meter_read(c->meter, v, &arm) != 0)
            continue;
        for (m = 0; m < c->n_metrics; m++)
            for (b = 0; b < SPLIT_BOUND_COUNT && c->metrics[m].kind == SPLIT_METRIC_LATENCY; b++)
                fprintf(
                    page->out,
                    "split_latency_over_total{variant=\"%s\",metric=\"%s\",bound=\"%s\"} %lld\n",
                    c->variants[v], c->metrics[m].name, bounds[b],
                    (long long)arm.over[m * SPLIT_BOUND_COUNT + (uint32_t)b]);
    }
}

static void
left_out(const struct page *page)
{
    static const char *const why[] = {"ramp",          "hold", "operator", "drill",
                                      "foreign_probe", "cap",  "neutral"};
    const struct counters *c = page->counters;
    uint32_t v;
    int i;

    head(page, "split_left_out_total", "counter", "Requests that do not count for the arm.");
    for (v = 0; v < c->n_variants; v++)
        for (i = 0; i < LEFT_REASONS; i++)
            fprintf(page->out, "split_left_out_total{variant=\"%s\",reason=\"%s\"} %llu\n",
                    c->variants[v], why[i], (unsigned long long)c->left_out[v][i]);
}

static void
answers(const struct page *page)
{
    static const char *const codes[] = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};
    const struct counters *c = page->counters;
    uint32_t v, o;
    int i;

    head(page, "split_user_requests_total", "counter",
         "Answers to visitors by the origin that served them.");
    for (v = 0; v < c->n_variants; v++)
        for (o = 0; o <= COUNTERS_NAMES; o++)
            for (i = 0; i < 6; i++)
                if (c->answers[v][o][i])
                    fprintf(page->out,
                            "split_user_requests_total{variant=\"%s\",origin=\"%s\",code=\"%s\"} "
                            "%llu\n",
                            c->variants[v], o == COUNTERS_NAMES ? "none" : c->origins[o], codes[i],
                            (unsigned long long)c->answers[v][o][i]);
    head(page, "split_user_errors_total", "counter", "Answers to visitors that were failures.");
    for (v = 0; v < c->n_variants; v++)
        for (i = 0; i < 2; i++)
            fprintf(page->out, "split_user_errors_total{variant=\"%s\",replayable=\"%s\"} %llu\n",
                    c->variants[v], i ? "yes" : "no", (unsigned long long)c->user_errors[v][i]);
}

/* Call `write` for each pair of variant and origin that had attempts. */
static void
each_pair(const struct page *page,
          void (*write)(const struct page *page, const struct pair_counters *pair,
                        const char *labels))
{
    const struct counters *c = page->counters;
    char labels[200];
    uint32_t v, o;

    for (v = 0; v < c->n_variants; v++) {
        for (o = 0; o < c->n_origins; o++) {
            if (!c->pairs[v][o])
                continue;
            snprintf(labels, sizeof(labels), "variant=\"%s\",origin=\"%s\"", c->variants[v],
                     c->origins[o]);
            write(page, c->pairs[v][o], labels);
        }
    }
}

static void
write_attempts(const struct page *page, const struct pair_counters *pair, const char *labels)
{
    uint32_t i;

    for (i = 0; i < SPLIT_FAILOVER_KIND_COUNT; i++)
        if (pair->attempts[i])
            fprintf(page->out, "split_attempts_total{%s,kind=\"%s\"} %llu\n", labels,
                    WORD(split_failover_kind_name((split_failover_kind)i)),
                    (unsigned long long)pair->attempts[i]);
}

static void
write_outcomes(const struct page *page, const struct pair_counters *pair, const char *labels)
{
    uint32_t i;

    for (i = 0; i < SPLIT_FAILOVER_CLASS_COUNT; i++)
        if (pair->outcomes[i])
            fprintf(page->out, "split_attempt_outcomes_total{%s,class=\"%s\"} %llu\n", labels,
                    WORD(split_failover_class_name((split_failover_class)i)),
                    (unsigned long long)pair->outcomes[i]);
}

static void
write_latency(const struct page *page, const struct pair_counters *pair, const char *labels)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < page->counters->n_edges; i++) {
        sum += pair->latency[i];
        fprintf(page->out, "split_latency_seconds_bucket{%s,le=\"%.10g\"} %llu\n", labels,
                (double)page->counters->edges_us[i] / 1e6, (unsigned long long)sum);
    }
    sum += pair->latency[i];
    fprintf(page->out, "split_latency_seconds_bucket{%s,le=\"+Inf\"} %llu\n", labels,
            (unsigned long long)sum);
    fprintf(page->out, "split_latency_seconds_sum{%s} %.6f\n", labels,
            (double)pair->latency_sum_us / 1e6);
    fprintf(page->out, "split_latency_seconds_count{%s} %llu\n", labels, (unsigned long long)sum);
}

static void
give_ups(const struct page *page)
{
    uint32_t i;

    head(page, "split_give_ups_total", "counter",
         "Failures that were passed on to the visitor, by the reason.");
    for (i = SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED; i < SPLIT_FAILOVER_NEXT_COUNT; i++)
        fprintf(page->out, "split_give_ups_total{reason=\"%s\"} %llu\n",
                WORD(split_failover_next_name((split_failover_next)i)) + strlen("give_up_"),
                (unsigned long long)page->counters->give_ups[i]);
}

static void
route(const struct page *page)
{
    const struct routing *now = page->proxy->router.now;

    head(page, "split_route_revision", "gauge",
         "Revision in force; 0 while the policy's own weights hold.");
    fprintf(page->out, "split_route_revision %llu\n", (unsigned long long)now->revision);
    head(page, "split_route_reloads_total", "counter", "Routes that were taken or refused.");
    fprintf(page->out, "split_route_reloads_total{result=\"rejected\"} %llu\n",
            (unsigned long long)page->counters->reloads[0]);
    fprintf(page->out, "split_route_reloads_total{result=\"ok\"} %llu\n",
            (unsigned long long)page->counters->reloads[1]);
    head(page, "process_start_time_seconds", "gauge", "Since when counters count, since 1970.");
    fprintf(page->out, "process_start_time_seconds %.6f\n", (double)page->counters->since_us / 1e6);
    head(page, "split_info", "gauge", "Always 1.");
    fprintf(page->out, "split_info{split=\"%s\",version=\"%s\"} 1\n", split_route_name(now->route),
            split_version());
}

void
metrics_write(struct proxy *proxy, FILE *out)
{
    struct page page = {out, proxy, &proxy->counters};

    router_tick(&proxy->router);
    arm_counters(&page);
    latency_over(&page);
    left_out(&page);
    answers(&page);
    head(&page, "split_attempts_total", "counter", "Attempts at origins.");
    each_pair(&page, write_attempts);
    head(&page, "split_attempt_outcomes_total", "counter", "Outcomes of attempts.");
    each_pair(&page, write_outcomes);
    head(&page, "split_latency_seconds", "histogram", "Latency of attempts.");
    each_pair(&page, write_latency);
    give_ups(&page);
    origins_metrics(&proxy->router, out);
    stored_metrics(&proxy->router.stored, &proxy->counters, out);
    route(&page);
}
