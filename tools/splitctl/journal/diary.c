/* SPDX-License-Identifier: MIT */
/* The driver's side of the journal. */
#include "journal/diary.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "journal/own.h"
#include "journal/story.h"
#include "journal/read.h"
#include "journal/write.h"
#include "journal/lock.h"

/* D26. A journal that cannot be written must not stop a rollout that may have to roll back. */
static void
note(diary *d, int code)
{
    if (code != CTL_OK && !d->broken)
        fputs("splitctl: the journal cannot be written; the rollout goes on without it\n", stderr);
    d->broken = d->broken || code != CTL_OK;
}

static int
go_on(diary *d, split_rollout *rollout)
{
    story st;
    int code = story_begin(&st, d->journal, d->rollout, d->policy, rollout);
    if (code == CTL_OK)
        code = story_follow(&st, NULL, NULL);
    d->n_replayed = st.n_windows;
    d->last_id = st.last_id;
    d->last_start = st.last_start;
    story_end(&st);
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
        code = journal_check_owner(d->journal, path, split_policy_name(policy));
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
        int action = story_action(a.action);
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
