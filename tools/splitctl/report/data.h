/* SPDX-License-Identifier: MIT */
/* Everything that a report shows, gathered from the journal once. */
#ifndef SPLITCTL_REPORT_DATA_H
#define SPLITCTL_REPORT_DATA_H

#include <stdio.h>

#include "../follow.h"

/* One metric in one window. Shares in percent; -1 without data. */
typedef struct report_value {
    float share;
    float baseline;
    float ln_warning;
    float ln_critical;
    float ln_compliance;
} report_value;

typedef struct report_row {
    int64_t id;
    split_us start_us;
    uint32_t phase;
    float asked;
    float realised; /* -1 without data */
    split_decision decision;
    char reason[72];
    report_value values[SPLIT_METRICS_MAX];
} report_row;

typedef struct report_phase {
    split_us began_us; /* 0: never reached */
    split_us ended_us;
    int64_t n_windows;
    split_arm arm;
    split_arm baseline;
    double highest[SPLIT_METRICS_MAX]; /* evidence for a breach, ln */
    split_rollout_decision last;
} report_phase;

typedef struct report {
    follow *follow;
    report_row *rows;
    size_t n_rows;
    size_t room;
    report_phase phases[SPLIT_PHASES_MAX];
    double breach_bound;
    double gate_bound;
} report;

/* Read the rollout. An exit code. */
int report_gather(report *r, follow *f, const char *journal_path, int64_t rollout_id);
void report_free(report *r);

/* The page. */
void report_html(FILE *out, const report *r);

/* One chart as inline SVG. */
typedef struct chart_series {
    const char *name;
    const char *style; /* CSS class */
    size_t offset;     /* of the float in report_row */
} chart_series;

typedef struct chart_line {
    const char *name;
    const char *style;
    double at;
} chart_line;

typedef struct chart {
    const char *id;
    const char *title;
    const char *unit;
    const chart_series *series;
    size_t n_series;
    const chart_line *lines;
    size_t n_lines;
    bool from_zero;
} chart;

void chart_svg(FILE *out, const report *r, const chart *c);

/* Text with &, <, > and quotes made harmless. */
void html_text(FILE *out, const char *text);

#endif
