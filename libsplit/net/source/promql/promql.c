/* SPDX-License-Identifier: MIT */
/* A Prometheus server: the counters that the policy names, asked for over its HTTP API
 * (design/sources.md Q1 to Q7). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/promql/counts.h"
#include "net/source/promql/server.h"
#include "net/source/source.h"

#define BASE_STEPS 8

typedef struct promql_source {
    promql_server server;
    promql_query query;
    char *form;
    char *base_form; /* the same, for a poll of the past */
    bool has_before;
    promql_look before;
    promql_look now;
    split_us looked_us; /* monotonic clock when `before` was polled */
    double cut; /* server's time before which nothing counts any more, in seconds; 0 for none */
} promql_source;

static int
no_memory(split_error *error)
{
    return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}

/* The whole query is refused: each expression by itself shows which one is at fault. */
static int
blame(promql_source *p, const promql_answer *whole, split_error *error)
{
    bool found = false;
    for (uint32_t slot = 0; !found && slot < p->query.n * SPLIT_READING_ARM_COUNT; slot++) {
        uint32_t e = slot / SPLIT_READING_ARM_COUNT;
        promql_answer a = {0};
        if (p->query.arm[slot % SPLIT_READING_ARM_COUNT] == NULL)
            continue;
        char *form = split__promql_query_form_one(&p->query, slot);
        const char *metric = p->query.options.metrics[p->query.metric[e]].name;
        int rc = form == NULL ? SPLIT_ERR_NOMEM : split__promql_ask(&p->server, form, &a, NULL);
        found = rc == SPLIT_OK && (a.error != NULL || strcmp(a.kind, "vector") != 0);
        if (found && a.error != NULL)
            (void)split__net_fault(error, SPLIT_ERR_PEER, "'%s' of '%s': %s", p->query.field[e],
                                   metric, a.error);
        else if (found)
            (void)split__net_fault(error, SPLIT_ERR_PEER,
                                   "'%s' of '%s' is a %.16s where series of counters are wanted",
                                   p->query.field[e], metric, a.kind);
        split__promql_answer_free(&a);
        free(form);
        if (rc != SPLIT_OK)
            break;
    }
    return found ? SPLIT_ERR_PEER
                 : split__net_fault(error, SPLIT_ERR_PEER, "%s: %.32s: %s", p->server.url,
                                    whole->error_type, whole->error);
}

static bool
is_about_text(const char *error_type)
{
    return strcmp(error_type, "bad_data") == 0 || strcmp(error_type, "execution") == 0;
}

static int
take_series(const promql_source *p, promql_look *look, promql_answer *a, split_error *error)
{
    promql_sample sample;
    bool good;
    if (strcmp(a->kind, "vector") != 0)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "%s answers a %.16s where series were asked for", p->server.url,
                                a->kind);
    while (split__promql_answer_next(a, &sample, &good)) {
        int rc = good ? split__promql_look_add(look, &p->query, &sample) : SPLIT_ERR_PEER;
        if (rc == SPLIT_ERR_NOMEM)
            return no_memory(error);
        if (rc == SPLIT_ERR_SPACE)
            return split__net_fault(
                error, rc, "%s answers more than %d series; name fewer in the policy's sources",
                p->server.url, PROMQL_SERIES_MAX);
        if (rc != SPLIT_OK)
            return split__net_fault(error, rc, "%s answers series that were not asked for",
                                    p->server.url);
    }
    return split__promql_table_close(&look->table) ? SPLIT_OK : no_memory(error);
}

static void
forget(promql_look *look)
{
    split__promql_table_free(&look->table);
    *look = (promql_look){0};
}

/* Fill a poll with what the server shows. */
static int
look_at(promql_source *p, const char *form, promql_look *look, split_reading *out,
        split_error *error)
{
    promql_answer a;
    forget(look);
    int rc = split__promql_ask(&p->server, form, &a, error);
    if (rc != SPLIT_OK)
        return rc;
    if (a.error == NULL)
        rc = take_series(p, look, &a, error);
    else if (is_about_text(a.error_type))
        rc = blame(p, &a, error);
    else
        rc = split__net_fault(error, SPLIT_ERR_PEER, "%s: %.32s: %s", p->server.url, a.error_type,
                              a.error);
    if (rc == SPLIT_OK && a.warning != NULL)
        split__net_note(out, "warning: %s", a.warning);
    split__promql_answer_free(&a);
    return rc;
}

static int
look_back(promql_source *p, double at, promql_look *look, split_reading *out, split_error *error)
{
    char *form;
    long long ms = llround(at * 1000); /* printed as whole numbers: a locale may have no point */
    if (asprintf(&form, "%s&time=%lld.%03lld", p->base_form, ms / 1000, ms % 1000) < 0)
        return no_memory(error);
    int rc = look_at(p, form, look, out, error);
    free(form);
    return rc;
}

/* The first poll that is wholly after the cut, in steps from there to now. Its `at` is 0 when there
 * is none. */
static int
find_base(promql_source *p, promql_look *base, split_reading *out, split_error *error)
{
    double step = (p->now.at - p->cut) / BASE_STEPS;
    for (int k = 1; step > 0 && k < BASE_STEPS; k++) {
        int rc = look_back(p, p->cut + k * step, base, out, error);
        if (rc != SPLIT_OK)
            return rc;
        if (split__promql_look_when(base, p->cut) == PROMQL_LATER)
            return SPLIT_OK;
    }
    forget(base);
    return SPLIT_OK;
}

/* design/sources.md Q8. What was before the cut leaves the window: `before` becomes a poll after
 * it. Without one the current poll is the first; when that is too early itself, a later one must be
 * awaited. */
static int
move_base(promql_source *p, split_reading *out, split_error *error)
{
    promql_look base = {0};
    promql_when when = split__promql_look_when(&p->now, p->cut);
    if (when == PROMQL_EARLIER) {
        split__net_note(out, "no sample since the traffic changed");
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "no sample since the traffic changed");
    }
    int rc = when == PROMQL_LATER ? find_base(p, &base, out, error) : SPLIT_OK;
    if (rc != SPLIT_OK) {
        forget(&base);
        return rc;
    }
    forget(&p->before);
    p->before = base;
    p->has_before = base.at > 0;
    p->cut = 0;
    return SPLIT_OK;
}

static int
promql_read(void *state, split_reading *out, split_error *error)
{
    promql_source *p = state;
    split_us begun = split_clock_now(); /* no later than the server's own time of the poll */
    int rc = look_at(p, p->form, &p->now, out, error);
    if (rc == SPLIT_OK && p->cut > 0)
        rc = move_base(p, out, error);
    if (rc != SPLIT_OK)
        return rc;
    rc = split__promql_look_count(p->has_before ? &p->before : NULL, &p->now, &p->query, out);
    if (rc == SPLIT_ERR_NOMEM)
        return no_memory(error);
    if (rc != SPLIT_OK)
        (void)split__net_fault(error, rc, "%s%s%s", p->has_before ? "" : "first poll of ",
                               p->has_before ? "" : p->server.url, p->has_before ? out->note : "");
    if (p->has_before && !split__promql_table_carry(&p->now.table, &p->before.table))
        return no_memory(error);
    forget(&p->before);
    p->before = p->now;
    p->now = (promql_look){0};
    p->has_before = true;
    p->looked_us = begun;
    return rc;
}

/* The server's clock is known from the last poll: only the time since is ours. */
static void
promql_mark(void *state)
{
    promql_source *p = state;
    if (p->has_before && p->before.at > 0)
        p->cut = p->before.at + (double)(split_clock_now() - p->looked_us) / 1e6;
}

static void
promql_close(void *state)
{
    promql_source *p = state;
    split__promql_server_close(&p->server);
    forget(&p->before);
    forget(&p->now);
    free(p->form);
    free(p->base_form);
    free(p);
}

static int
prepare(promql_source *p, const split_source_options *options, const char *place,
        split_error *error)
{
    int rc = split__promql_query_open(&p->query, options, error);
    if (rc == SPLIT_OK)
        rc = split__promql_server_open(&p->server, options, place, error);
    if (rc != SPLIT_OK)
        return rc;
    p->form = split__promql_query_form(&p->query, false);
    p->base_form = split__promql_query_form(&p->query, true);
    return p->form == NULL || p->base_form == NULL ? no_memory(error) : SPLIT_OK;
}

static int
promql_open(const split_source_options *options, const char *place, void **out_state,
            split_error *error)
{
    promql_source *p = calloc(1, sizeof *p);
    if (p == NULL)
        return no_memory(error);
    int rc = prepare(p, options, place, error);
    if (rc != SPLIT_OK) {
        promql_close(p);
        return rc;
    }
    *out_state = p;
    return SPLIT_OK;
}

const split__source_kind split__source_promql = {
    .shown = {"promql", "URL", "a Prometheus server"},
    .open = promql_open,
    .read = promql_read,
    .close = promql_close,
    .mark = promql_mark,
};
