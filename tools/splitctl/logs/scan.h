/* SPDX-License-Identifier: MIT */
/* Files become records: detection of the format, rejects, progress. */
#ifndef SPLITCTL_LOGS_SCAN_H
#define SPLITCTL_LOGS_SCAN_H

#include "record.h"

typedef struct log_scan {
    const log_format *format; /* of the last file; given, or found */
    bool is_given;
    bool progress; /* draw a bar on stderr */
    int64_t n_lines;
    int64_t n_records;
    int64_t n_rejected;
    char first_reject[160]; /* "FILE:LINE: start of it" */
    /* Takes every record. */
    void (*take)(const log_record *r, void *ctx);
    void *ctx;
} log_scan;

/* The format with a name, or NULL. */
const log_format *log_format_named(const char *name);

/* Read one file. CTL_OK, or CTL_BAD_INPUT after a report on stderr. */
int log_scan_file(log_scan *s, const char *path);

#endif
