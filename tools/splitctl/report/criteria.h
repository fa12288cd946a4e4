/* SPDX-License-Identifier: MIT */
/* The closing summary: every metric against its target, phase by phase. */
#ifndef SPLITCTL_REPORT_CRITERIA_H
#define SPLITCTL_REPORT_CRITERIA_H

#include "report/page.h"

void page_criteria(FILE *out, const report *r);

/* What is proven of a metric, for people. */
html_state page_verdict_state(split_verdict v);
const char *page_verdict_word(split_verdict v);

#endif
