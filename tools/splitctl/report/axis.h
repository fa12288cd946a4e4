/* SPDX-License-Identifier: MIT */
/* What stands around the lines of a chart: ticks with units, times, phases, bounds with names. */
#ifndef SPLITCTL_REPORT_AXIS_H
#define SPLITCTL_REPORT_AXIS_H

#include "report/chart.h"

/* Its parts. */
void chart_axes(FILE *out, const chart *c, const chart_scale *s);
void chart_lines(FILE *out, const chart *c, const chart_scale *s);
void chart_phases(FILE *out, const report *r, const chart_scale *s);

#endif
