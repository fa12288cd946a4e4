/* SPDX-License-Identifier: MIT */
/* What a comparison means, in sentences. */
#ifndef SPLITCTL_COMPARE_JUDGE_H
#define SPLITCTL_COMPARE_JUDGE_H

#include "compare/compare.h"

/* Fill metrics, cache, finding and sentences; costs must have been counted. An exit code. */
int compare_judge(comparison *c);

/* What a difference of a metric means: "'new' is worse: ..." */
const char *compare_sentence(const comparison *c, const split_metric *metric, const difference *d,
                             char *buf, size_t buf_size);

/* Latencies of an arm by latency_part; NULL when there are none. */
const tally_times *compare_latency(const comparison *c, int arm);

/* The budget as a sentence; "" without one. */
void compare_budget(const cost_report *c, char *buf, size_t buf_size);

/* Words of the omitted covers, "data transfer, logs"; "" for none. */
void compare_omitted(const cost_side *s, char *buf, size_t buf_size);

#endif
