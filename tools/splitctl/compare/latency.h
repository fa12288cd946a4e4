/* SPDX-License-Identifier: MIT */
/* Latencies of both systems by cache result, from the windows of logs that have both: a window is
 * known to have both when it is closed, so the open ones are kept apart. */
#ifndef SPLITCTL_COMPARE_LATENCY_H
#define SPLITCTL_COMPARE_LATENCY_H

#include "logs/tally.h"
#include "logs/windows.h"

typedef enum latency_part {
    LATENCY_HITS,
    LATENCY_MISSES,
    LATENCY_BY_CACHE, /* parts that have a cache result */
    LATENCY_ALL = LATENCY_BY_CACHE,
    LATENCY_PARTS
} latency_part;

typedef struct latency_sheet {
    split_us start_us; /* of the window; -1: free */
    split_us first_us; /* of the requests, wall clock */
    split_us last_us;
    tally_times times[2][LATENCY_PARTS]; /* new, baseline */
} latency_sheet;

typedef struct latency_book {
    latency_sheet total; /* of the windows that were taken */
    latency_sheet open[WINDOWS_OPEN];
} latency_book;

/* NULL without memory; free() it. */
latency_book *latency_book_new(void);

/* A request of a window that is open. */
void latency_add(latency_book *b, split_us window_us, int arm, const split_log_record *r);

/* The window is closed: its requests are taken or dropped. */
void latency_close(latency_book *b, split_us start_us, bool take);

#endif
