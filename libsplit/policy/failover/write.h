/* SPDX-License-Identifier: MIT */
/* The "failover" object of a route: only what differs from the preset, and nothing when nothing
 * does. */
#ifndef SPLIT_POLICY_FAILOVER_WRITE_H
#define SPLIT_POLICY_FAILOVER_WRITE_H

#include "policy/document/out.h"
#include "policy/failover/table.h"

/* Write the "failover" object of a route, unless everything has its default. */
void split__failover_write(text_out *out, const doc_failover *failover);

#endif
