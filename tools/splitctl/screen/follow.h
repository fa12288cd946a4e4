/* SPDX-License-Identifier: MIT */
/* A rollout of the journal as a view that can be brought up to date while a run writes on. */
#ifndef SPLITCTL_FOLLOW_H
#define SPLITCTL_FOLLOW_H

#include "journal/journal.h"
#include "journal/story.h"
#include "screen/view.h"

typedef struct follow {
    journal *journal;
    const char *journal_path;
    split_policy *policy; /* as the journal has it */
    split_rollout *rollout;
    story story;
    view view;
    int64_t rollout_id;
    int64_t last_action;    /* seq */
    int64_t n_publications; /* that were seen */
    int64_t to_skip;
    story_each *each; /* called for every window, too; may be NULL */
    void *ctx;
} follow;

/* Open the newest rollout of a journal, or the one with an id. CTL_NO_DATA, reported, when there is
 * none. */
int follow_open(follow *f, const char *journal_path, int64_t rollout_id);

/* The same, and `each` is called for every window from the first on. */
int follow_open_each(follow *f, const char *journal_path, int64_t rollout_id, story_each *each,
                     void *ctx);
void follow_close(follow *f);

/* Take what was written since the last call. */
int follow_refresh(follow *f);

#endif
