/* SPDX-License-Identifier: MIT */
/* Prometheus text of all counters; README.md lists the names. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "memory/machine.h"
#include "module.h"
#include "page/metrics.h"
#include "route/routing.h"
#include "visitor/keys.h"

struct page {
    FILE *out;
    struct split_site *site;
    struct zone_memory *mem; /* A copy. */
};

struct zone_memory *
metrics_copy(struct split_site *site)
{
    struct zone_memory *mem = site->zone->mem;
    split_failover_events events;
    struct zone_memory *copy = malloc(mem->bytes);
    if (copy == NULL)
        return NULL;
    events.n = 0;
    split_failover *fo = machine_enter(site);
    if (split_failover_tick(fo, now_us(), &events) != 0)
        events.n = 0;
    memcpy(copy, mem, sizeof *mem + mem->used);
    machine_leave(site);
    machine_log(site, &events);
    return copy;
}

static void
head(const struct page *page, const char *name, const char *type, const char *help)
{
    fprintf(page->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* One counter of every arm. */
static void
arm_counter(const struct page *page, const char *name, split_counter which, const char *help)
{
    split_arm arm;
    head(page, name, "counter", help);
    for (uint32_t v = 0; v < page->mem->n_variants; v++)
        if (split_meter_read(zone_meter(page->mem), v, &arm) == 0)
            fprintf(page->out, "%s{variant=\"%s\"} %lld\n", name, page->mem->variants[v],
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
}

static void
edge_counter(const struct page *page, const char *name, int which, const char *help)
{
    head(page, name, "counter", help);
    for (uint32_t v = 0; v < page->mem->n_variants; v++)
        fprintf(page->out, "%s{variant=\"%s\"} %llu\n", name, page->mem->variants[v],
                (unsigned long long)page->mem->edge[v][which]);
}

static void
latency_over(const struct page *page)
{
    static const char *const bounds[] = {"target", "warning", "critical"};
    const struct zone_memory *c = page->mem;
    split_arm arm;
    head(page, "split_latency_over_total", "counter", "Outcomes over a bound of a latency metric.");
    for (uint32_t v = 0; v < c->n_variants; v++) {
        if (split_meter_read(zone_meter(page->mem), v, &arm) != 0)
            continue;
        for (uint32_t m = 0; m < c->n_metrics; m++)
            for (uint32_t b = 0;
                 b < SPLIT_BOUND_COUNT && c->metrics[m].kind == SPLIT_METRIC_LATENCY; b++)
                fprintf(
                    page->out,
                    "split_latency_over_total{variant=\"%s\",metric=\"%s\",bound=\"%s\"} %lld\n",
                    c->variants[v], c->metrics[m].name, bounds[b],
                    (long long)arm.over[m * SPLIT_BOUND_COUNT + b]);
    }
}

static void
left_out(const struct page *page)
{
    static const char *const why[] = {"ramp",          "hold", "operator", "drill",
                                      "foreign_probe", "cap",  "neutral"};
    head(page, "split_left_out_total", "counter", "Requests that do not count for the arm.");
    for (uint32_t v = 0; v < page->mem->n_variants; v++)
        for (int i = 0; i < LEFT_REASONS; i++)
            fprintf(page->out, "split_left_out_total{variant=\"%s\",reason=\"%s\"} %llu\n",
                    page->mem->variants[v], why[i], (unsigned long long)page->mem->left_out[v][i]);
}

/* Call `write` for each pair of variant and origin that there is. */
static void
each_pair(const struct page *page,
          void (*write)(const struct page *page, const struct pair *pair, const char *labels))
{
    struct zone_memory *c = page->mem;
    char labels[200];
    for (uint32_t v = 0; v < c->n_variants; v++) {
        for (uint32_t o = 0; o <= ZONE_NAMES; o++) {
            const struct pair *pair = zone_pair_there(c, v, o);
            if (pair == NULL || (o < ZONE_NAMES && o >= c->n_origins))
                continue;
            snprintf(labels, sizeof labels, "variant=\"%s\",origin=\"%s\"", c->variants[v],
                     o == ZONE_NAMES ? "none" : c->origins[o]);
            write(page, pair, labels);
        }
    }
}

static void
write_answers(const struct page *page, const struct pair *pair, const char *labels)
{
    static const char *const codes[] = {"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (int i = 0; i < 6; i++)
        if (pair->answers[i] > 0)
            fprintf(page->out, "split_user_requests_total{%s,code=\"%s\"} %llu\n", labels, codes[i],
                    (unsigned long long)pair->answers[i]);
}

static void
write_attempts(const struct page *page, const struct pair *pair, const char *labels)
{
    for (int i = 0; i < SPLIT_FAILOVER_KIND_COUNT; i++)
        if (pair->attempts[i] > 0)
            fprintf(page->out, "split_attempts_total{%s,kind=\"%s\"} %llu\n", labels,
                    split_failover_kind_name((int)i), (unsigned long long)pair->attempts[i]);
}

static void
write_outcomes(const struct page *page, const struct pair *pair, const char *labels)
{
    for (int i = 0; i < SPLIT_FAILOVER_CLASS_COUNT; i++)
        if (pair->outcomes[i] > 0)
            fprintf(page->out, "split_attempt_outcomes_total{%s,class=\"%s\"} %llu\n", labels,
                    split_failover_class_name((int)i), (unsigned long long)pair->outcomes[i]);
}

static void
write_latency(const struct page *page, const struct pair *pair, const char *labels)
{
    uint64_t sum = 0;
    uint32_t i = 0;
    bool used = false;
    for (int k = 0; k < SPLIT_FAILOVER_KIND_COUNT; k++)
        used = used || pair->attempts[k] > 0;
    if (!used) /* Answers of nginx itself: no origin took any time. */
        return;
    for (; i < page->mem->n_edges; i++) {
        sum += pair->latency[i];
        fprintf(page->out, "split_latency_seconds_bucket{%s,le=\"%.10g\"} %llu\n", labels,
                (double)page->mem->edges_us[i] / 1e6, (unsigned long long)sum);
    }
    sum += pair->latency[i];
    fprintf(page->out, "split_latency_seconds_bucket{%s,le=\"+Inf\"} %llu\n", labels,
            (unsigned long long)sum);
    fprintf(page->out, "split_latency_seconds_sum{%s} %.6f\n", labels,
            (double)pair->latency_sum_us / 1e6);
    fprintf(page->out, "split_latency_seconds_count{%s} %llu\n", labels, (unsigned long long)sum);
}

static void
answers(const struct page *page)
{
    head(page, "split_user_requests_total", "counter",
         "Answers to visitors by the origin that served them.");
    each_pair(page, write_answers);
    head(page, "split_user_errors_total", "counter", "Answers to visitors that were failures.");
    for (uint32_t v = 0; v < page->mem->n_variants; v++)
        for (int i = 0; i < 2; i++)
            fprintf(page->out, "split_user_errors_total{variant=\"%s\",replayable=\"%s\"} %llu\n",
                    page->mem->variants[v], i ? "yes" : "no",
                    (unsigned long long)page->mem->user_errors[v][i]);
}

static void
give_ups(const struct page *page)
{
    head(page, "split_give_ups_total", "counter",
         "Failures that were passed on to the visitor, by the reason.");
    for (int i = SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED; i < SPLIT_FAILOVER_NEXT_COUNT; i++)
        fprintf(page->out, "split_give_ups_total{reason=\"%s\"} %llu\n",
                split_failover_next_name((int)i) + strlen("give_up_"),
                (unsigned long long)page->mem->give_ups[i]);
}

static void
gauge(const struct page *page, const char *name, const char *help,
      long long (*value)(const split_failover_status *status))
{
    const split_failover *fo = zone_machine(page->mem);
    split_failover_status status;
    head(page, name, "gauge", help);
    for (uint32_t i = 0; i < split_failover_n_origins(fo) && i < NAMES_MAX; i++) {
        int32_t at = page->site->now->of_machine[i];
        if (at >= 0 && split_failover_origin_status(fo, i, &status) == 0)
            fprintf(page->out, "%s{origin=\"%s\"} %lld\n", name,
                    page->site->now->origins[at].info.name, value(&status));
    }
}

static long long
state_of(const split_failover_status *s)
{
    return s->state;
}

static long long
mode_of(const split_failover_status *s)
{
    return s->mode;
}

static long long
level_of(const split_failover_status *s)
{
    return s->level;
}

static long long
admitted(const split_failover_status *s)
{
    return s->permille;
}

static void
origins(const struct page *page)
{
    const struct zone_memory *c = page->mem;
    gauge(page, "split_failover_state", "0 closed, 1 open, 2 half-open, 3 hold, 4 ramp.", state_of);
    gauge(page, "split_failover_mode", "0 auto, 1 force-up, 2 force-down, 3 observe.", mode_of);
    gauge(page, "split_failover_level", "Back-off level.", level_of);
    gauge(page, "split_failover_admitted_permille", "Share of visitors admitted.", admitted);
    head(page, "split_failover_events_total", "counter", "Transitions.");
    for (uint32_t o = 0; o < c->n_origins; o++)
        for (int i = 0; i < SPLIT_FAILOVER_CAUSE_COUNT; i++)
            if (c->events[o][i] > 0)
                fprintf(page->out, "split_failover_events_total{origin=\"%s\",cause=\"%s\"} %llu\n",
                        c->origins[o], split_failover_cause_name((int)i),
                        (unsigned long long)c->events[o][i]);
    head(page, "split_retry_budget_milli", "gauge", "Retries left, in thousandths.");
    fprintf(page->out, "split_retry_budget_milli %u\n",
            (unsigned)split_failover_budget_milli(zone_machine(page->mem)));
}

static void
stored(const struct page *page)
{
    static const char *const results[] = {"rejected", "ok"};
    const struct stored *s = &page->site->stored;
    head(page, "split_stored_total", "counter",
         "Decided requests by what their stored decision turned out to be.");
    for (uint32_t i = 0; i < SPLIT_TOKEN_STATUS_COUNT; i++)
        fprintf(page->out, "split_stored_total{status=\"%s\"} %llu\n",
                split_token_status_name((int)i), (unsigned long long)page->mem->stored[i]);
    head(page, "split_stored_keys", "gauge", "Signing keys in use; 0 while nothing is stored.");
    fprintf(page->out, "split_stored_keys %zu\n", s->token != NULL ? s->keys->n : (size_t)0);
    head(page, "split_stored_key_reads_total", "counter", "Readings of the signing keys.");
    for (int i = 0; i < 2; i++)
        fprintf(page->out, "split_stored_key_reads_total{result=\"%s\"} %llu\n", results[i],
                (unsigned long long)page->mem->key_reads[i]);
}

uint64_t
metrics_revision(const struct split_site *site, const struct zone_memory *copy)
{
    uint64_t least = site->now->revision;
    for (size_t i = 0; i < ZONE_WORKERS; i++) {
        const struct zone_worker *w = &copy->workers[i];
        if (w->pid != 0 && w->revision < least && (kill((pid_t)w->pid, 0) == 0 || errno == EPERM))
            least = w->revision;
    }
    return least;
}

static void
route(const struct page *page)
{
    const struct zone_memory *c = page->mem;
    head(page, "split_route_revision", "gauge",
         "Smallest revision in force in any worker; 0 while the policy's own weights hold.");
    fprintf(page->out, "split_route_revision %llu\n",
            (unsigned long long)metrics_revision(page->site, c));
    head(page, "split_route_reloads_total", "counter", "Routes that were taken or refused.");
    fprintf(page->out, "split_route_reloads_total{result=\"rejected\"} %llu\n",
            (unsigned long long)c->reloads[0]);
    fprintf(page->out, "split_route_reloads_total{result=\"ok\"} %llu\n",
            (unsigned long long)c->reloads[1]);
    head(page, "split_zone_pairs_lost_total", "counter",
         "Attempts that found no room in the zone for their variant and origin.");
    fprintf(page->out, "split_zone_pairs_lost_total %llu\n", (unsigned long long)c->pairs_lost);
    head(page, "split_zone_torn_total", "counter", "Workers that died inside the zone's lock.");
    fprintf(page->out, "split_zone_torn_total %llu\n", (unsigned long long)c->torn);
    head(page, "process_start_time_seconds", "gauge", "Since when counters count, since 1970.");
    fprintf(page->out, "process_start_time_seconds %.6f\n", (double)c->since_us / 1e6);
    head(page, "split_info", "gauge", "Always 1.");
    fprintf(page->out, "split_info{split=\"%s\",version=\"%s\"} 1\n",
            split_route_name(page->site->now->route), split_version());
}

void
metrics_write(struct split_site *site, struct zone_memory *copy, FILE *out)
{
    struct page page = {out, site, copy};
    arm_counters(&page);
    edge_counter(&page, "split_edge_requests_total", 0, "Answers to visitors.");
    edge_counter(&page, "split_edge_5xx_total", 1, "Answers to visitors of 500 and above.");
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
    origins(&page);
    stored(&page);
    route(&page);
}
