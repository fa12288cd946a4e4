/* SPDX-License-Identifier: MIT */
/* The right to drive the rollout of a journal: one process has it. */
#ifndef SPLITCTL_JOURNAL_LOCK_H
#define SPLITCTL_JOURNAL_LOCK_H

#include "journal/journal.h"

/* Claim the right to drive until journal_close(). CTL_NOT_PUBLISHED when another process has it. */
int journal_lock(journal *j);

/* Is a `splitctl run` driving the journal's rollout now? */
bool journal_is_driven(const char *path);

#endif
