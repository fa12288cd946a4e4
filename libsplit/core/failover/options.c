/* SPDX-License-Identifier: MIT */
/* Defaults and presets of the parameters (design/failover.md F3, F34). */
#include "split/failover.h"

#include <string.h>

#include "common/sized.h"

#define MS INT64_C(1000)
#define SEC (1000 * MS)

static void
defaults_times(split_failover_options *o)
{
    o->run_min_span_us = 100 * MS;
    o->window_us = 10 * SEC;
    o->slow_us = 0;
    o->fair_us = 0;
    o->base_open_us = 5 * SEC;
    o->max_open_us = 300 * SEC;
    o->probe_interval_us = 500 * MS;
    o->probe_lease_us = 10 * SEC;
    o->half_open_max_us = 60 * SEC;
    o->overdue_us = 30 * SEC;
    o->ramp_hold_us = 5 * SEC;
    o->ramp_max_hold_us = 60 * SEC;
    o->decay_us = 60 * SEC;
    o->failback_delay_us = 0;
    o->hold_probe_us = 30 * SEC;
    o->flap_window_us = 600 * SEC;
    o->emergency_us = 1 * SEC;
}

static void
defaults_counts(split_failover_options *o)
{
    o->consecutive = 5;
    o->hard_consecutive = 3;
    o->min_keys = 2;
    o->buckets = 10;
    o->min_samples = 20;
    o->fail_ppm = 500000;
    o->rel_margin_ppm = 100000;
    o->jitter_ppm = 200000;
    o->probes_in_flight = 1;
    o->probe_successes = 3;
    o->lost_limit = 3;
    o->ramp_min_ok = 5;
    o->ramp_consecutive = 2;
    o->flap_limit = 5;
    o->max_attempts = 2;
    o->retry_deposit_milli = 200;
    o->retry_cap_milli = 10000;
    o->retry_start_milli = 10000;
    o->drill_permille = 0;
    o->in_flight_cap = 0;
    o->in_flight_min = 1;
}

static void
set_statuses(split_failover_options *o, const uint32_t *statuses, uint32_t n)
{
    memset(o->statuses, 0, sizeof o->statuses);
    memcpy(o->statuses, statuses, n * sizeof *statuses);
    o->n_statuses = n;
}

static void
preset_default(split_failover_options *o)
{
    static const uint32_t ramp[4] = {50, 250, 500, 1000};
    static const uint32_t statuses[4] = {500, 502, 503, 504};
    defaults_times(o);
    defaults_counts(o);
    o->failback = SPLIT_FAILOVER_FAILBACK_AUTO;
    o->sticky = SPLIT_FAILOVER_STICKY_RETURN;
    o->unsafe_failover = SPLIT_FAILOVER_UNSAFE_ROUTE;
    o->in_flight = SPLIT_FAILOVER_IN_FLIGHT_OFF;
    memset(o->ramp_permille, 0, sizeof o->ramp_permille);
    memcpy(o->ramp_permille, ramp, sizeof ramp);
    o->n_ramp = 4;
    set_statuses(o, statuses, 4);
}

/* No ramp: the first step is everybody, and it ends at once. */
static void
no_ramp(split_failover_options *o)
{
    memset(o->ramp_permille, 0, sizeof o->ramp_permille);
    o->ramp_permille[0] = 1000;
    o->n_ramp = 1;
    o->ramp_hold_us = 0;
    o->ramp_min_ok = 0;
}

static void
free_retries(split_failover_options *o)
{
    o->retry_deposit_milli = 1000;
}

/* An origin group remembers nothing: every request starts at the primary. */
static void
preset_cloudfront(split_failover_options *o)
{
    preset_default(o);
    o->consecutive = o->hard_consecutive = o->fail_ppm = o->ramp_consecutive = 0;
    o->flap_limit = 0;
    free_retries(o);
}

/* Envoy's outlier detection of consecutive 5xx; its statistical rules need five hosts, and retries
 * are off. */
static void
preset_envoy5xx(split_failover_options *o)
{
    static const uint32_t statuses[12] = {500, 501, 502, 503, 504, 505,
                                          506, 507, 508, 509, 510, 511};
    preset_default(o);
    o->hard_consecutive = o->fail_ppm = 0;
    o->run_min_span_us = 0;
    o->min_keys = 1;
    o->base_open_us = 30 * SEC;
    o->jitter_ppm = 0;
    o->probe_successes = 1;
    o->probe_interval_us = 0;
    o->decay_us = 10 * SEC;
    o->flap_limit = 0;
    o->max_attempts = 1;
    no_ramp(o);
    set_statuses(o, statuses, 12);
}

/* max_fails=1 fail_timeout=10s, proxy_next_upstream error timeout: statuses are no failures. */
static void
preset_nginx(split_failover_options *o)
{
    preset_default(o);
    o->consecutive = o->hard_consecutive = 1;
    o->fail_ppm = 0;
    o->run_min_span_us = 0;
    o->min_keys = 1;
    o->base_open_us = o->max_open_us = 10 * SEC;
    o->jitter_ppm = 0;
    o->probe_successes = 1;
    o->probe_interval_us = 10 * SEC;
    o->flap_limit = 0;
    o->max_attempts = SPLIT_FAILOVER_CHAIN_MAX;
    no_ramp(o);
    free_retries(o);
    set_statuses(o, o->statuses, 0);
}

/* Ejection is automatic, the return is not, and unsafe requests never change the system. */
static void
preset_strict_manual(split_failover_options *o)
{
    preset_default(o);
    o->failback = SPLIT_FAILOVER_FAILBACK_MANUAL;
    o->unsafe_failover = SPLIT_FAILOVER_UNSAFE_REFUSE;
}

void
split_failover_options_init_sized(split_failover_options *o, size_t size)
{
    split_failover_options own = {.seed = 1};
    preset_default(&own);
    split__sized_init(o, size, &own, sizeof own);
}

static void
preset_fill(split_failover_options *o, uint32_t index)
{
    switch (index) {
    case 1:
        preset_cloudfront(o);
        break;
    case 2:
        preset_envoy5xx(o);
        break;
    case 3:
        preset_nginx(o);
        break;
    case 4:
        preset_strict_manual(o);
        break;
    default:
        preset_default(o);
        break;
    }
}

static bool
is_same_text(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

int
split_failover_options_preset(split_failover_options *o, const char *name)
{
    if (o == NULL || name == NULL)
        return SPLIT_ERR_ARG;
    split_failover_options own;
    const int err = split__sized_take(&own, sizeof own, SPLIT_FAILOVER_OPTIONS_V1, o);
    if (err != SPLIT_OK)
        return err;
    for (int i = 0; i < SPLIT_FAILOVER_PRESET_COUNT; i++)
        if (is_same_text(split_failover_preset_name(i), name)) {
            preset_fill(&own, (uint32_t)i);
            return split__sized_give(o, o->size, &own, sizeof own, SPLIT_FAILOVER_OPTIONS_V1);
        }
    return SPLIT_ERR_NAME;
}
