/* SPDX-License-Identifier: MIT */
/* What is valid and yet seldom meant. */
#ifndef SPLITCTL_HINT_H
#define SPLITCTL_HINT_H

#include "split/policy.h"

/* Print a line for each hint on a policy: "FILE: hint: PATH: sentence". */
void hint_print(const char *path, const split_policy *policy);

#endif
