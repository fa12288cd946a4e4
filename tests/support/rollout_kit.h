/* SPDX-License-Identifier: MIT */
/* What tests of the verdicts share: the usual four metrics, phases of four hours, windows in one
 * line. */
#ifndef TESTS_ROLLOUT_KIT_H
#define TESTS_ROLLOUT_KIT_H

#include "split/split.h"

#define KIT_HOUR_US INT64_C(3600000000)

enum { KIT_ERROR, KIT_P95, KIT_CACHE, KIT_EDGE, KIT_METRICS };

typedef struct rollout_kit {
    split_metric metrics[KIT_METRICS];
    split_phase phases[3];
    split_rollout_options options;
    split_rollout *ro;
    int64_t id; /* of the last window */
    split_window w;
    split_rollout_decision d;
} rollout_kit;

/* The usual policy: error, p95, cache_hit, edge_5xx; 10 % 4 h, 50 % 4 h, 100 % 48 h. Change options
 * before kit_start. */
void kit_init(rollout_kit *kit);

/* Make the rollout; aborts the test program on an error. */
void kit_start(rollout_kit *kit);
void kit_stop(rollout_kit *kit);

/* A window in which every metric is healthy at n requests; to be changed before kit_step. */
void kit_healthy(rollout_kit *kit, int64_t n);

/* Set the error counter of the new arm, with n outcomes. */
void kit_errors(rollout_kit *kit, int64_t n, int64_t bad);

/* A legacy arm with n outcomes and bad errors, healthy otherwise. */
void kit_legacy(rollout_kit *kit, int64_t n, int64_t bad);

/* Give the window to the engine; returns its error. */
int kit_step(rollout_kit *kit);

/* `times` healthy windows of n requests; the last decision stays in kit->d. */
void kit_run(rollout_kit *kit, int times, int64_t n);

#endif
