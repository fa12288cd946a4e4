/* SPDX-License-Identifier: MIT */
/* The kinds of sources, as help, completion and checks of policies show them. */
#ifndef SPLITCTL_KINDS_H
#define SPLITCTL_KINDS_H

#include <stddef.h>

#include "split/policy.h"

/* One line per kind, for the end of a help text. */
void kinds_print_help(void);

/* "proxy: haproxy: ...", for a completion script. */
void kinds_print_words(void);

/* The next slip in the names of a policy's sources, from *at on; false without one. A name that is
 * near no kind is another program's, and fine. *at is any metric and source, 0 to begin with. */
bool kinds_slip(const split_policy *policy, size_t at[2], split_error *out);

#endif
