/* SPDX-License-Identifier: MIT */
/* The parts of a route's text that a plan gives. */
#ifndef SPLIT_POLICY_ROUTE_WRITE_H
#define SPLIT_POLICY_ROUTE_WRITE_H

#include "policy/document/out.h"
#include "split/plan.h"

/* The arrays of `home` and `ranges`, without their names. */
void split__route_write_home(text_out *out, const split_plan *plan);
int split__route_write_ranges(text_out *out, const split_plan *plan);

#endif
