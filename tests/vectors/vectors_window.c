/* SPDX-License-Identifier: MIT */
#include "vectors_window.h"

#include <stdio.h>
#include <string.h>

int
vectors_arms_of(const split_policy *policy, vectors_arms *out)
{
    split_rollout_info info;
    const int err = split_policy_rollout(policy, &info);
    if (err != 0)
        return err;
    const char *legacy = split_policy_variant(policy, info.baseline);
    snprintf(out->variant, sizeof out->variant, "%s", split_policy_variant(policy, info.variant));
    snprintf(out->baseline, sizeof out->baseline, "%s", legacy != NULL ? legacy : "");
    return 0;
}

static bool
integer(const cJSON *item, int64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= -1e15 && item->valuedouble <= 9e15))
        return false;
    *out = (int64_t)item->valuedouble;
    return (double)*out >= item->valuedouble && (double)*out <= item->valuedouble;
}

static bool
integers(const cJSON *array, int64_t *out, int n)
{
    if (!cJSON_IsArray(array) || cJSON_GetArraySize(array) != n)
        return false;
    for (int i = 0; i < n; i++)
        if (!integer(cJSON_GetArrayItem(array, i), &out[i]))
            return false;
    return true;
}

static int
read_arm(const cJSON *from, const split_rollout *rollout, split_arm *arm)
{
    int err = 0;
    int64_t v[3];
    for (int c = 0; c < SPLIT_COUNTERS && err == 0; c++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, split_counter_name((split_counter)c));
        if (item != NULL)
            err = integer(item, v) ? split_arm_set(arm, (split_counter)c, v[0]) : SPLIT_ERR_WINDOW;
    }
    const cJSON *over = cJSON_GetObjectItemCaseSensitive(from, "latency_over");
    const cJSON *ratios = cJSON_GetObjectItemCaseSensitive(from, "ratios");
    for (uint32_t i = 0; i < split_rollout_metrics(rollout) && err == 0; i++) {
        const char *name = split_rollout_metric(rollout, i)->name;
        const cJSON *o = cJSON_GetObjectItemCaseSensitive(over, name);
        const cJSON *r = cJSON_GetObjectItemCaseSensitive(ratios, name);
        if (o != NULL)
            err = integers(o, v, 3) ? split_arm_set_over(arm, i, v[0], v[1], v[2]) : SPLIT_ERR_WINDOW;
        if (r != NULL && err == 0)
            err = integers(r, v, 2) ? split_arm_set_ratio(arm, i, v[0], v[1]) : SPLIT_ERR_WINDOW;
    }
    return err;
}

int
vectors_window(const cJSON *line, const vectors_arms *arms, const split_rollout *rollout, split_window *out)
{
    int64_t id = -1;
    const bool has_id = integer(cJSON_GetObjectItemCaseSensitive(line, "id"), &id);
    split_window_init(out, id, 0);
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(line, "arms");
    const cJSON *share = cJSON_GetObjectItemCaseSensitive(line, "share_ppm");
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(all, arms->variant);
    const cJSON *legacy = cJSON_GetObjectItemCaseSensitive(all, arms->baseline);
    if (!has_id || !cJSON_IsObject(all) || (share != NULL && !integer(share, &out->share_ppm)))
        return SPLIT_ERR_WINDOW;
    int err = own != NULL ? read_arm(own, rollout, &out->arm) : 0;
    if (err == 0 && legacy != NULL && arms->baseline[0] != '\0') {
        out->has_baseline = true;
        err = read_arm(legacy, rollout, &out->baseline);
    }
    return err;
}
