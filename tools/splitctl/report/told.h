/* SPDX-License-Identifier: MIT */
/* The story of the rollout in a few sentences, the numbers beside it, and the table of its
 * phases. */
#ifndef SPLITCTL_REPORT_TOLD_H
#define SPLITCTL_REPORT_TOLD_H

#include "report/page.h"

void page_story(FILE *out, const report *r);
void page_phases(FILE *out, const report *r);

#endif
