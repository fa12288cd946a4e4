/* SPDX-License-Identifier: MIT */
/* The right to drive a route, whatever the journal: one process has it. */
#ifndef SPLITCTL_CLAIM_H
#define SPLITCTL_CLAIM_H

#include <stdbool.h>

#include "cli/exit_code.h"

/* Claim until claim_release() or the end of the process. CTL_OK; CTL_NOT_PUBLISHED, reported, when
 * another process drives the route, or the lock beside it cannot be made. */
int claim_route(const char *route_path, int *out_fd);
void claim_release(int *fd);

/* Does a process drive the route now? */
bool claim_is_held(const char *route_path);

#endif
