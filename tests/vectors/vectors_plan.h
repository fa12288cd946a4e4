/* SPDX-License-Identifier: MIT */
/* What the kinds assign and reweight share: plans from JSON, and plans compared with JSON. */
#ifndef TESTS_VECTORS_PLAN_H
#define TESTS_VECTORS_PLAN_H

#include "split/plan.h"
#include "vectors.h"

/* 1 to 64 weights. A decimal like 33.3 is scaled by 10^6, and then all are. */
bool vectors_weights(const cJSON *array, uint64_t *out, size_t *out_n);

/* A sticky plan with this salt; NULL: a salt of its own name. */
int vectors_plan_new(const char *salt, const uint64_t *weights, size_t n_weights, split_plan **out);

/* Compare with expected values; absent (NULL) is equal. On a difference the case has failed and
 * false is returned. */
bool vectors_same_buckets(vectors_run *run, const char *id, const split_plan *plan,
                          const cJSON *expected);
bool vectors_same_ranges(vectors_run *run, const char *id, const split_plan *plan,
                         const cJSON *expected);

#endif
