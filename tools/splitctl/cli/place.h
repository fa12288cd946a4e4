/* SPDX-License-Identifier: MIT */
/* Where the documents of this command line are. */
#ifndef SPLITCTL_PLACE_H
#define SPLITCTL_PLACE_H

#include <stdbool.h>

/* Of the last cli_route_path(): was --route given, and the policy's folder ("" for this one). */
bool cli_route_is_given(void);
const char *cli_policy_folder(void);

#endif
