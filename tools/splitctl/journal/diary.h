/* SPDX-License-Identifier: MIT */
/*
 * The driver's side of the journal: it writes down what happens and takes operators' actions. A
 * rollout that was cut off goes on where it was, because judging is a pure function: the windows
 * and actions of the journal are judged again.
 */
#ifndef SPLITCTL_DIARY_H
#define SPLITCTL_DIARY_H

#include "split/lines.h"
#include "split/policy.h"
#include "split/rollout.h"

#include "journal/journal.h"
#include "route/publish.h"

#define DIARY_RUN "run" /* who a run's own publications are by */

typedef struct diary {
    journal *journal; /* NULL: none is kept */
    int64_t rollout;
    journal_rollout newest; /* of the journal when it was opened; id 0: none */
    journal_publication intended;
    const split_policy *policy;
    bool broken;         /* a write failed; reported once */
    int64_t n_replayed;  /* windows that were judged again when the journal was opened */
    int64_t last_id;     /* of them */
    split_us last_start; /* wall clock */
} diary;

/*
 * Open the journal of the policy's split and claim the right to drive; `newest` tells what it holds.
 * An exit code.
 */
int diary_open(diary *d, const char *path, const split_policy *policy);
void diary_close(diary *d);

/* Begin a rollout; one that goes on is ended as ABANDONED first. */
int diary_begin(diary *d);

/* Bring `rollout` to where the open one of the journal was. A changed policy is refused. */
int diary_go_on(diary *d, split_rollout *rollout);

/* Write a judged window down; `display` is JSON of what is shown only, or "". Failing writes are
 * reported once: the rollout goes on. */
void diary_window(diary *d, const split_rollout *rollout, const split_window *w,
                  const split_rollout_decision *s, const char *display);

/* A publication is written down before it is done, so that a run that is killed in between knows its
 * own route again; then what came of it: `p` is NULL when it was refused. */
void diary_intend(diary *d, uint64_t revision, int64_t percent_e6);
void diary_published(diary *d, const publication *p, split_us effect_us);

/* An action of the one who started this run; it takes effect before a window. */
void diary_act(diary *d, split_action action, int64_t window, const char *who, const char *why);

/* Take the actions that wait, before the window with an id. Sets *out_abort when one of them ends
 * the rollout. */
void diary_actions(diary *d, split_rollout *rollout, int64_t window, bool *out_abort);

/* COMPLETE or ROLLBACK. */
void diary_end(diary *d, const char *outcome);

#endif
