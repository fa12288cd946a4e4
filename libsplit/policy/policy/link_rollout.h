/* SPDX-License-Identifier: MIT */
/* The rollout of a policy: its arms as indices, its numbers as the core's options. */
#ifndef SPLIT_POLICY_POLICY_LINK_ROLLOUT_H
#define SPLIT_POLICY_POLICY_LINK_ROLLOUT_H

#include "policy/policy/data.h"

/* Fill the core's metrics, phases and rollout options. */
void split__policy_link_rollout(loader *l, split_policy *policy);

#endif
