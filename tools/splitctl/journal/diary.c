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
        fputs("splitctl: the journal cannot be written; the rollout continues without it\n",
              stderr);
    d->broken = d->broken || code != CTL_OK;
}

int
diary_go_on(diary *d, split_rollout *rollout)
{
    story st;
    if (strcmp(d->newest.policy, split_policy_text(d->policy, NULL)) != 0) {
        fputs("splitctl: the policy changed since its rollout began; put it back, or start over "
              "with --new\n",
              stderr);
        return CTL_BAD_INPUT;
    }
    d->rollout = d->newest.id;
    int code = story_begin(&st, d->journal, d->rollout, d->policy, rollout);
    if (code == CTL_OK)
        code = story_follow(&st, NULL, NULL);
    d->n_replayed = st.n_windows;
    d->last_id = st.last_id;
    d->last_start = st.last_start;
    story_end(&st);
    return code;
}

int
diary_begin(diary *d)
{
    int code = CTL_OK;
    if (d->newest.id != 0 && d->newest.ended_us == 0)
        code = journal_end(d->journal, d->newest.id, split_clock_wall(), "ABANDONED");
    if (code == CTL_OK)
        code = journal_begin(d->journal, split_policy_name(d->policy),
                             split_policy_text(d->policy, NULL), split_clock_wall(), &d->rollout);
    return code;
}

int
diary_open(diary *d, const char *path, const split_policy *policy)
{
    *d = (diary){.policy = policy};
    int code = journal_open(path, JOURNAL_WRITE, &d->journal);
    if (code == CTL_OK)
        code = journal_check_owner(d->journal, path, split_policy_name(policy));
    if (code == CTL_OK)
        code = journal_lock(d->journal);
    if (code == CTL_OK)
        code = journal_find(d->journal, 0, &d->newest);
    if (code == CTL_NO_DATA)
        code = CTL_OK;
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
                                .decision_name = split_decision_name((int)s->decision),
                                .reason = split_rollout_reason(rollout, s),
                                .window = window,
                                .decision = decision,
                                .display = display};
    note(d, rc == SPLIT_OK ? journal_add_window(d->journal, d->rollout, &row) : CTL_BAD_INPUT);
}

void
diary_intend(diary *d, uint64_t revision, int64_t percent_e6)
{
    if (d->journal == NULL)
        return;
    d->intended = (journal_publication){.revision = (int64_t)revision,
                                        .at_us = split_clock_wall(),
                                        .percent_e6 = percent_e6,
                                        .effect_us = JOURNAL_INTENDED,
                                        .by = DIARY_RUN};
    note(d, journal_add_publication(d->journal, d->rollout, &d->intended));
}

void
diary_published(diary *d, const publication *p, split_us effect_us)
{
    if (d->journal == NULL || d->intended.seq == 0)
        return;
    if (p == NULL) {
        note(d, journal_drop_publication(d->journal, d->intended.seq));
    } else {
        d->intended.at_us = p->wall_us;
        d->intended.effect_us = effect_us;
        note(d, journal_settle_publication(d->journal, &d->intended));
    }
    d->intended.seq = 0;
}

void
diary_act(diary *d, split_action action, int64_t window, const char *who, const char *why)
{
    const journal_action a = {.at_us = split_clock_wall(),
                              .action = split_action_name((int)action),
                              .who = who,
                              .why = why,
                              .window = window};
    if (d->journal != NULL)
        note(d, journal_add_action(d->journal, d->rollout, &a));
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
