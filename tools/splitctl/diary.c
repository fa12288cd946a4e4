/* SPDX-License-Identifier: MIT */
/* The driver's side of the journal. */
#include "diary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"

/* A journal that cannot be written must not stop a rollout that may have to roll back. */
static void
note(diary *d, int code)
{
    if (code != CTL_OK && !d->broken)
        fputs("splitctl: the journal cannot be written; the rollout goes on without it\n", stderr);
    d->broken = d->broken || code != CTL_OK;
}

static int
action_of(const char *name)
{
    for (int a = 0; a < SPLIT_ACTIONS; a++)
        if (strcmp(split_action_name((split_action)a), name) == 0)
            return a;
    return -1;
}

typedef struct replay {
    diary *diary;
    split_rollout *rollout;
    split_lines *lines;
    journal_action *actions; /* of the rollout, in order */
    size_t n_actions;
    size_t room;
} replay;

static int
keep_action(const journal_action *a, void *ctx)
{
    replay *r = ctx;
    if (r->n_actions == r->room) {
        size_t room = r->room == 0 ? 16 : 2 * r->room;
        journal_action *more = realloc(r->actions, room * sizeof *more);
        if (more == NULL)
            return CTL_BAD_INPUT;
        r->actions = more;
        r->room = room;
    }
    r->actions[r->n_actions] = (journal_action){.window = a->window, .seq = action_of(a->action)};
    r->n_actions++;
    return CTL_OK;
}

static int
judge_again(const journal_window *w, void *ctx)
{
    static split_line line; /* large */
    static split_rollout_decision decision;
    replay *r = ctx;
    split_error error;
    int rc = split_lines_read(r->lines, w->window, strlen(w->window), &line, &error);
    if (rc != SPLIT_OK || line.kind != SPLIT_LINE_WINDOW) {
        fprintf(stderr, "splitctl: window %lld of the journal cannot be read\n", (long long)w->id);
        return CTL_BAD_INPUT;
    }
    for (size_t i = 0; rc == SPLIT_OK && i < r->n_actions; i++)
        if (r->actions[i].window == w->id && r->actions[i].seq >= 0)
            rc = split_rollout_act(r->rollout, (split_action)r->actions[i].seq);
    if (rc == SPLIT_OK)
        rc = split_rollout_step(r->rollout, &line.window, &decision);
    if (rc != SPLIT_OK || strcmp(split_decision_name(decision.decision), w->decision_name) != 0) {
        fprintf(
            stderr,
            "splitctl: window %lld of the journal is judged otherwise by this version; use --new\n",
            (long long)w->id);
        return CTL_BAD_INPUT;
    }
    r->diary->n_replayed++;
    r->diary->last_id = w->id;
    r->diary->last_start = w->start_us;
    return CTL_OK;
}

static int
go_on(diary *d, split_rollout *rollout)
{
    replay r = {.diary = d, .rollout = rollout};
    int code = split_lines_new(d->policy, NULL, &r.lines) == SPLIT_OK ? CTL_OK : CTL_BAD_INPUT;
    if (code == CTL_OK)
        code = journal_each_action(d->journal, d->rollout, keep_action, &r);
    if (code == CTL_OK)
        code = journal_each_window(d->journal, d->rollout, 0, judge_again, &r);
    split_lines_free(&r.lines, NULL);
    free(r.actions);
    return code;
}

static int
begin(diary *d)
{
    return journal_begin(d->journal, split_policy_name(d->policy),
                         split_policy_text(d->policy, NULL), split_clock_wall(), &d->rollout);
}

static int
begin_or_go_on(diary *d, bool fresh, split_rollout *rollout)
{
    journal_rollout open;
    int code = journal_find(d->journal, 0, &open);
    if (code == CTL_NO_DATA || (code == CTL_OK && open.ended_us != 0))
        return begin(d);
    if (code != CTL_OK)
        return code;
    if (fresh) {
        code = journal_end(d->journal, open.id, split_clock_wall(), "ABANDONED");
        return code == CTL_OK ? begin(d) : code;
    }
    if (strcmp(open.policy, split_policy_text(d->policy, NULL)) != 0) {
        fputs("splitctl: the policy changed since its rollout began; put it back, or begin anew "
              "with --new\n",
              stderr);
        return CTL_BAD_INPUT;
    }
    d->rollout = open.id;
    return go_on(d, rollout);
}

int
diary_open(diary *d, const char *path, const split_policy *policy, bool fresh,
           split_rollout *rollout)
{
    *d = (diary){.policy = policy};
    int code = journal_open(path, JOURNAL_WRITE, &d->journal);
    if (code == CTL_OK)
        code = journal_lock(d->journal);
    if (code == CTL_OK)
        code = begin_or_go_on(d, fresh, rollout);
    if (code != CTL_OK)
        diary_close(d);
    return code;
}

void
diary_close(diary *d)
{
    journal_close(&d->journal);
}

void
diary_window(diary *d, const split_rollout *rollout, const split_window *w,
             const split_rollout_decision *s, const char *display)
{
    static char window[SPLIT_LINE_BYTES];
    static char decision[SPLIT_LINE_BYTES];
    if (d->journal == NULL)
        return;
    int rc = split_window_write(d->policy, w, window, sizeof window, NULL);
    if (rc == SPLIT_OK)
        rc = split_decision_write(rollout, s, decision, sizeof decision, NULL);
    const journal_window row = {.id = w->id,
                                .start_us = w->start_us,
                                .phase = s->phase,
                                .percent_e6 = s->percent_e6,
                                .decision_name = split_decision_name(s->decision),
                                .reason = split_rollout_reason(rollout, s),
                                .window = window,
                                .decision = decision,
                                .display = display};
    note(d, rc == SPLIT_OK ? journal_add_window(d->journal, d->rollout, &row) : CTL_BAD_INPUT);
}

void
diary_publication(diary *d, const publication *p, int64_t percent_e6, split_us effect_us)
{
    if (d->journal == NULL)
        return;
    const journal_publication row = {.revision = (int64_t)p->revision,
                                     .at_us = p->wall_us,
                                     .percent_e6 = percent_e6,
                                     .effect_us = effect_us,
                                     .by = "run"};
    note(d, journal_add_publication(d->journal, d->rollout, &row));
}

void
diary_actions(diary *d, split_rollout *rollout, int64_t window, bool *out_abort)
{
    journal_action a;
    *out_abort = false;
    while (d->journal != NULL && !d->broken &&
           journal_next_action(d->journal, d->rollout, &a) == CTL_OK) {
        int action = action_of(a.action);
        bool taken = action >= 0 && split_rollout_act(rollout, (split_action)action) == SPLIT_OK;
        printf("%s by %s%s%s%s\n", a.action, a.who, a.why[0] != '\0' ? ": " : "", a.why,
               taken ? "" : " (refused)");
        *out_abort = *out_abort || (taken && action == SPLIT_ACTION_ABORT);
        note(d, journal_take_action(d->journal, a.seq, taken ? window : -1));
    }
}

void
diary_end(diary *d, const char *outcome)
{
    if (d->journal != NULL)
        note(d, journal_end(d->journal, d->rollout, split_clock_wall(), outcome));
}
