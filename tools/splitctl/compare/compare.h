/* SPDX-License-Identifier: MIT */
/* A comparison of both systems: gathered by command/compare.c, judged, and shown as text or as JSON. */
#ifndef SPLITCTL_COMPARE_COMPARE_H
#define SPLITCTL_COMPARE_COMPARE_H

#include "split/policy.h"
#include "split/threshold.h"

#include "compare/cost.h"
#include "compare/latency.h"
#include "compare/sample.h"

#define COMPARE_TEXT_BYTES 1024
#define COMPARE_ALL_E6 INT64_C(100000000) /* all the traffic */

typedef struct compared_metric {
    const split_metric *metric;
    difference d;
    difference by_cache[LATENCY_BY_CACHE]; /* of latencies; known from logs only */
    split_level level[2];                  /* over the whole time */
} compared_metric;

typedef enum compare_finding {
    COMPARE_NO_METRIC, /* none has data of both */
    COMPARE_EQUAL,
    COMPARE_BETTER,
    COMPARE_WARNING, /* a level of the new system, or a critical one of both */
    COMPARE_WORSE,
    COMPARE_CRITICAL
} compare_finding;

typedef struct comparison {
    const char *names[2]; /* new, baseline */
    const char *source;   /* what was read, for people: "the journal" */
    int64_t now_e6;       /* share of the new system in force, 10^-6 percent; -1 not known */
    split_rollout_options options;
    sample sample;
    sample by_cache[LATENCY_BY_CACHE]; /* from logs: requests by cache result */
    latency_book *latency;             /* from logs; NULL else */
    compared_metric metrics[SPLIT_METRICS_MAX];
    difference cache;
    cost_report cost;
    compare_finding finding;
    char assessment[COMPARE_TEXT_BYTES];
    char next[COMPARE_TEXT_BYTES];
} comparison;

#endif
