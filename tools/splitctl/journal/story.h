/* SPDX-License-Identifier: MIT */
/*
 * A rollout replayed from its journal. Judging is a pure function, so the windows and actions of
 * the journal give the decisions with all their evidence; nothing is parsed back from what was
 * printed.
 */
#ifndef SPLITCTL_STORY_H
#define SPLITCTL_STORY_H

#include "split/lines.h"
#include "split/policy.h"
#include "split/rollout.h"

#include "journal/journal.h"

typedef struct story {
    journal *journal; /* borrowed */
    int64_t rollout_id;
    split_rollout *rollout; /* borrowed; must be new */
    split_lines *lines;
    int64_t last_id; /* newest window that was reported */
    int64_t n_windows;
    split_us last_start;
} story;

/* A window with its decision, as it comes. Return CTL_OK to go on. */
typedef int story_each(const journal_window *row, const split_window *w,
                       const split_rollout_decision *s, void *ctx);

int story_begin(story *st, journal *j, int64_t rollout_id, const split_policy *policy,
                split_rollout *rollout);
void story_end(story *st);

/* Tell what came since the last call; `each` may be NULL. CTL_BAD_INPUT, reported, when the journal
 * was judged otherwise. */
int story_follow(story *st, story_each *each, void *ctx);

/* The action of a name, or -1. */
int story_action(const char *name);

#endif
