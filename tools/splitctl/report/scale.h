/* SPDX-License-Identifier: MIT */
/* Where values of a chart lie. */
#ifndef SPLITCTL_REPORT_SCALE_H
#define SPLITCTL_REPORT_SCALE_H

#include "report/chart.h"

float chart_value(const chart_series *s, size_t row);
double chart_y(const chart_scale *s, double v); /* pixels from the top of the plot */
double chart_x(const chart_scale *s, double t); /* percent of the width */

#endif
