/* SPDX-License-Identifier: MIT */
/*
 * One line chart as inline SVG. The plot stretches with the page and the letters do not: lines lie
 * in an inner drawing of 1000 units by PLOT_HEIGHT pixels, everything else is placed in percent of
 * the width. Below it stand a legend and the same numbers as a table.
 */
#ifndef SPLITCTL_REPORT_CHART_H
#define SPLITCTL_REPORT_CHART_H

#include <stdio.h>

#include "report/data.h"

#define PLOT_TOP 18
#define PLOT_HEIGHT 180
#define PLOT_AXIS 24 /* room for the times below */

/* Floats that lie `stride` bytes apart, one a window; NAN is a gap, INFINITY the upper edge. */
typedef struct chart_series {
    const char *name;
    const char *style; /* CSS class */
    const float *first;
    size_t stride;
} chart_series;

typedef struct chart_line {
    char name[64];
    const char *style;
    double at;
} chart_line;

#define CHART_SERIES 3
#define CHART_LINES 3

typedef struct chart {
    char id[16];
    char title[120];
    char note[160];   /* what the axis means */
    const char *unit; /* after each number, such as " ms" */
    chart_series series[CHART_SERIES];
    size_t n_series;
    chart_line lines[CHART_LINES];
    size_t n_lines;
    bool zones;      /* colour what lies beyond lines[1] and lines[2], */
    bool low_is_bad; /* which is below them */
    bool from_zero;  /* the axis begins at 0 */
    bool fixed;      /* the axis is low..high; values beyond are drawn at its edge */
    double low, high;
    bool band;     /* noise around what was asked, traffic only */
    bool steps;    /* the first series keeps its value until the next */
    bool restarts; /* each phase starts from zero: no line leads into it */
} chart;

typedef struct chart_scale {
    double low;
    double high;
    double t0;
    double t1;
} chart_scale;

/* The whole figure; nothing without windows. */
void chart_figure(FILE *out, const report *r, const chart *c);

#endif
