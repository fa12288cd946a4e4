/* SPDX-License-Identifier: MIT */
/* Default places of the documents, and durations on the command line. */
#ifndef SPLITCTL_CLI_PLACE_H
#define SPLITCTL_CLI_PLACE_H

#include "cli/cli.h"

/* "250ms", "1.5s", "4h" to microseconds. Returns false when the text is no duration. */
bool cli_duration(const char *text, int64_t *out_us);
const char *cli_policy_path(const cli_common *common);
const char *cli_route_path(const cli_common *common, char buf[CLI_PATH_MAX]);
const char *cli_journal_path(const cli_common *common, char buf[CLI_PATH_MAX]);

/* Of the last cli_route_path(): was --route given, and the policy's folder ("" for this one). */
bool cli_route_is_given(void);
const char *cli_policy_folder(void);

#endif
