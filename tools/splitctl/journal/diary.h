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

typedef struct diary {
    journal *journal; /* NULL: none is kept */
    int64_t rollout;
    const split_policy *policy;
    bool broken;         /* a write failed; reported once */
    int64_t n_replayed;  /* windows that were judged again when the diary was opened */
    int64_t last_id;     /* of them */
    split_us last_start; /* wall clock */
} diary;

/*
 * Open the journal, claim the right to drive, and either begin a rollout or bring `rollout` to
 * where an open one was. `fresh` ends an open one as ABANDONED first. A changed policy is refused
 * without `fresh`. An exit code.
 */
int diary_open(diary *d, const char *path, const split_policy *policy, bool fresh,
               split_rollout *rollout);
void diary_close(diary *d);

/* Write a judged window down; `display` is JSON of what is shown only, or "". Failing writes are
 * reported once: the rollout goes on. */
void diary_window(diary *d, const split_rollout *rollout, const split_window *w,
                  const split_rollout_decision *s, const char *display);
void diary_publication(diary *d, const publication *p, int64_t percent_e6, split_us effect_us);

/* Take the actions that wait, before the window with an id. Sets *out_abort when one of them ends
 * the rollout. */
void diary_actions(diary *d, split_rollout *rollout, int64_t window, bool *out_abort);

/* COMPLETE or ROLLBACK. */
void diary_end(diary *d, const char *outcome);

#endif
