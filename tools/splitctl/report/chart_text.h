/* SPDX-License-Identifier: MIT */
/* A chart in words and numbers: its legend, its description, and its table. */
#ifndef SPLITCTL_REPORT_CHART_TEXT_H
#define SPLITCTL_REPORT_CHART_TEXT_H

#include "report/chart.h"

void chart_legend(FILE *out, const chart *c);
void chart_describe(FILE *out, const report *r, const chart *c);
void chart_table(FILE *out, const report *r, const chart *c);

/* A number of the chart with its unit. */
const char *chart_number(const chart *c, double v, char buf[32]);

#endif
