/* SPDX-License-Identifier: MIT */
/* Windows of the documents as the core's windows, for kind verdict. */
#ifndef TESTS_VECTORS_WINDOW_H
#define TESTS_VECTORS_WINDOW_H

#include <cjson/cJSON.h>

#include "split/policy.h"
#include "split/split.h"

/* Names of the two arms in a window. */
typedef struct vectors_arms {
    char variant[72];
    char baseline[72]; /* empty: none */
} vectors_arms;

int vectors_arms_of(const split_policy *policy, vectors_arms *out);

/* Returns 0 or SPLIT_ERR_WINDOW; the id is set in any case. */
int vectors_window(const cJSON *line, const vectors_arms *arms, const split_rollout *rollout, split_window *out);

#endif
