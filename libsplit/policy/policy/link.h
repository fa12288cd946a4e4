/* SPDX-License-Identifier: MIT */
/* Second pass over a policy: names become indices, and the core is asked whether it takes the
 * options. */
#ifndef SPLIT_POLICY_POLICY_LINK_H
#define SPLIT_POLICY_POLICY_LINK_H

#include "policy/policy/data.h"

/* Second pass over a loaded policy: names become indices, core options are filled and offered to
 * the core. */
void split__policy_link(loader *l, split_policy *policy);

#endif
