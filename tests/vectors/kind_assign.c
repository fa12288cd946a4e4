/* SPDX-License-Identifier: MIT */
/* Kind assign: weights to buckets and ranges, keys to buckets and variants (split1.json). */
#include "vectors.h"

#include <string.h>

#include "split/split.h"
#include "vectors_plan.h"

/* [key, bucket, variant index]: through split_assign, split_assign_explain and split_assign_many
 * alike. */
static bool
check_key(vectors_run *run, const char *id, const split_plan *plan, const cJSON *row)
{
    const cJSON *key = cJSON_GetArrayItem(row, 0);
    uint64_t bucket, variant;
    split_assignment got = {0, 0, 0};
    split_explanation why = {0};
    uint16_t many = 0;
    size_t n_bad = 0;
    if (!cJSON_IsString(key) ||
        !vectors_u64(cJSON_GetArrayItem(row, 1), SPLIT_BUCKETS - 1, &bucket) ||
        !vectors_u64(cJSON_GetArrayItem(row, 2), SPLIT_VARIANTS_MAX - 1, &variant)) {
        vectors_unreadable(run, id, "a key is not [text, bucket, variant]");
        return false;
    }
    size_t key_len = strlen(key->valuestring);
    const uint32_t offsets[2] = {0, (uint32_t)key_len};
    int err = split_assign(plan, key->valuestring, key_len, &got);
    if (err == 0)
        err = split_assign_explain(plan, key->valuestring, key_len, &why);
    if (err == 0)
        err = split_assign_many(plan, key->valuestring, key_len, offsets, 1, &many, &n_bad);
    if (err != 0 || got.bucket != bucket || got.variant != variant || many != variant ||
        why.bucket != bucket || why.variant != variant || n_bad != 0) {
        vectors_case(
            run, id,
            "key %.60s: expected bucket %u variant %u got %s bucket %u variant %u, explained "
            "%u %u, many %u",
            key->valuestring, (unsigned)bucket, (unsigned)variant, split_errname(err), got.bucket,
            got.variant, why.bucket, why.variant, (unsigned)many);
        return false;
    }
    return true;
}

/* A case whose "error" is given must be refused; its value may name the code. */
static bool
check_refusal(vectors_run *run, const char *id, int err, const cJSON *expected)
{
    const char *name = cJSON_IsString(expected) ? expected->valuestring : "an error";
    bool named = cJSON_IsString(expected) && strncmp(name, "SPLIT_ERR_", 10) == 0;
    if (err != 0 && (!named || strcmp(split_errname(err), name) == 0)) {
        vectors_case(run, id, NULL);
        return true;
    }
    vectors_case(run, id, "expected %s got %s", name, split_errname(err));
    return false;
}

static void
check_one(vectors_run *run, const char *id, const cJSON *item)
{
    const cJSON *salt = cJSON_GetObjectItemCaseSensitive(item, "salt"), *key;
    const cJSON *refused = cJSON_GetObjectItemCaseSensitive(item, "error");
    uint64_t weights[SPLIT_VARIANTS_MAX];
    size_t n = 0;
    split_plan *plan = NULL;
    if (!vectors_weights(cJSON_GetObjectItemCaseSensitive(item, "weights"), weights, &n) ||
        (salt != NULL && !cJSON_IsString(salt))) {
        vectors_unreadable(run, id, "needs weights, and salt as text");
        return;
    }
    int err = vectors_plan_new(salt != NULL ? salt->valuestring : NULL, weights, n, &plan);
    if (refused != NULL) {
        check_refusal(run, id, err, refused);
    } else if (err != 0) {
        vectors_case(run, id, "expected a plan got %s", split_errname(err));
    } else if (vectors_same_buckets(run, id, plan,
                                    cJSON_GetObjectItemCaseSensitive(item, "buckets")) &&
               vectors_same_ranges(run, id, plan,
                                   cJSON_GetObjectItemCaseSensitive(item, "ranges"))) {
        bool same = true;
        cJSON_ArrayForEach(key, cJSON_GetObjectItemCaseSensitive(item, "keys"))
        {
            same = same && check_key(run, id, plan, key);
        }
        if (same)
            vectors_case(run, id, NULL);
    }
    split_plan_free(&plan, NULL);
}

static void
check(vectors_run *run, const char *text, size_t text_len)
{
    vectors_each_case(run, text, text_len, check_one);
}

const vectors_kind vectors_assign = {"assign", check};
