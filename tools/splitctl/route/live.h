/* SPDX-License-Identifier: MIT */
/* HAProxy rules that look a map up, so that weights change without a reload. */
#ifndef SPLITCTL_LIVE_H
#define SPLITCTL_LIVE_H

#include "split/plan.h"

/* The rules, once for each configuration; `key` NULL for the default. False for a plan with
 * overrides, coverage, holdout or even mode, which a map cannot say. */
bool live_print_rules(const split_plan *plan, const char *const *variants, const char *map,
                      const char *key);

/* The map that HAProxy starts with; the sink keeps it from then on. */
bool live_print_map(const split_plan *plan, const char *const *variants, uint64_t revision);

#endif
