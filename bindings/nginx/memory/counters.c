/* SPDX-License-Identifier: MIT */
/* Counting. An arm is judged by the first attempt on its own home origin (design: M2, P17). */
#include <string.h>
#include <sys/random.h>

#include "memory/counters.h"
#include "memory/zone.h"
#include "origins/outcome.h"

static const split_us usual_edges_us[] = {1000,    2500,    5000,    10000,  25000,
                                          50000,   100000,  250000,  500000, 1000000,
                                          2500000, 5000000, 10000000};

static void
add_edge(struct zone_memory *mem, split_us edge_us)
{
    uint32_t i = mem->n_edges;
    if (mem->n_edges == ZONE_EDGES)
        return;
    while (i > 0 && mem->edges_us[i - 1] > edge_us)
        i--;
    if (i > 0 && mem->edges_us[i - 1] == edge_us)
        return;
    memmove(mem->edges_us + i + 1, mem->edges_us + i,
            (mem->n_edges - i) * sizeof(mem->edges_us[0]));
    mem->edges_us[i] = edge_us;
    mem->n_edges++;
}

static void
add_edges(struct zone_memory *mem)
{
    for (size_t i = 0; i < sizeof usual_edges_us / sizeof usual_edges_us[0]; i++)
        add_edge(mem, usual_edges_us[i]);
    for (uint32_t m = 0; m < mem->n_metrics; m++)
        for (int b = 0; b < SPLIT_BOUND_COUNT && mem->metrics[m].kind == SPLIT_METRIC_LATENCY; b++)
            add_edge(mem, split_metric_bound(&mem->metrics[m], (split_bound_index)b)->value);
}

static uint64_t
mark_of(const split_metric *metrics, size_t n)
{
    uint64_t mark = 0xcbf29ce484222325U ^ n;
    for (size_t m = 0; m < n; m++) {
        for (const char *p = metrics[m].name; *p != '\0'; p++)
            mark = (mark ^ (unsigned char)*p) * 0x100000001b3U;
        mark = (mark ^ (uint64_t)metrics[m].kind) * 0x100000001b3U;
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            mark = (mark ^ (uint64_t)split_metric_bound(&metrics[m], (split_bound_index)b)->value) *
                   0x100000001b3U;
    }
    return mark == 0 ? 1 : mark;
}

static void
fill_options(split_meter_options *options, const split_metric *metrics, size_t n)
{
    split_meter_options_init(options);
    options->n_arms = ZONE_NAMES;
    options->n_metrics = (uint32_t)n;
    options->metrics = metrics;
    options->histograms = false;
}

/* The metrics of a policy; none without a rollout. */
static size_t
metrics_of(const split_policy *policy, const split_metric **out)
{
    split_rollout_options rollout;
    *out = NULL;
    split_rollout_options_init(&rollout);
    if (split_policy_rollout_options(policy, &rollout) != 0)
        return 0;
    *out = rollout.metrics;
    return rollout.n_metrics;
}

bool
counters_fit(const struct split_site *site)
{
    split_meter_options options;
    const split_metric *metrics;
    size_t n = metrics_of(site->policy, &metrics);
    fill_options(&options, metrics, n);
    size_t bytes = split_meter_size(&options);
    return bytes > 0 && bytes <= ZONE_METER_BYTES;
}

/* Everything that counts requests begins with 0; names, machine and workers stay. */
static int
reset(struct zone_memory *mem, const split_metric *metrics, size_t n)
{
    split_meter_options options;
    split_meter *meter;
    fill_options(&options, metrics, n);
    int rc = split_meter_init(mem->meter, ZONE_METER_BYTES, &options, &meter);
    if (rc != 0)
        return rc;
    mem->n_metrics = (uint32_t)n;
    if (n > 0)
        memcpy(mem->metrics, metrics, n * sizeof *metrics);
    mem->n_edges = 0;
    add_edges(mem);
    memset(mem->pairs, 0, sizeof mem->pairs);
    memset(mem->left_out, 0, sizeof mem->left_out);
    memset(mem->edge, 0, sizeof mem->edge);
    memset(mem->user_errors, 0, sizeof mem->user_errors);
    memset(mem->give_ups, 0, sizeof mem->give_ups);
    memset(mem->events, 0, sizeof mem->events);
    memset(mem->stored, 0, sizeof mem->stored);
    mem->used = mem->pairs_lost = 0;
    mem->since_us = wall_us();
    mem->metrics_mark = mark_of(metrics, n);
    return 0;
}

int
counters_begin(struct split_site *site)
{
    struct zone_memory *mem = site->zone->mem;
    const split_metric *metrics;
    size_t n = metrics_of(site->policy, &metrics);
    int rc = 0;
    zone_lock(mem);
    if (mem->seed == 0)
        split_even_init(&mem->even);
    if (mem->seed == 0 && getrandom(&mem->seed, sizeof mem->seed, 0) != (ssize_t)sizeof mem->seed)
        mem->seed = (uint64_t)now_us() | 1;
    if (mem->metrics_mark != mark_of(metrics, n))
        rc = reset(mem, metrics, n);
    zone_unlock(mem);
    return rc;
}

static uint32_t
arm_of(const struct decision *d)
{
    return d->routing->variant_place[d->who.variant];
}

static void
leave_out(struct attempt *a, enum left_out why)
{
    struct zone_memory *mem = a->site->zone->mem;
    a->pending = false;
    split_meter_left_out(zone_meter(mem), arm_of(a->d));
    mem->left_out[arm_of(a->d)][why]++;
}

/* Why the home origin, which is neither OPEN nor HALF_OPEN, did not get the request. */
static enum left_out
why_not_home(const struct attempt *a)
{
    if (a->home_down)
        return LEFT_OPERATOR;
    if (a->home_state == SPLIT_FAILOVER_RAMP)
        return LEFT_RAMP;
    if (a->home_state == SPLIT_FAILOVER_HOLD)
        return LEFT_HOLD;
    if (a->hop.kind == SPLIT_FAILOVER_KIND_PROBE)
        return LEFT_FOREIGN_PROBE;
    return a->hop.reason == SPLIT_FAILOVER_REASON_DRILL ? LEFT_DRILL : LEFT_CAP;
}

void
counters_first(struct attempt *a)
{
    bool ejected =
        a->home_state == SPLIT_FAILOVER_OPEN || a->home_state == SPLIT_FAILOVER_HALF_OPEN;
    if (!a->counts)
        return;
    if (a->first_is_home)
        a->pending = true; /* Counted when its outcome is known. */
    else if (ejected && !a->home_down)
        split_meter_diverted(zone_meter(a->site->zone->mem), arm_of(a->d));
    else
        leave_out(a, why_not_home(a));
}

static void
count_latency(const struct zone_memory *mem, struct pair *pair, split_us took_us)
{
    uint32_t i = 0;
    while (i < mem->n_edges && took_us > mem->edges_us[i])
        i++;
    pair->latency[i]++;
    pair->latency_sum_us += (uint64_t)took_us;
}

/* A refused or broken connection took no time that says anything. */
static bool
has_latency(split_failover_class klass)
{
    return klass != SPLIT_FAILOVER_CLASS_FAIL_CONNECT && klass != SPLIT_FAILOVER_CLASS_FAIL_RESET;
}

/* An arm is judged by its first attempt alone. */
static void
count_arm(struct attempt *a, split_failover_class klass)
{
    split_meter *meter = zone_meter(a->site->zone->mem);
    uint32_t arm = arm_of(a->d);
    if (klass == SPLIT_FAILOVER_CLASS_NEUTRAL) {
        leave_out(a, LEFT_NEUTRAL);
        return;
    }
    a->pending = false;
    split_meter_sent(meter, arm);
    split_meter_outcome(meter, arm, outcome_is_failure(klass),
                        has_latency(klass) ? a->took_us : -1);
    if (a->looked_up)
        split_meter_lookup(meter, arm, a->missed);
}

void
counters_attempt(struct attempt *a, split_failover_class klass)
{
    struct zone_memory *mem = a->site->zone->mem;
    uint32_t origin = a->d->routing->origin_place[a->hop.origin];
    struct pair *pair = zone_pair(mem, arm_of(a->d), origin);
    if (pair != NULL) {
        pair->attempts[a->hop.kind]++;
        pair->outcomes[klass]++;
        if (klass != SPLIT_FAILOVER_CLASS_NEUTRAL)
            count_latency(mem, pair, a->took_us);
    }
    if (a->pending)
        count_arm(a, klass);
}

void
counters_unit(struct decision *d)
{
    struct zone_memory *mem = d->site->zone->mem;
    zone_lock(mem);
    split_meter_unit(zone_meter(mem), arm_of(d));
    zone_unlock(mem);
}

static struct pair *
pair_of_answer(const struct decision *d)
{
    struct zone_memory *mem = d->site->zone->mem;
    uint32_t origin = d->origin < 0 ? ZONE_NAMES : d->routing->origin_place[d->origin];
    struct pair *pair = zone_pair_there(mem, arm_of(d), origin);
    if (pair != NULL)
        return pair;
    zone_lock(mem);
    pair = zone_pair(mem, arm_of(d), origin);
    zone_unlock(mem);
    return pair;
}

void
counters_answer(ngx_http_request_t *r, struct decision *d)
{
    struct zone_memory *mem = d->site->zone->mem;
    ngx_uint_t status = r->err_status != 0 ? r->err_status : r->headers_out.status;
    uint32_t arm = arm_of(d);
    bool left = status == NGX_HTTP_CLIENT_CLOSED_REQUEST || status < 100 || status > 599 ||
                (r->connection->error && !d->user_error);
    struct pair *pair = pair_of_answer(d);
    if (pair != NULL)
        zone_count(&pair->answers[left || d->user_error ? 0 : status / 100]);
    if (status < 100 || status > 599)
        return;
    zone_count(&mem->edge[arm][0]);
    if (status >= 500)
        zone_count(&mem->edge[arm][1]);
    if (!left && (status >= 500 || d->user_error))
        zone_count(&mem->user_errors[arm][d->replayable]);
}
