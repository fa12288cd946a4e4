/* SPDX-License-Identifier: MIT */
/* All sources of a rollout read as one. */
#include "drive/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/rollout.h"

#include "cli/debug.h"

#define DEADLINE_MAX_US 10000000
#define DEADLINE_MIN_US 200000
#define LISTEN_US 20000
#define PREFLIGHT_US 3000000
#define PREFLIGHT_STEP_US 200000

static split_us
between(split_us value, split_us least, split_us most)
{
    return value < least ? least : value > most ? most : value;
}

/* A dead peer must not stop the clock of the others. */
static void
set_timeouts(fleet *f, split_http_options *http, split_us window_us, fleet_pace pace)
{
    f->deadline_us = between(window_us / 2, DEADLINE_MIN_US, DEADLINE_MAX_US);
    f->wait_us = between(window_us / 4, DEADLINE_MIN_US, DEADLINE_MAX_US);
    if (pace == FLEET_PATIENT)
        f->deadline_us = f->wait_us = DEADLINE_MAX_US;
    if (http->timeout_us > f->deadline_us)
        http->timeout_us = f->deadline_us;
    if (http->connect_timeout_us > http->timeout_us / 2)
        http->connect_timeout_us = http->timeout_us / 2;
}

static int
open_one(fleet *f, split_source_options *o, const char *spec)
{
    split_error error = {.size = sizeof error};
    split_source *source = NULL;
    o->spec = spec;
    int rc = split_source_new(o, &source, &error);
    if (rc == SPLIT_OK && split_source_set_add(f->set, &source) != SPLIT_OK)
        rc = SPLIT_ERR_NOMEM;
    split_source_free(&source);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: %s\n", error.text[0] != '\0' ? error.text : split_strerror(rc));
        return rc == SPLIT_ERR_FIELD ? CTL_USAGE : CTL_BAD_INPUT;
    }
    f->n++;
    return CTL_OK;
}

/* Whether the policy's names for this kind of source are for this one, such as "haproxy" for
 * haproxy:URL. */
static bool
is_meant(const char *source, const char *spec)
{
    size_t n = strlen(source);
    return strncmp(spec, source, n) == 0 && spec[n] == ':';
}

/* The names that the policy has for the metrics at this kind of source. Sources of one kind share
 * them. */
static void
take_fields(fleet *f, const split_policy *policy, const char *spec, split_source_options *o)
{
    size_t first = f->n_fields;
    for (size_t m = 0; m < f->n_metrics; m++)
        for (size_t i = 0; i < split_policy_n_sources(policy, m); i++) {
            split_source_info info;
            if (f->n_fields == FLEET_FIELDS_MAX ||
                split_policy_source(policy, m, i, &info) != SPLIT_OK ||
                !is_meant(info.source, spec))
                continue;
            f->fields[f->n_fields++] = (split_source_field){(uint32_t)m, info.field, info.text};
        }
    o->fields = f->fields + first;
    o->n_fields = f->n_fields - first;
}

static size_t
kind_length(const char *spec)
{
    return strcspn(spec, ":");
}

static int
open_all(fleet *f, const split_policy *policy, const cli_texts *specs, split_source_options *o)
{
    int code = CTL_OK;
    for (size_t i = 0; code == CTL_OK && i < specs->n; i++) {
        size_t n = kind_length(specs->text[i]);
        bool same = i > 0 && kind_length(specs->text[i - 1]) == n &&
                    strncmp(specs->text[i - 1], specs->text[i], n) == 0;
        if (!same)
            take_fields(f, policy, specs->text[i], o);
        code = open_one(f, o, specs->text[i]);
    }
    return code;
}

/* A log's visitors are assigned by the thread that reads it, while another one may follow the
 * route. */
static const char *
assign_visitor(void *ctx, const char *visitor, size_t visitor_len, split_us at_us)
{
    fleet *f = ctx;
    pthread_mutex_lock(&f->rules_lock);
    const char *variant = arm_assign(&f->visitors, visitor, visitor_len, at_us);
    pthread_mutex_unlock(&f->rules_lock);
    return variant;
}

/* Whether the policy says nothing of its own on which statuses are failures. */
static bool
has_default_statuses(const split_failover_options *o)
{
    split_failover_options plain;
    split_failover_options_init(&plain);
    return o->n_statuses == plain.n_statuses &&
           memcmp(o->statuses, plain.statuses, plain.n_statuses * sizeof plain.statuses[0]) == 0;
}

/* What logs are read by, when one of the sources is a log. */
static int
take_log_options(fleet *f, const split_policy *policy, const char *route_path,
                 const cli_texts *specs, split_source_options *o)
{
    bool any = false;
    for (size_t i = 0; i < specs->n; i++)
        any = any || is_meant("log", specs->text[i]);
    if (!any)
        return CTL_OK;
    if (split_policy_failover_options(policy, &f->failover) != SPLIT_OK)
        return CTL_BAD_INPUT;
    f->route_path = route_path;
    if (!has_default_statuses(&f->failover)) { /* else every 5xx fails, as for every source */
        o->statuses = f->failover.statuses;
        o->n_statuses = f->failover.n_statuses;
    }
    o->assign = assign_visitor;
    o->assign_ctx = f;
    int code = arm_rules_begin(&f->visitors, policy);
    o->cookie = f->visitors.cookie_name;
    return code;
}

static int
no_memory(void)
{
    fprintf(stderr, "splitctl: %s\n", split_strerror(SPLIT_ERR_NOMEM));
    return CTL_BAD_INPUT;
}

int
fleet_open(fleet *f, const split_policy *policy, const char *route_path, const cli_texts *specs,
           split_us window_us, fleet_pace pace)
{
    split_source_options o;
    split_http_options http;
    split_rollout_options rollout;
    split_rollout_info info;
    *f = (fleet){0};
    if (split_policy_rollout_options(policy, &rollout) != SPLIT_OK ||
        split_policy_rollout(policy, &info) != SPLIT_OK) {
        fputs("splitctl: the policy has no rollout\n", stderr);
        return CTL_BAD_INPUT;
    }
    f->n_metrics = rollout.n_metrics;
    memcpy(f->metrics, rollout.metrics, rollout.n_metrics * sizeof f->metrics[0]);
    split_source_options_init(&o);
    o.arms[SPLIT_READING_ARM] = split_policy_variant(policy, info.variant);
    o.arms[SPLIT_READING_BASELINE] = split_policy_variant(policy, info.baseline);
    o.metrics = f->metrics;
    o.n_metrics = f->n_metrics;
    o.window_us = window_us > 0 ? window_us : rollout.window_us;
    split_http_options_init(&http);
    http.tries = 2;
    o.http = &http;
    set_timeouts(f, &http, o.window_us, pace);
    pthread_mutex_init(&f->rules_lock, NULL);
    f->reports = calloc(specs->n + 1, sizeof *f->reports);
    int code =
        f->reports != NULL && split_source_set_new(&f->set) == SPLIT_OK ? CTL_OK : no_memory();
    if (code == CTL_OK)
        code = take_log_options(f, policy, route_path, specs, &o);
    if (code == CTL_OK)
        code = open_all(f, policy, specs, &o);
    if (code != CTL_OK)
        fleet_close(f);
    return code;
}

void
fleet_close(fleet *f)
{
    split_source_set_free(&f->set);
    free(f->reports);
    f->reports = NULL;
    f->n = 0;
    arm_rules_free(&f->visitors);
    f->visitors = (arm_rules){0};
}

void
fleet_mark(fleet *f)
{
    split_source_set_mark(f->set);
}

void
fleet_on_wait(fleet *f, fleet_word (*on_wait)(void *ctx), void *ctx)
{
    f->on_wait = on_wait;
    f->wait_ctx = ctx;
}

/* Whether a sentence has the source's place in it, which its kind stands before. */
static bool
names_place(const char *text, const char *spec)
{
    const char *place = spec;
    return split_source_kind_find(spec, &place) != NULL && strstr(text, place) != NULL;
}

static void
report_change(fleet *f, size_t i, int rc, const split_error *error)
{
    const char *spec = split_source_set_spec(f->set, i);
    bool failing = rc != SPLIT_OK && rc != SPLIT_ERR_NO_DATA;
    bool named = failing && names_place(error->text, spec);
    if (failing && !f->reports[i].failing)
        fprintf(stderr, "splitctl: %s%s%s\n", named ? "" : spec, named ? "" : ": ", error->text);
    if (!failing && f->reports[i].failing)
        fprintf(stderr, "splitctl: %s: answers again\n", spec);
    f->reports[i].failing = failing;
}

/* A note is reported when it differs from the last one; one that comes and goes is not reported
 * again. */
static void
tell_note(fleet *f, size_t i, const char *note)
{
    const char *spec = split_source_set_spec(f->set, i);
    bool named = names_place(note, spec);
    if (note[0] == '\0' || strcmp(note, f->reports[i].note) == 0)
        return;
    fprintf(stderr, "splitctl: %s%s%s\n", named ? "" : spec, named ? "" : ": ", note);
    snprintf(f->reports[i].note, sizeof f->reports[i].note, "%s", note);
}

/* Wait for the answers, and listen meanwhile. */
static fleet_word
await_all(fleet *f, split_us until)
{
    for (;;) {
        split_us now = split_clock_now();
        fleet_word word = f->on_wait != NULL ? f->on_wait(f->wait_ctx) : FLEET_WAIT;
        split_us next = now + LISTEN_US < until ? now + LISTEN_US : until;
        if (word != FLEET_WAIT)
            return word;
        if (split_source_set_wait(f->set, next, NULL) == SPLIT_OK || now >= until)
            return FLEET_WAIT;
    }
}

static void
follow_route(fleet *f)
{
    if (f->route_path == NULL)
        return;
    pthread_mutex_lock(&f->rules_lock);
    arm_rules_follow(&f->visitors, f->route_path);
    pthread_mutex_unlock(&f->rules_lock);
}

/* -1 for a counter that was not reported. */
static long long
counted(const split_reading *r, split_reading_arm arm, split_counter counter)
{
    return split_arm_has(&r->arm[arm], counter) ? (long long)split_arm_get(&r->arm[arm], counter)
                                                : -1;
}

static void
debug_reading(const fleet *f, size_t i, int rc, const split_reading *r)
{
    const char *place = debug_place(split_source_set_spec(f->set, i));
    if (rc != SPLIT_OK) {
        debug_line("polled %s: %s", place, split_errname(rc));
        return;
    }
    debug_line("polled %s: new sent %lld error %lld, baseline sent %lld error %lld", place,
               counted(r, SPLIT_READING_ARM, SPLIT_COUNTER_SENT),
               counted(r, SPLIT_READING_ARM, SPLIT_COUNTER_ERROR),
               counted(r, SPLIT_READING_BASELINE, SPLIT_COUNTER_SENT),
               counted(r, SPLIT_READING_BASELINE, SPLIT_COUNTER_ERROR));
}

/* One round; what came is added to `out`. */
static bool
take_all(fleet *f, split_reading *out)
{
    static split_reading one; /* large, and read only below */
    split_error error = {.size = sizeof error};
    bool any = false;
    f->n_answered = 0;
    for (size_t i = 0; i < f->n; i++) {
        int rc = split_source_set_take(f->set, i, &one, &error);
        debug_reading(f, i, rc, &one);
        report_change(f, i, rc, &error);
        if (!f->quiet)
            tell_note(f, i, one.note);
        if (rc != SPLIT_OK && rc != SPLIT_ERR_NO_DATA)
            continue;
        f->n_answered++;
        any = any || rc == SPLIT_OK;
        split_reading_add(out, &one);
    }
    return any;
}

int
fleet_read(fleet *f, split_reading *out)
{
    split_us now = split_clock_now();
    split_reading_init(out);
    follow_route(f);
    debug_line("asking %zu sources", f->n);
    if (split_source_set_begin(f->set, now + f->deadline_us) != SPLIT_OK) {
        (void)no_memory();
        return SPLIT_ERR_NO_DATA;
    }
    if (await_all(f, now + f->wait_us) == FLEET_STOP)
        return SPLIT_ERR_MODE;
    return take_all(f, out) ? SPLIT_OK : SPLIT_ERR_NO_DATA;
}

int
fleet_preflight(fleet *f)
{
    static split_reading ignored; /* large */
    split_us until = split_clock_now() + PREFLIGHT_US;
    split_us wait = f->wait_us;
    int rc;
    for (;;) {
        split_us begun = split_clock_now();
        f->wait_us = f->deadline_us; /* nothing waits for the end of a window yet */
        rc = fleet_read(f, &ignored);
        f->wait_us = wait;
        if (rc == SPLIT_ERR_MODE || f->n_answered == f->n || split_clock_now() >= until)
            break;
        (void)split_clock_sleep_until(begun + PREFLIGHT_STEP_US);
    }
    if (rc == SPLIT_ERR_MODE)
        return CTL_HOLD;
    if (f->n_answered == f->n)
        return CTL_OK;
    fprintf(stderr, "splitctl: %zu of %zu sources cannot be read; nobody is moved\n",
            f->n - f->n_answered, f->n);
    return CTL_NO_DATA;
}
