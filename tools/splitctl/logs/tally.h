/* SPDX-License-Identifier: MIT */
/* What the records add up to, for each arm: exact counts, and percentiles exact to the
 * millisecond. */
#ifndef SPLITCTL_LOGS_TALLY_H
#define SPLITCTL_LOGS_TALLY_H

#include "split/log.h"

#define TALLY_ARMS_MAX 32
/* Latencies from here on share one cell, whose largest value is kept. */
#define TALLY_MS_MAX 30000

/* Latencies at the resolution of logs. */
typedef struct tally_times {
    int64_t n;
    split_us largest_us;
    uint32_t cell[TALLY_MS_MAX + 1];
} tally_times;

typedef struct tally_arm {
    char name[72];
    int64_t n;    /* requests with a status */
    int64_t left; /* the visitor left first: no status */
    int64_t n_4xx;
    int64_t n_5xx;
    int64_t lookups; /* GET, HEAD, OPTIONS without an error whose line names a cache result */
    int64_t hits;    /* with refresh hits */
    int64_t refreshed;
    tally_times *all;
    tally_times *hit_times; /* of lookups that the cache answered */
    tally_times *misses;    /* of lookups that missed */
} tally_arm;

typedef struct tally {
    tally_arm arms[TALLY_ARMS_MAX];
    size_t n_arms;
    split_us first_us; /* INT64_MAX before the first record */
    split_us last_us;
    bool no_memory;
    bool too_many_arms; /* further names were counted as "(other)" */
} tally;

void tally_init(tally *t);
void tally_free(tally *t);
/* Set all counts to zero; names stay. */
void tally_clear(tally *t);
void tally_add(tally *t, split_log_text arm, const split_log_record *r);

/* Latencies one by one, of another, and none. */
void tally_times_add(tally_times *times, split_us us);
void tally_times_merge(tally_times *times, const tally_times *other);
void tally_times_clear(tally_times *times);

/* Nearest rank, in milliseconds rounded down as logs write them; -1 without latencies. */
int64_t tally_percentile_ms(const tally_times *times, int percent);

#endif
