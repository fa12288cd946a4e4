/* SPDX-License-Identifier: MIT */
/* A trace's configuration as options: fields ending in _ms are milliseconds, the others go over as
 * they are. */
#include "failover_config.h"

#include <string.h>

#include "vectors.h"

/* clang-format off */
#define FIELD(name) {#name, offsetof(split_failover_options, name)}
#define TIME(name) {#name "_ms", offsetof(split_failover_options, name##_us)}

typedef struct field {
    const char *name;
    size_t offset;
} field;

static const field counts[] = {
    FIELD(consecutive), FIELD(hard_consecutive), FIELD(min_keys), FIELD(buckets),
    FIELD(min_samples), FIELD(fail_ppm), FIELD(rel_margin_ppm), FIELD(jitter_ppm),
    FIELD(probes_in_flight), FIELD(probe_successes), FIELD(lost_limit), FIELD(ramp_min_ok),
    FIELD(ramp_consecutive), FIELD(flap_limit), FIELD(max_attempts), FIELD(retry_deposit_milli),
    FIELD(retry_cap_milli), FIELD(retry_start_milli), FIELD(drill_permille),
};
static const field times[] = {
    TIME(run_min_span), TIME(window), TIME(slow), TIME(fair), TIME(base_open), TIME(max_open),
    TIME(probe_interval), TIME(probe_lease), TIME(half_open_max), TIME(overdue), TIME(ramp_hold),
    TIME(ramp_max_hold), TIME(decay), TIME(failback_delay), TIME(hold_probe), TIME(flap_window),
    TIME(emergency),
};
/* clang-format on */

static const char *
take_failback(split_failover_options *o, const cJSON *item)
{
    static const char *const names[] = {"auto", "delay", "manual"};
    for (size_t i = 0; cJSON_IsString(item) && i < 3; i++) {
        if (strcmp(item->valuestring, names[i]) == 0) {
            o->failback = (split_failover_failback)i;
            return NULL;
        }
    }
    return item->string;
}

static const char *
take_ramp(split_failover_options *o, const cJSON *item)
{
    uint64_t steps[SPLIT_FAILOVER_RAMP_MAX];
    const int n = cJSON_GetArraySize(item);
    if (n < 1 || n > SPLIT_FAILOVER_RAMP_MAX || !vectors_u64_array(item, 1000, steps, (size_t)n))
        return item->string;
    for (int i = 0; i < n; i++)
        o->ramp_permille[i] = (uint32_t)steps[i];
    o->n_ramp = (uint32_t)n;
    return NULL;
}

static const char *
take_number(split_failover_options *o, const cJSON *item)
{
    uint64_t value;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (strcmp(counts[i].name, item->string) == 0 && vectors_u64(item, UINT32_MAX, &value)) {
            const uint32_t count = (uint32_t)value;
            memcpy((char *)o + counts[i].offset, &count, sizeof count);
            return NULL;
        }
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (strcmp(times[i].name, item->string) == 0 && vectors_u64(item, 1ull << 43, &value)) {
            const split_us us = (split_us)value * 1000;
            memcpy((char *)o + times[i].offset, &us, sizeof us);
            return NULL;
        }
    }
    return item->string;
}

const char *
failover_config_take(split_failover_options *o, const cJSON *config)
{
    const cJSON *item;
    const char *bad = NULL;
    cJSON_ArrayForEach(item, config)
    {
        if (strcmp(item->string, "failback") == 0)
            bad = take_failback(o, item);
        else if (strcmp(item->string, "ramp_permille") == 0)
            bad = take_ramp(o, item);
        else if (strcmp(item->string, "seed") == 0)
            bad = vectors_u64(item, 1ull << 53, &o->seed) ? NULL : item->string;
        else
            bad = take_number(o, item);
        if (bad != NULL)
            return bad;
    }
    return NULL;
}
