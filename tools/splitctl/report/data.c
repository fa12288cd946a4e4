/* SPDX-License-Identifier: MIT */
/* Everything that a report shows, gathered from the journal once. */
#include "data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float
share_of(const split_metric *m, uint32_t index, const split_arm *arm)
{
    split_metric_counts c;
    if (split_metric_count(m, index, arm, &c) != SPLIT_OK || !c.present || c.n == 0)
        return -1;
    return (float)(100.0 * (double)c.bad[SPLIT_BOUND_TARGET] / (double)c.n);
}

static void
fill_values(const report *r, report_row *row, const split_window *w,
            const split_rollout_decision *s)
{
    for (uint32_t m = 0; m < s->n_metrics; m++) {
        const split_metric *metric = split_rollout_metric(r->follow->rollout, m);
        row->values[m] =
            (report_value){.share = share_of(metric, m, &w->arm),
                           .baseline = w->has_baseline ? share_of(metric, m, &w->baseline) : -1,
                           .ln_warning = (float)s->metrics[m].ln_warning,
                           .ln_critical = (float)s->metrics[m].ln_critical,
                           .ln_compliance = (float)s->metrics[m].ln_compliance};
    }
}

static void
add_to_phase(report *r, const split_window *w, const split_rollout_decision *s)
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
    for (uint32_t m = 0; m < s->n_metrics; m++)
        p->highest[m] = fmax(p->highest[m], s->metrics[m].ln_warning);
    p->last = *s;
    r->breach_bound = s->breach_bound;
    r->gate_bound = s->gate_bound;
}

static int
take_window(const journal_window *row, const split_window *w, const split_rollout_decision *s,
            void *ctx)
{
    report *r = ctx;
    double percent;
    double noise;
    if (r->n_rows == r->room) {
        size_t room = r->room == 0 ? 256 : 2 * r->room;
        report_row *more = realloc(r->rows, room * sizeof *more);
        if (more == NULL)
            return CTL_BAD_INPUT;
        r->rows = more;
        r->room = room;
    }
    report_row *to = &r->rows[r->n_rows++];
    *to = (report_row){.id = row->id,
                       .start_us = w->start_us,
                       .phase = s->phase,
                       .asked = (float)((double)s->percent_e6 / 1e6),
                       .realised = view_split(w, &percent, &noise) ? (float)percent : -1,
                       .decision = s->decision};
    snprintf(to->reason, sizeof to->reason, "%s", row->reason);
    fill_values(r, to, w, s);
    add_to_phase(r, w, s);
    return CTL_OK;
}

int
report_gather(report *r, follow *f, const char *journal_path, int64_t rollout_id)
{
    *r = (report){.follow = f};
    /* follow_open() tells the windows already, so the callback must be in place before */
    int code = follow_open_each(f, journal_path, rollout_id, take_window, r);
    if (code != CTL_OK)
        report_free(r);
    return code;
}

void
report_free(report *r)
{
    free(r->rows);
    r->rows = NULL;
    r->n_rows = 0;
}
