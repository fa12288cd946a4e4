/* SPDX-License-Identifier: MIT */
/* What came of the sinks, for people. */
#ifndef SPLITCTL_BOARD_SHOW_H
#define SPLITCTL_BOARD_SHOW_H

#include "route/board.h"

/* Lines for the sinks on stdout or, of those that failed, on stderr. Nothing without sinks. */
void board_print(const split_policy *policy, bool failures_only);

#endif
