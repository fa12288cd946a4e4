/* SPDX-License-Identifier: MIT */
/* Everything that a report shows, gathered from the journal once. */
#include "report/data.h"
#include "journal/read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float
percent_of(const split_metric *m, uint32_t index, const split_arm *arm)
{
    double percent;
    return view_percent(m, index, arm, &percent, NULL) ? (float)percent : NAN;
}

static float
milliseconds(split_us us)
{
    if (us == SPLIT_NEVER)
        return INFINITY;
    return us < 0 ? NAN : (float)us / 1000.0F;
}

static float
part_of(double ln, double bound)
{
    return bound > 0 ? (float)(100 * ln / bound) : NAN;
}

static void
fill_value(report *r, report_value *to, uint32_t m, const split_window *w,
           const split_rollout_decision *s, const window_display *display)
{
    const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
    const split_metric_decision *d = &s->metrics[m];
    *to = (report_value){
        .arm = {percent_of(metric, m, &w->arm),
                milliseconds(view_percentile(display, metric, SPLIT_READING_ARM))},
        .baseline = {w->has_baseline ? percent_of(metric, m, &w->baseline) : NAN,
                     milliseconds(view_percentile(display, metric, SPLIT_READING_BASELINE))},
        .compliance = part_of(d->ln_compliance, s->gate_bound),
        .warning = part_of(d->ln_warning, s->breach_bound),
        .critical = part_of(d->ln_critical, s->breach_bound)};
    if (!isnan(to->arm.ms) || !isnan(to->baseline.ms))
        r->has_ms[m] = true;
}

static void
add_to_phase(report *r, const split_window *w, const split_rollout_decision *s,
             const report_change *now)
{
    if (s->phase >= SPLIT_PHASES_MAX || s->reason == SPLIT_REASON_ENDED)
        return;
    report_phase *p = &r->phases[s->phase];
    if (p->began_us == 0)
        p->began_us = w->start_us;
    p->ended_us = w->start_us + r->follow->view.options.window_us;
    p->n_windows++;
    split_arm_add(&p->arm, &w->arm);
    split_arm_add(&p->baseline, &w->baseline);
    split_arm_add(&r->arm, &w->arm);
    split_arm_add(&r->baseline, &w->baseline);
    p->last = *s;
    memcpy(p->reason, now->reason, sizeof p->reason);
    memcpy(p->detail, now->detail, sizeof p->detail);
}

static size_t
change_slot(size_t i)
{
    return i < REPORT_CHANGES ? i
                              : REPORT_CHANGES_FIRST + (i - REPORT_CHANGES) % REPORT_CHANGES_LAST;
}

/* A name once; what does not fit is left out, with a sign that it is. */
static void
add_alarm(char alarms[REPORT_ALARMS_BYTES], const char *name)
{
    size_t len = strlen(alarms);
    size_t n = strlen(name);
    for (const char *at = alarms; (at = strstr(at, name)) != NULL; at += n)
        if ((at == alarms || at[-1] == ' ') && (at[n] == '\0' || at[n] == ','))
            return;
    if (len > 0 && strcmp(alarms + len - strlen(REPORT_MORE), REPORT_MORE) == 0)
        return;
    bool fits = len + n + sizeof ", " REPORT_MORE < REPORT_ALARMS_BYTES;
    snprintf(alarms + len, REPORT_ALARMS_BYTES - len, "%s%s", len > 0 ? ", " : "",
             fits ? name : REPORT_MORE);
}

static void
add_change(report *r, const report_change *now, const window_display *display)
{
    report_change *last = r->n_changes > 0 ? &r->changes[change_slot(r->n_changes - 1)] : NULL;
    if (last == NULL || last->decision != now->decision || last->percent_e6 != now->percent_e6 ||
        strcmp(last->reason, now->reason) != 0) {
        last = &r->changes[change_slot(r->n_changes++)];
        *last = *now;
    }
    for (uint32_t i = 0; i < display->n_alarm_names; i++)
        if (display->alarms[i].state == SPLIT_READING_ALARM_RINGS)
            add_alarm(last->alarms, display->alarms[i].name);
}

const report_change *
report_change_at(const report *r, size_t i)
{
    bool kept = i < REPORT_CHANGES_FIRST || i + REPORT_CHANGES_LAST >= r->n_changes;
    return kept ? &r->changes[change_slot(i)] : NULL;
}

static bool
make_room(report *r)
{
    if (r->n_rows < r->room)
        return true;
    size_t room = r->room == 0 ? 256 : 2 * r->room;
    report_row *rows = realloc(r->rows, room * sizeof *rows);
    if (rows != NULL)
        r->rows = rows;
    report_value *values = realloc(r->values, room * (r->n_metrics + 1) * sizeof *values);
    if (values != NULL)
        r->values = values;
    if (rows == NULL || values == NULL) {
        fputs("splitctl: the journal is too long for this machine's memory\n", stderr);
        return false;
    }
    r->room = room;
    return true;
}

static int
take_window(const journal_window *row, const split_window *w, const split_rollout_decision *s,
            void *ctx)
{
    report *r = ctx;
    window_display display;
    double percent;
    double noise = NAN;
    report_change now = {.id = row->id,
                         .start_us = w->start_us,
                         .percent_e6 = s->percent_e6,
                         .decision = s->decision};
    r->n_metrics = s->n_metrics;
    if (!make_room(r))
        return CTL_BAD_INPUT;
    snprintf(now.reason, sizeof now.reason, "%s", row->reason);
    (void)split_rollout_detail(r->follow->rollout, s, now.detail, sizeof now.detail);
    bool known = view_split(w, &percent, &noise);
    r->rows[r->n_rows] = (report_row){.start_us = w->start_us,
                                      .phase = s->phase,
                                      .asked = (float)((double)s->percent_e6 / 1e6),
                                      .realised = known ? (float)percent : NAN,
                                      .noise = known ? (float)noise : NAN};
    display_read(row->display, &display);
    for (uint32_t m = 0; m < s->n_metrics; m++)
        fill_value(r, &r->values[r->n_rows * r->n_metrics + m], m, w, s, &display);
    r->n_rows++;
    add_to_phase(r, w, s, &now);
    add_change(r, &now, &display);
    return CTL_OK;
}

static int
take_publication(const journal_publication *p, void *ctx)
{
    report *r = ctx;
    r->published_us = p->at_us;
    r->published_e6 = p->percent_e6;
    r->effect_us = p->effect_us;
    return CTL_OK;
}

int
report_gather(report *r, follow *f, const char *journal_path, int64_t rollout_id)
{
    memset(r, 0, sizeof *r);
    r->follow = f;
    /* follow_open() tells the windows already, so the callback must be in place before */
    int code = follow_open_each(f, journal_path, rollout_id, take_window, r);
    if (code == CTL_OK)
        code = journal_each_publication(f->journal, f->rollout_id, take_publication, r);
    if (code != CTL_OK)
        report_free(r);
    return code;
}

void
report_free(report *r)
{
    free(r->rows);
    free(r->values);
    r->rows = NULL;
    r->values = NULL;
    r->n_rows = 0;
}

const report_phase *
report_last_phase(const report *r)
{
    const report_phase *last = NULL;
    for (size_t i = 0; i < SPLIT_PHASES_MAX; i++)
        if (r->phases[i].began_us != 0)
            last = &r->phases[i];
    return last;
}

const char *
report_variant(const report *r, bool baseline)
{
    const view *v = &r->follow->view;
    const char *name =
        split_policy_variant(v->policy, baseline ? v->info.baseline : v->info.variant);
    return name != NULL ? name : "nothing";
}

bool
report_has_baseline(const report *r)
{
    const view *v = &r->follow->view;
    return v->info.baseline < split_policy_n_variants(v->policy);
}
