/* SPDX-License-Identifier: MIT */
/* Plans from JSON, and plans compared with JSON. */
#include "vectors_plan.h"

#include <math.h>

bool
vectors_weights(const cJSON *array, uint64_t *out, size_t *out_n)
{
    size_t n = cJSON_IsArray(array) ? (size_t)cJSON_GetArraySize(array) : 0;
    const cJSON *item;
    double scale = 1;
    if (n < 1 || n > SPLIT_VARIANTS_MAX)
        return false;
    cJSON_ArrayForEach(item, array)
    {
        if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > 8e12)
            return false;
        if (floor(item->valuedouble) < item->valuedouble)
            scale = 1e6;
    }
    *out_n = 0;
    cJSON_ArrayForEach(item, array)
    {
        out[(*out_n)++] = (uint64_t)llround(item->valuedouble * scale);
    }
    return true;
}

int
vectors_plan_new(const char *salt, const uint64_t *weights, size_t n_weights, split_plan **out)
{
    split_plan_options options;
    split_plan_options_init(&options);
    options.name = "vectors";
    options.salt = salt;
    options.weights = weights;
    options.n_variants = n_weights;
    return split_plan_new(&options, NULL, out);
}

bool
vectors_same_buckets(vectors_run *run, const char *id, const split_plan *plan,
                     const cJSON *expected)
{
    uint64_t want[SPLIT_VARIANTS_MAX];
    size_t n = split_plan_n_variants(plan);
    if (expected == NULL)
        return true;
    if (!vectors_u64_array(expected, SPLIT_BUCKETS, want, n)) {
        vectors_unreadable(run, id, "buckets are not one number for each variant");
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (split_plan_buckets(plan, i) == want[i])
            continue;
        vectors_case(run, id, "variant %zu: expected %u buckets got %u", i, (unsigned)want[i],
                     split_plan_buckets(plan, i));
        return false;
    }
    return true;
}

bool
vectors_same_ranges(vectors_run *run, const char *id, const split_plan *plan, const cJSON *expected)
{
    size_t n = split_plan_n_ranges(plan), i = 0;
    const cJSON *row;
    if (expected == NULL)
        return true;
    if ((size_t)cJSON_GetArraySize(expected) != n) {
        vectors_case(run, id, "expected %d ranges got %zu", cJSON_GetArraySize(expected), n);
        return false;
    }
    cJSON_ArrayForEach(row, expected)
    {
        uint64_t want[3];
        split_range got;
        if (!vectors_u64_array(row, SPLIT_BUCKETS, want, 3) ||
            split_plan_range(plan, i, &got) != 0) {
            vectors_unreadable(run, id, "a range is not [start, end, variant]");
            return false;
        }
        if (got.start != want[0] || got.end != want[1] || got.variant != want[2]) {
            vectors_case(run, id, "range %zu: expected [%u,%u,%u] got [%u,%u,%u]", i,
                         (unsigned)want[0], (unsigned)want[1], (unsigned)want[2], got.start,
                         got.end, got.variant);
            return false;
        }
        i++;
    }
    return true;
}
