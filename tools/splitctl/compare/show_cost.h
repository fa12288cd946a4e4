/* SPDX-License-Identifier: MIT */
/* Costs for people: every line is named, and what no line holds is named, too. */
#ifndef SPLITCTL_COMPARE_SHOW_COST_H
#define SPLITCTL_COMPARE_SHOW_COST_H

#include "compare/compare.h"

/* The costs' part. */
void compare_cost_text(const cost_report *c, int width);

#endif
