/* SPDX-License-Identifier: MIT */
/* Moving the fewest buckets from one set of counts to another (design/assignment.md section 4). */
#ifndef SPLIT_CORE_REWEIGHT_H
#define SPLIT_CORE_REWEIGHT_H

#include "core/plan/data.h"

/*
 * Give `to`, which is a copy of `from` with another number of variants, ranges with these counts.
 * Returns 0 or SPLIT_ERR_RANGES.
 */
int split__reweight_ranges(const split_plan *from, split_plan *to, const uint32_t *counts);

#endif
