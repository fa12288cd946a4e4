/* SPDX-License-Identifier: MIT */
/* All sources of a rollout read as one. */
#include "drive/fleet.h"

#include <stdio.h>
#include <string.h>

#include "split/rollout.h"

/* No request may outlive a window by much: a dead peer must not stop the clock of the others. */
static void
set_timeouts(split_http_options *http, split_us window_us)
{
    if (http->timeout_us > window_us)
        http->timeout_us = window_us > 200000 ? window_us : 200000;
    if (http->connect_timeout_us > http->timeout_us / 2)
        http->connect_timeout_us = http->timeout_us / 2;
}

static int
open_one(fleet *f, split_source_options *o, const char *spec)
{
    split_error error;
    o->spec = spec;
    int rc = split_source_new(o, &f->sources[f->n], &error);
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: %s\n", error.text);
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

/* The names that the policy has for the metrics at this kind of source. */
static void
take_fields(fleet *f, const split_policy *policy, const char *spec, split_source_options *o)
{
    o->fields = f->fields + f->n_fields;
    o->n_fields = 0;
    for (size_t m = 0; m < f->n_metrics; m++)
        for (size_t i = 0; i < split_policy_n_sources(policy, m); i++) {
            split_source_info info;
            if (f->n_fields == FLEET_FIELDS_MAX ||
                split_policy_source(policy, m, i, &info) != SPLIT_OK ||
                !is_meant(info.source, spec))
                continue;
            f->fields[f->n_fields++] = (split_source_field){(uint32_t)m, info.field, info.text};
            o->n_fields++;
        }
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
    o->statuses = f->failover.statuses;
    o->n_statuses = f->failover.n_statuses;
    o->assign = arm_assign;
    o->assign_ctx = &f->visitors;
    int code = arm_rules_begin(&f->visitors, policy);
    o->cookie = f->visitors.cookie_name;
    return code;
}

int
fleet_open(fleet *f, const split_policy *policy, const char *route_path, const cli_texts *specs,
           split_us window_us)
{
    split_source_options o;
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
    set_timeouts(&o.http, o.window_us);
    int code = take_log_options(f, policy, route_path, specs, &o);
    for (size_t i = 0; code == CTL_OK && i < specs->n; i++) {
        take_fields(f, policy, specs->text[i], &o);
        code = open_one(f, &o, specs->text[i]);
    }
    if (code != CTL_OK)
        fleet_close(f);
    return code;
}

void
fleet_close(fleet *f)
{
    for (size_t i = 0; i < f->n; i++)
        split_source_free(&f->sources[i]);
    f->n = 0;
    arm_rules_free(&f->visitors);
    f->visitors = (arm_rules){0};
}

void
fleet_mark(fleet *f)
{
    for (size_t i = 0; i < f->n; i++)
        split_source_mark(f->sources[i]);
}

/* Whether a sentence has the source's URL or path in it; before it is a kind such as "promql:". */
static bool
names_place(const char *text, const char *spec)
{
    static const char *const kinds[] = {"haproxy:", "promql:", "log:"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(spec, kinds[i], strlen(kinds[i])) == 0)
            spec += strlen(kinds[i]);
    return strstr(text, spec) != NULL;
}

static void
report_change(fleet *f, size_t i, int rc, const split_error *error)
{
    const char *spec = split_source_spec(f->sources[i]);
    bool failing = rc != SPLIT_OK && rc != SPLIT_ERR_NO_DATA;
    bool named = failing && names_place(error->text, spec);
    if (failing && !f->failing[i])
        fprintf(stderr, "splitctl: %s%s%s\n", named ? "" : spec, named ? "" : ": ", error->text);
    if (!failing && f->failing[i])
        fprintf(stderr, "splitctl: %s: answers again\n", spec);
    f->failing[i] = failing;
}

/* A note is told when it is another one than the last; one that comes and goes is not told again.
 */
static void
tell_note(fleet *f, size_t i, const char *note)
{
    const char *spec = split_source_spec(f->sources[i]);
    bool named = names_place(note, spec);
    if (note[0] == '\0' || strcmp(note, f->told[i]) == 0)
        return;
    fprintf(stderr, "splitctl: %s%s%s\n", named ? "" : spec, named ? "" : ": ", note);
    snprintf(f->told[i], sizeof f->told[i], "%s", note);
}

int
fleet_read(fleet *f, split_reading *out)
{
    static split_reading one; /* large, and read only below */
    split_error error = {.size = sizeof error};
    bool any = false;
    split_reading_init(out);
    f->n_answered = 0;
    if (f->route_path != NULL)
        arm_rules_follow(&f->visitors, f->route_path);
    for (size_t i = 0; i < f->n; i++) {
        int rc = split_source_read(f->sources[i], &one, &error);
        report_change(f, i, rc, &error);
        tell_note(f, i, one.note);
        if (rc != SPLIT_OK && rc != SPLIT_ERR_NO_DATA)
            continue;
        f->n_answered++;
        any = any || rc == SPLIT_OK;
        split_reading_add(out, &one);
    }
    return any ? SPLIT_OK : SPLIT_ERR_NO_DATA;
}
