/* SPDX-License-Identifier: MIT */
/* Files become records: progress, rejects over all files. */
#ifndef SPLITCTL_LOGS_SCAN_H
#define SPLITCTL_LOGS_SCAN_H

#include "split/log.h"

typedef struct log_scan {
    split_log *log;
    bool progress;      /* draw a bar on stderr */
    const char *format; /* of the last file; NULL: unknown */
    int64_t n_lines;
    int64_t n_records;
    int64_t n_rejected;
    char first_reject[160]; /* "FILE:LINE: start of it" */
    /* Takes every record. */
    void (*take)(const split_log_record *r, void *ctx);
    void *ctx;
} log_scan;

/* Read one file. CTL_OK, or CTL_BAD_INPUT after a report on stderr. */
int log_scan_file(log_scan *s, const char *path);

#endif
