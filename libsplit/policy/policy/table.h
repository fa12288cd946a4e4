/* SPDX-License-Identifier: MIT */
/* Field tables of the policy: one row a field. Adding a field is a row here (and a member), a valid
 * and an invalid file. */
#ifndef SPLIT_POLICY_POLICY_TABLE_H
#define SPLIT_POLICY_POLICY_TABLE_H

#include "policy/policy/data.h"

/* Defaults of the objects that a policy may leave out. */
void split__prepare_policy(loader *l, split_policy *policy);

#endif
