/* SPDX-License-Identifier: MIT */
/* Which charts there are: traffic, and for every metric its values with bounds and its evidence. */
#ifndef SPLITCTL_REPORT_CHARTS_H
#define SPLITCTL_REPORT_CHARTS_H

#include "report/page.h"

void page_charts(FILE *out, const report *r);

#endif
