/* SPDX-License-Identifier: MIT */
/* What is added to the journal; each call is one durable commit. Functions report on stderr and return an exit code. */
#ifndef SPLITCTL_JOURNAL_WRITE_H
#define SPLITCTL_JOURNAL_WRITE_H

#include "journal/journal.h"

/* Begin a rollout. */
int journal_begin(journal *j, const char *name, const char *policy, split_us now_us,
                  int64_t *out_id);

/* End it; a rollout ends once. */
int journal_end(journal *j, int64_t rollout, split_us now_us, const char *outcome);

int journal_add_window(journal *j, int64_t rollout, const journal_window *w);

/* Sets p->seq. */
int journal_add_publication(journal *j, int64_t rollout, journal_publication *p);

/* What came of an intended publication: when and with which effect it was done, or nothing. */
int journal_settle_publication(journal *j, const journal_publication *p);
int journal_drop_publication(journal *j, int64_t seq);

int journal_add_action(journal *j, int64_t rollout, const journal_action *a);

/* An action took effect before a window (-1: it was refused). */
int journal_take_action(journal *j, int64_t seq, int64_t window);

#endif
