/* SPDX-License-Identifier: MIT */
/* Kind reweight: histories of weights, each step with its ranges and the buckets that moved
 * (reweight.json). */
#include "vectors.h"

#include "split/split.h"
#include "vectors_plan.h"

/* One step: `plan` becomes the new plan. */
static bool
check_step(vectors_run *run, const char *id, split_plan **plan, const cJSON *step)
{
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(step, "moved");
    uint64_t weights[SPLIT_VARIANTS_MAX], moved;
    size_t n = 0;
    uint32_t got = 0;
    split_plan *next = NULL;
    if (!vectors_weights(cJSON_GetObjectItemCaseSensitive(step, "weights"), weights, &n) ||
        (expected != NULL && !vectors_u64(expected, SPLIT_BUCKETS, &moved))) {
        vectors_unreadable(run, id, "a step needs weights and moved");
        return false;
    }
    int err = split_plan_reweight_new(*plan, weights, n, NULL, &next, &got);
    if (err != 0) {
        vectors_case(run, id, "expected a plan got %s", split_errname(err));
        return false;
    }
    split_plan_free(plan, NULL);
    *plan = next;
    if (expected != NULL && got != moved) {
        vectors_case(run, id, "expected moved %u got %u", (unsigned)moved, got);
        return false;
    }
    return vectors_same_buckets(run, id, next, cJSON_GetObjectItemCaseSensitive(step, "buckets")) &&
           vectors_same_ranges(run, id, next, cJSON_GetObjectItemCaseSensitive(step, "ranges"));
}

static void
check_one(vectors_run *run, const char *id, const cJSON *item)
{
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(item, "steps"), *step;
    uint64_t weights[SPLIT_VARIANTS_MAX];
    size_t n = 0;
    split_plan *plan = NULL;
    bool same = true;
    if (!vectors_weights(cJSON_GetObjectItemCaseSensitive(item, "home_weights"), weights, &n) ||
        !cJSON_IsArray(steps)) {
        vectors_unreadable(run, id, "needs home_weights and steps");
        return;
    }
    int err = vectors_plan_new(NULL, weights, n, &plan);
    if (err != 0) {
        vectors_case(run, id, "expected a plan got %s", split_errname(err));
        return;
    }
    cJSON_ArrayForEach(step, steps)
    {
        same = same && check_step(run, id, &plan, step);
    }
    if (same)
        vectors_case(run, id, NULL);
    split_plan_free(&plan, NULL);
}

static void
check(vectors_run *run, const char *text, size_t text_len)
{
    vectors_each_case(run, text, text_len, check_one);
}

const vectors_kind vectors_reweight = {"reweight", check};
