/* SPDX-License-Identifier: MIT */
/* Everything that a report shows, gathered from the journal once. Unknown numbers are NAN. */
#ifndef SPLITCTL_REPORT_DATA_H
#define SPLITCTL_REPORT_DATA_H

#include "screen/follow.h"

/* Decisions that are shown: the first ones and the newest; what lies between is only counted. */
#define REPORT_CHANGES_FIRST 60
#define REPORT_CHANGES_LAST 60
#define REPORT_CHANGES (REPORT_CHANGES_FIRST + REPORT_CHANGES_LAST)

/* One metric of one arm in one window: in percent as people say it (a hit rate is a share of good
 * events), and the percentile in milliseconds (INFINITY: above the scale of the source). */
typedef struct report_measure {
    float percent;
    float ms;
} report_measure;

/* One metric in one window. Evidence as a share of what a proof needs, in percent. */
typedef struct report_value {
    report_measure arm;
    report_measure baseline;
    float compliance;
    float warning;
    float critical;
} report_value;

typedef struct report_row {
    split_us start_us;
    uint32_t phase;
    float asked;
    float realised;
    float noise; /* half width of the band around it */
} report_row;

/* A window whose decision, phase or reason is not that of the one before. */
#define REPORT_ALARMS_BYTES 256
#define REPORT_MORE "..."

typedef struct report_change {
    int64_t id;
    split_us start_us;
    int64_t percent_e6;
    split_decision decision;
    char reason[72];
    char detail[224];
    char alarms[REPORT_ALARMS_BYTES]; /* "a, b": those that rang in the windows of this decision */
} report_change;

typedef struct report_phase {
    split_us began_us; /* 0: never reached */
    split_us ended_us;
    int64_t n_windows;
    split_arm arm;
    split_arm baseline;
    split_rollout_decision last;
    char reason[72]; /* of the last decision, */
    char detail[224];
} report_phase;

typedef struct report {
    follow *follow;
    report_row *rows;
    report_value *values; /* n_metrics a row */
    size_t n_rows;
    size_t room;
    uint32_t n_metrics;
    bool has_ms[SPLIT_METRICS_MAX]; /* some window knows the percentile */
    report_change changes[REPORT_CHANGES];
    size_t n_changes; /* may be more than are kept */
    report_phase phases[SPLIT_PHASES_MAX];
    split_arm arm; /* of all phases */
    split_arm baseline;
    split_us published_us; /* the newest publication; 0: none */
    int64_t published_e6;
    split_us effect_us; /* until every router had it; -1: not confirmed */
} report;

/* Read the rollout. An exit code. */
int report_gather(report *r, follow *f, const char *journal_path, int64_t rollout_id);
void report_free(report *r);

/* The i-th change that is kept, in order; NULL when it was left out. */
const report_change *report_change_at(const report *r, size_t i);

/* The phase that was reached last; NULL before the first window. */
const report_phase *report_last_phase(const report *r);

/* Whether it is held against another variant. */
bool report_has_baseline(const report *r);

/* Name of the variant that is rolled out, or of the one it is held against ("nothing"). */
const char *report_variant(const report *r, bool baseline);

#endif
