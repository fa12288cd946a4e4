/* SPDX-License-Identifier: MIT */
/* A comparison as one JSON object: a superset of what the text shows. */
#ifndef SPLITCTL_COMPARE_SHOW_JSON_H
#define SPLITCTL_COMPARE_SHOW_JSON_H

#include "compare/compare.h"

void compare_json(const comparison *c);
void compare_cost_json(const cost_report *c);

#endif
