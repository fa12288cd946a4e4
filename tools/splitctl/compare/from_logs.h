/* SPDX-License-Identifier: MIT */
/* A comparison gathered from access logs. */
#ifndef SPLITCTL_COMPARE_FROM_LOGS_H
#define SPLITCTL_COMPARE_FROM_LOGS_H

#include "logs/setup.h"
#include "compare/compare.h"

/*
 * Read logs into the samples of a comparison: all requests, and those that a cache answered and did
 * not answer apart. CTL_OK when something was read; otherwise reported.
 */
int compare_logs(comparison *c, const split_policy *policy, log_setup *setup,
                 const cli_texts *files);

#endif
