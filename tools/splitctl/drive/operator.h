/* SPDX-License-Identifier: MIT */
/* What an operator does by hand, with a record in the journal when there is one. */
#ifndef SPLITCTL_OPERATOR_H
#define SPLITCTL_OPERATOR_H

#include "split/rollout.h"

#include "cli/cli.h"
#include "journal/journal.h"

/* Who acts: --who, or $SUDO_USER, $USER, the user id. */
const char *operator_name(const cli_common *common);

/* --why as one line that steers no terminal, or `otherwise`. */
const char *operator_reason(const cli_common *common, const char *otherwise);

/* The open rollout of a journal. CTL_NO_DATA, reported, when there is none. */
int operator_rollout(journal *j, journal_rollout *out);

/* Record an action for the run to take. Reports on stderr. */
int operator_act(const cli_common *common, split_action action);

/* Ask on the terminal; true for "y" or "yes". Without a terminal the answer is no, and says that
 * --yes is missing. */
bool operator_agrees(const char *question);

#endif
