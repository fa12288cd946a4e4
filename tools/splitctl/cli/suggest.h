/* SPDX-License-Identifier: MIT */
/* The nearest known name to a mistyped one. */
#ifndef SPLITCTL_CLI_SUGGEST_H
#define SPLITCTL_CLI_SUGGEST_H

#include "cli/cli.h"

/* The entry of names[0..n_names) nearest to `word`, or NULL when none is near enough to be
 * meant. */
const char *cli_nearest(const char *word, const char *const *names, size_t n_names);

#endif
