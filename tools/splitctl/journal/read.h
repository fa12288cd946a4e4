/* SPDX-License-Identifier: MIT */
/* What is read from the journal. Functions report on stderr and return an exit code. */
#ifndef SPLITCTL_JOURNAL_READ_H
#define SPLITCTL_JOURNAL_READ_H

#include "journal/journal.h"

/* The newest rollout, or the one with an id when `id` is not 0. CTL_NO_DATA when there is none (not
 * reported). */
int journal_find(journal *j, int64_t id, journal_rollout *out);

/* Oldest waiting action. CTL_NO_DATA when there is none. */
int journal_next_action(journal *j, int64_t rollout, journal_action *out);

/* The newest publication of a rollout, recorded or intended. CTL_NO_DATA when there is none. */
int journal_last_publication(journal *j, int64_t rollout, journal_publication *out);

/* Walk in order. The callback returns CTL_OK to go on; any other value ends the walk and is
 * returned. */
int journal_each_rollout(journal *j, int (*each)(const journal_rollout *, void *), void *ctx);
int journal_each_window(journal *j, int64_t rollout, int64_t after_id,
                        int (*each)(const journal_window *, void *), void *ctx);
int journal_each_action(journal *j, int64_t rollout, int (*each)(const journal_action *, void *),
                        void *ctx);
int journal_each_publication(journal *j, int64_t rollout,
                             int (*each)(const journal_publication *, void *), void *ctx);

/* Id of the newest window of a rollout; 0 when there is none, -1 when the journal cannot be
 * read. */
int64_t journal_last_window(journal *j, int64_t rollout);

#endif
