/* SPDX-License-Identifier: MIT */
/* Playing recorded windows through the engine again, from JSON Lines or from the journal. */
#ifndef SPLITCTL_REPLAY_H
#define SPLITCTL_REPLAY_H

#include "split/lines.h"

/* One window that the engine took. */
typedef struct replay_step {
    const split_policy *policy;
    const split_rollout *rollout;
    const split_window *window;
    const split_rollout_decision *decision;
    const char *recorded; /* the journal's decision line; NULL when there is none */
} replay_step;

/* Called for each window. CTL_OK goes on; any other value ends the replay and is returned. */
typedef int replay_each(const replay_step *step, void *ctx);

/* Windows of a file, "-" for standard input. Refused windows are reported on stderr and passed
 * over. */
int replay_lines(const char *path, replay_each *each, void *ctx);

/* A rollout of a journal: the newest when `rollout` is 0. CTL_NO_DATA when there is none. */
int replay_journal(const char *path, int64_t rollout, replay_each *each, void *ctx);

/* Whichever the file is. */
int replay_file(const char *path, int64_t rollout, replay_each *each, void *ctx);

#endif
