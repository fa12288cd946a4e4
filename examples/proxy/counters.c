/* SPDX-License-Identifier: MIT */
/* Counting. An arm is judged by the first attempt on its own home origin
 * (libsplit/design/verdicts.md section 1, M2). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <split/net.h>
#include <split/rollout.h>

#include "counters.h"
#include "outcome.h"
#include "proxy.h"
#include "request.h"

static const split_us usual_edges_us[] = {1000,    2500,    5000,    10000,  25000,
                                          50000,   100000,  250000,  500000, 1000000,
                                          2500000, 5000000, 10000000};

static void
add_edge(struct counters *c, split_us edge_us)
{
    uint32_t i = c->n_edges;

    if (c->n_edges == COUNTERS_EDGES)
        return;
    while (i && c->edges_us[i - 1] > edge_us)
        i--;
    if (i && c->edges_us[i - 1] == edge_us)
        return;
    memmove(c->edges_us + i + 1, c->edges_us + i, (c->n_edges - i) * sizeof(c->edges_us[0]));
    c->edges_us[i] = edge_us;
    c->n_edges++;
}

static void
add_edges(struct counters *c)
{
    uint32_t i;
    int b;

    for (i = 0; i < sizeof(usual_edges_us) / sizeof(usual_edges_us[0]); i++)
        add_edge(c, usual_edges_us[i]);
    for (i = 0; i < c->n_metrics; i++)
        for (b = 0; b < SPLIT_BOUND_COUNT && c->metrics[i].kind == SPLIT_METRIC_LATENCY; b++)
            add_edge(c, split_metric_bound(&c->metrics[i], (split_bound_index)b)->value);
}

int
counters_open(struct counters *c, const split_policy *policy)
{
    split_rollout_options rollout;
    split_meter_options options;

    memset(c, 0, sizeof(*c));
    c->since_us = split_clock_wall();
    if (split_policy_rollout_options(policy, &rollout) == 0) {
        c->n_metrics = (uint32_t)rollout.n_metrics;
        memcpy(c->metrics, rollout.metrics, c->n_metrics * sizeof(c->metrics[0]));
    }
    add_edges(c);
    split_meter_options_init(&options);
    options.n_arms = SPLIT_ARMS_MAX;
    options.n_metrics = c->n_metrics;
    options.metrics = c->metrics;
    options.histograms = false;
    return split_meter_new(&options, NULL, &c->meter);
}

void
counters_close(struct counters *c)
{
    uint32_t v, o;

    split_meter_free(&c->meter, NULL);
    for (v = 0; v < COUNTERS_NAMES; v++)
        for (o = 0; o < COUNTERS_NAMES; o++)
            free(c->pairs[v][o]);
}

static uint32_t
slot_of(char names[][65], uint32_t *n, const char *name)
{
    uint32_t i;

    for (i = 0; i < *n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*n == COUNTERS_NAMES)
        return COUNTERS_NAMES - 1;
    snprintf(names[*n], 65, "%s", name);
    return (*n)++;
}

uint32_t
counters_variant(struct counters *c, const char *name)
{
    return slot_of(c->variants, &c->n_variants, name);
}

uint32_t
counters_origin(struct counters *c, const char *name)
{
    return slot_of(c->origins, &c->n_origins, name);
}

static uint32_t
arm_of(const struct request *r)
{
    return r->routing->variant_slot[r->choice.who.variant];
}

static void
leave_out(struct counters *c, struct request *r, enum left_out why)
{
    r->arm = ARM_DONE;
    split_meter_left_out(c->meter, arm_of(r));
    c->left_out[arm_of(r)][why]++;
}

/* Why the home origin, which is neither OPEN nor HALF_OPEN, did not get the request. */
static enum left_out
why_not_home(const struct hop *hop)
{
    if (hop->home_down)
        return LEFT_OPERATOR;
    if (hop->home_state == SPLIT_FAILOVER_RAMP)
        return LEFT_RAMP;
    if (hop->home_state == SPLIT_FAILOVER_HOLD)
        return LEFT_HOLD;
    if (hop->kind == SPLIT_FAILOVER_KIND_PROBE)
        return LEFT_FOREIGN_PROBE;
    return hop->reason == SPLIT_FAILOVER_REASON_DRILL ? LEFT_DRILL : LEFT_CAP;
}

void
counters_first(struct counters *c, struct request *r)
{
    const struct hop *hop = &r->hop;
    bool ejected =
        hop->home_state == SPLIT_FAILOVER_OPEN || hop->home_state == SPLIT_FAILOVER_HALF_OPEN;

    if (r->choice.stored != STORED_NONE)
        c->stored[r->choice.stored]++;
    if (r->fresh_id)
        split_meter_unit(c->meter, arm_of(r));
    if (hop->kind != SPLIT_FAILOVER_KIND_FAIL_FAST && hop->origin == hop->home) {
        r->arm = ARM_HOME; /* Counted when its outcome is known. */
    } else if (ejected && !hop->home_down) {
        r->arm = ARM_DONE;
        split_meter_diverted(c->meter, arm_of(r));
    } else
        leave_out(c, r, why_not_home(hop));
}

static struct pair_counters *
pair_of(struct counters *c, const struct request *r)
{
    uint32_t v = arm_of(r), o = r->routing->origin_slot[r->hop.origin];

    if (!c->pairs[v][o])
        c->pairs[v][o] = calloc(1, sizeof(struct pair_counters));
    return c->pairs[v][o];
}

static void
count_latency(const struct counters *c, struct pair_counters *pair, split_us took_us)
{
    uint32_t i = 0;

    while (i < c->n_edges && took_us > c->edges_us[i])
        i++;
    pair->latency[i]++;
    pair->latency_sum_us += (uint64_t)took_us;
}

/* A refused or broken connection took no time that says anything. */
static bool
has_latency(split_failover_class outcome)
{
    return outcome != SPLIT_FAILOVER_CLASS_FAIL_CONNECT &&
           outcome != SPLIT_FAILOVER_CLASS_FAIL_RESET;
}

void
counters_attempt(struct counters *c, struct request *r, split_failover_class outcome)
{
    struct pair_counters *pair = pair_of(c, r);
    bool failed = outcome_is_failure(outcome);

    if (pair) {
        pair->attempts[r->hop.kind]++;
        pair->outcomes[outcome]++;
        if (outcome != SPLIT_FAILOVER_CLASS_NEUTRAL)
            count_latency(c, pair, r->origin_us);
    }
    if (r->arm != ARM_HOME)
        return;
    if (outcome == SPLIT_FAILOVER_CLASS_NEUTRAL) {
        leave_out(c, r, LEFT_NEUTRAL);
        return;
    }
    r->arm = ARM_DONE;
    split_meter_sent(c->meter, arm_of(r));
    split_meter_outcome(c->meter, arm_of(r), failed, has_latency(outcome) ? r->origin_us : -1);
}

/* "x-cache: HIT", "Hit from cloudfront", "TCP_MISS"; a proxy's Cache-Status (RFC 9211); or an Age
 * above 0. */
static enum cache_result
cache_result(CURL *easy)
{
    struct curl_header *h;

    if (curl_easy_header(easy, "x-cache", 0, CURLH_HEADER, -1, &h) == CURLHE_OK ||
        curl_easy_header(easy, "Cache-Status", 0, CURLH_HEADER, -1, &h) == CURLHE_OK)
        return strcasestr(h->value, "hit") ? CACHE_HIT : CACHE_MISS;
    if (curl_easy_header(easy, "Age", 0, CURLH_HEADER, -1, &h) == CURLHE_OK)
        return strtol(h->value, NULL, 10) > 0 ? CACHE_HIT : CACHE_MISS;
    return CACHE_SILENT;
}

void
counters_cache(struct counters *c, struct request *r, CURL *easy)
{
    /* Nothing else can be answered from a cache; some caches call a POST a miss all the same. */
    if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0)
        return;
    r->cache = cache_result(easy);
    if (r->n_attempts == 1 && r->hop.origin == r->hop.home && r->cache != CACHE_SILENT)
        split_meter_lookup(c->meter, arm_of(r), r->cache == CACHE_MISS);
}

void
counters_answer(struct counters *c, const struct request *r, bool complete)
{
    uint32_t v = arm_of(r);
    uint32_t o = r->served_by_origin ? r->routing->origin_slot[r->hop.origin] : COUNTERS_NAMES;
    unsigned code = r->status / 100;
    bool failed = r->status >= 500 || r->answer.cut;

    c->answers[v][o][complete && code < 6 ? code : 0]++;
    if (!r->status)
        return;
    split_meter_add(c->meter, v, SPLIT_COUNTER_EDGE_REQUESTS, 1);
    split_meter_add(c->meter, v, SPLIT_COUNTER_EDGE_5XX, r->status >= 500);
    if (!failed || r->dead)
        return;
    c->user_errors[v][r->safe && !r->body.streaming]++;
    split_meter_user_error(c->meter, v);
}
