/* SPDX-License-Identifier: MIT */
/* The proxy's admin port: Prometheus text with counters since its start (bindings/nginx/README.md
 * lists the names). */
#include "net/source/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/decimal.h"
#include "net/source/proxy/compare.h"

#define MAX_LABEL 80

/* Sample names that are a counter of the arm they are labelled with. */
static const struct {
    const char *name;
    split_counter counter;
} plain[] = {
    {"split_sent_total", SPLIT_COUNTER_SENT},
    {"split_outcomes_total", SPLIT_COUNTER_OUTCOMES},
    {"split_errors_total", SPLIT_COUNTER_ERROR},
    {"split_latency_samples_total", SPLIT_COUNTER_TIMED},
    {"split_lookups_total", SPLIT_COUNTER_LOOKUPS},
    {"split_misses_total", SPLIT_COUNTER_MISSES},
    {"split_edge_requests_total", SPLIT_COUNTER_EDGE_REQUESTS},
    {"split_edge_5xx_total", SPLIT_COUNTER_EDGE_5XX},
    {"split_units_total", SPLIT_COUNTER_UNITS},
    {"split_diverted_total", SPLIT_COUNTER_DIVERTED},
    {"split_left_out_total", SPLIT_COUNTER_LEFT_OUT},
    {"split_user_errors_total", SPLIT_COUNTER_USER_ERRORS},
};

static bool
is_named(const split_sample *s, const char *name)
{
    return strlen(name) == s->name_len && memcmp(s->name, name, s->name_len) == 0;
}

/* A counter's value as an integer; false for what no counter can be. */
static bool
count_of(const split_sample *s, int64_t *out)
{
    if (!(s->value >= 0 && s->value <= (double)SPLIT_COUNT_MAX))
        return false;
    *out = (int64_t)s->value;
    return true;
}

static int
arm_of(const proxy_source *p, const split_sample *s)
{
    char variant[MAX_LABEL];
    if (!split_sample_label(s, "variant", variant, sizeof variant))
        return -1;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (p->options.arms[a] != NULL && strcmp(variant, p->options.arms[a]) == 0)
            return a;
    return -1;
}

static void
take_over(proxy_source *p, int a, const split_sample *s, int64_t count)
{
    static const char *const bounds[] = {"target", "warning", "critical"};
    char metric[MAX_LABEL];
    char bound[MAX_LABEL];
    if (!split_sample_label(s, "metric", metric, sizeof metric) ||
        !split_sample_label(s, "bound", bound, sizeof bound))
        return;
    split_arm *arm = &p->now.arm[a];
    for (uint32_t m = 0; m < p->options.n_metrics; m++)
        for (uint32_t b = 0; b < SPLIT_BOUND_COUNT; b++)
            if (strcmp(p->options.metrics[m].name, metric) == 0 && strcmp(bounds[b], bound) == 0) {
                split__count_add(&arm->over[SPLIT_BOUND_COUNT * m + b], count);
                arm->over_present |= UINT32_C(1) << m;
            }
}

/* Buckets of one variant are summed over its origins; edges come in rising order. */
static void
take_bucket(split_reading_latency *l, const split_sample *s, int64_t count)
{
    char text[MAX_LABEL];
    double le;
    if (!split_sample_label(s, "le", text, sizeof text) || !split__decimal_read(text, &le) ||
        !(le >= 0))
        return;
    split_us edge = le < 1e9 ? (split_us)llround(le * 1e6) : SPLIT_NEVER;
    for (uint32_t i = 0; i < l->n_edges; i++)
        if (l->le_us[i] == edge) {
            split__count_add(&l->count[i], count);
            return;
        }
    if (l->n_edges == SPLIT_READING_EDGES_MAX)
        return;
    l->le_us[l->n_edges] = edge;
    l->count[l->n_edges++] = count;
}

static void
take_arm_sample(proxy_source *p, const split_sample *s)
{
    int64_t count;
    int a = arm_of(p, s);
    if (a < 0 || !count_of(s, &count))
        return;
    if (is_named(s, "split_neutral_total"))
        split__count_add(&p->now.neutral[a], count);
    else if (is_named(s, "split_latency_over_total"))
        take_over(p, a, s, count);
    else if (is_named(s, "split_latency_seconds_bucket"))
        take_bucket(&p->now.latency[a], s, count);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (is_named(s, plain[i].name)) {
            split__count_add(&p->now.arm[a].counts[plain[i].counter], count);
            p->now.arm[a].present |= UINT32_C(1) << plain[i].counter;
            p->now.has_arm[a] = true;
        }
}

static split_reading_origin *
origin_of(split_reading *out, const split_sample *s)
{
    char name[sizeof out->origins[0].name];
    if (!split_sample_label(s, "origin", name, sizeof name))
        return NULL;
    for (uint32_t i = 0; i < out->n_origins; i++)
        if (strcmp(out->origins[i].name, name) == 0)
            return &out->origins[i];
    if (out->n_origins == SPLIT_READING_ORIGINS_MAX)
        return NULL;
    split_reading_origin *o = &out->origins[out->n_origins++];
    *o = (split_reading_origin){.state = -1, .mode = -1};
    memcpy(o->name, name, sizeof o->name);
    return o;
}

static void
take_router_sample(const split_sample *s, split_reading *out)
{
    int64_t value;
    if (!count_of(s, &value))
        return;
    if (is_named(s, "split_route_revision")) {
        out->has_revision = true;
        out->revision = (uint64_t)value;
        return;
    }
    bool is_state = is_named(s, "split_failover_state");
    if (!is_state && !is_named(s, "split_failover_mode"))
        return;
    split_reading_origin *o = value <= 4 ? origin_of(out, s) : NULL;
    if (o != NULL && is_state)
        o->state = (int32_t)value;
    else if (o != NULL)
        o->mode = (int32_t)value;
}

static int
parse(proxy_source *p, const split_http_answer *answer, split_reading *out, split_error *error)
{
    split_exposition e = {.at = answer->body, .end = answer->body + answer->body_len};
    split_sample s;
    bool any = false;
    memset(&p->now, 0, sizeof p->now);
    while (split_sample_next(&e, &s)) {
        any = any || (s.name_len > 6 && memcmp(s.name, "split_", 6) == 0);
        take_arm_sample(p, &s);
        take_router_sample(&s, out);
        if (is_named(&s, "process_start_time_seconds") && isfinite(s.value))
            p->now.since = s.value;
    }
    if (!any)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "%s answers no split_ metrics; give the admin port's /metrics",
                                p->url);
    return SPLIT_OK;
}

static void
leave_out(split_arm *arm, bool *has, split_reading_latency *latency)
{
    split_arm_clear(arm);
    *has = false;
    latency->n_edges = 0;
}

static int
proxy_read(void *state, split_reading *out, split_error *error)
{
    proxy_source *p = state;
    split_http_answer answer;
    split_http_request request = {.size = sizeof request, .url = p->url};
    int rc = split_http_send(p->http, &request, &answer, error);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER, "%s answers status %d", p->url,
                                (int)answer.status);
    rc = parse(p, &answer, out, error);
    if (rc != SPLIT_OK)
        return rc;
    p->now.wall = split_clock_wall();
    p->now.at = split_clock_now();
    rc = p->has_before ? split__proxy_compare(p, out, error)
                       : split__net_fault(error, SPLIT_ERR_NO_DATA, "first poll at %s", p->url);
    p->before = p->now;
    p->has_before = true;
    if (rc != SPLIT_OK)
        for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
            leave_out(&out->arm[a], &out->has_arm[a], &out->latency[a]);
    return rc;
}

static void
proxy_close(void *state)
{
    proxy_source *p = state;
    split_http_free(&p->http);
    free(p->url);
    free(p);
}

/* A URL without a path means its /metrics. */
static char *
make_url(const char *place)
{
    const char *host = strstr(place, "://");
    const char *scheme = host == NULL ? "http://" : "";
    const char *slash = strchr(host == NULL ? place : host + 3, '/');
    const char *path = slash == NULL ? "/metrics" : slash[1] == '\0' ? "metrics" : "";
    size_t n = strlen(scheme) + strlen(place) + strlen(path) + 1;
    char *url = malloc(n);
    if (url != NULL)
        snprintf(url, n, "%s%s%s", scheme, place, path);
    return url;
}

static int
proxy_open(const split_source_options *options, const char *place, void **out_state,
           split_error *error)
{
    proxy_source *p = calloc(1, sizeof *p);
    if (p == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    p->options = *options;
    p->url = make_url(place);
    int rc = p->url == NULL ? SPLIT_ERR_NOMEM : split_http_new(options->http, &p->http);
    if (rc != SPLIT_OK) {
        proxy_close(p);
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    }
    *out_state = p;
    return SPLIT_OK;
}

const split__source_kind split__source_proxy = {
    .shown = {"proxy", "URL", "a proxy's admin port (Prometheus text)"},
    .open = proxy_open,
    .read = proxy_read,
    .close = proxy_close,
};
