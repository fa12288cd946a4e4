/* SPDX-License-Identifier: MIT */
/* What is shown of a window but not judged, and its JSON in the journal. */
#ifndef SPLITCTL_JOURNAL_DISPLAY_H
#define SPLITCTL_JOURNAL_DISPLAY_H

#include "split/source.h"

/* What is shown of one window beyond what is judged. Percentiles in microseconds; -1 unknown. */
typedef struct window_display {
    split_us p50[SPLIT_READING_ARM_COUNT];
    split_us p95[SPLIT_READING_ARM_COUNT];
    split_us p99[SPLIT_READING_ARM_COUNT];
    split_reading_origin origins[SPLIT_READING_ORIGINS_MAX];
    uint32_t n_origins;
    int64_t revision; /* -1 unknown */
    int64_t n_alarms; /* that ring; -1 unknown */
    int64_t n_alarms_unknown;
    split_reading_alarm alarms[SPLIT_READING_ALARMS_MAX]; /* those that ring come first */
    uint32_t n_alarm_names;
} window_display;

/* Room for the JSON of any window_display. */
#define DISPLAY_BYTES 8192

/* The display part of a reading, and its JSON in the journal. */
void display_of(const split_reading *r, window_display *out);
void display_write(const window_display *d, char buf[DISPLAY_BYTES]);
void display_read(const char *json, window_display *out);

#endif
