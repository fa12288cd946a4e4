/* SPDX-License-Identifier: MIT */
/* The journal that belongs to a command's policy. */
#ifndef SPLITCTL_JOURNAL_OWN_H
#define SPLITCTL_JOURNAL_OWN_H

#include "cli/cli.h"
#include "journal/journal.h"

/*
 * Where the journal is that a command means: --journal, or the default place. CTL_NO_DATA,
 * reported, when there is none; CTL_BAD_INPUT, reported, when it was found in the default place and
 * belongs to another split than the policy there, or when it cannot be read.
 */
int journal_own(const cli_common *common, char buf[CLI_PATH_MAX], const char **out_path);

/* The same check on an open journal, for who may begin one. */
int journal_check_owner(journal *j, const char *path, const char *split);

#endif
