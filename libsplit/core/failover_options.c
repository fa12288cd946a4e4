/* SPDX-License-Identifier: MIT */
/* Defaults and presets (DESIGN.md F3, F34). */
#include <string.h>

#include "split/error.h"
#include "split/failover.h"

#define MS 1000ll
#define SECOND 1000000ll

static void
fill_durations(split_failover_options *o)
{
    o->run_min_span_us = 100 * MS;
    o->window_us = 10 * SECOND;
    o->base_open_us = 5 * SECOND;
    o->max_open_us = 300 * SECOND;
    o->probe_interval_us = 500 * MS;
    o->probe_lease_us = 10 * SECOND;
    o->half_open_max_us = 60 * SECOND;
    o->overdue_us = 30 * SECOND;
    o->ramp_hold_us = 5 * SECOND;
    o->ramp_max_hold_us = 60 * SECOND;
    o->decay_us = 60 * SECOND;
    o->hold_probe_us = 30 * SECOND;
    o->flap_window_us = 600 * SECOND;
    o->emergency_us = 1 * SECOND;
}

static void
fill_counts(split_failover_options *o)
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
    o->retry_cap_milli = o->retry_start_milli = 10000;
    o->in_flight_min = 1;
}

static void
fill_lists(split_failover_options *o)
{
    static const uint32_t ramp[] = {50, 250, 500, 1000}, statuses[] = {500, 502, 503, 504};
    memcpy(o->ramp_permille, ramp, sizeof ramp);
    o->n_ramp = 4;
    memcpy(o->statuses, statuses, sizeof statuses);
    o->n_statuses = 4;
}

void
split_failover_options_init(split_failover_options *o)
{
    memset(o, 0, sizeof *o);
    o->size = sizeof *o;
    o->seed = 1;
    fill_durations(o);
    fill_counts(o);
    fill_lists(o);
}

static void
no_ramp(split_failover_options *o)
{
    o->n_ramp = 1;
    o->ramp_permille[0] = 1000;
    o->ramp_hold_us = o->ramp_max_hold_us = 0;
    o->ramp_min_ok = 0;
}

/* Remembers nothing between requests: each one tries the first origin and may go once to the next. */
static void
preset_cloudfront(split_failover_options *o)
{
    o->consecutive = o->hard_consecutive = o->fail_ppm = 0;
    o->retry_deposit_milli = o->retry_cap_milli = o->retry_start_milli = 1000;
}

/* Envoy's consecutive 5xx ejection: 30 s times the count, then all traffic at once. */
static void
preset_envoy5xx(split_failover_options *o)
{
    o->hard_consecutive = o->fail_ppm = 0;
    o->min_keys = 0;
    o->run_min_span_us = 0;
    o->base_open_us = 30 * SECOND;
    o->jitter_ppm = 0;
    o->probe_successes = 1;
    o->flap_limit = 0;
    no_ramp(o);
}

/* nginx's max_fails=1 fail_timeout=10s: one failure ejects, one good request brings back. */
static void
preset_nginx(split_failover_options *o)
{
    preset_envoy5xx(o);
    o->consecutive = 1;
    o->base_open_us = o->max_open_us = 10 * SECOND;
    o->probe_lease_us = 10 * SECOND;
    o->overdue_us = 0;
}

/* Ejects soon; only an operator brings back. */
static void
preset_strict_manual(split_failover_options *o)
{
    o->consecutive = 3;
    o->hard_consecutive = 2;
    o->failback = SPLIT_FAILOVER_FAILBACK_MANUAL;
    o->unsafe_failover = SPLIT_FAILOVER_UNSAFE_REFUSE;
}

/* In the order of apply_preset(). */
static const char presets[][16] = {"default", "cloudfront", "envoy5xx", "nginx", "strict-manual"};

#define N_PRESETS (sizeof presets / sizeof presets[0])

static void
apply_preset(split_failover_options *o, size_t index)
{
    if (index == 1)
        preset_cloudfront(o);
    else if (index == 2)
        preset_envoy5xx(o);
    else if (index == 3)
        preset_nginx(o);
    else if (index == 4)
        preset_strict_manual(o);
}

static bool
same_text(const char *a, const char *b)
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
    for (size_t i = 0; i < N_PRESETS; i++) {
        if (!same_text(presets[i], name))
            continue;
        const split_failover_options kept = *o;
        split_failover_options_init(o);
        o->origins = kept.origins;
        o->n_origins = kept.n_origins;
        o->chains = kept.chains;
        o->n_chains = kept.n_chains;
        o->seed = kept.seed;
        apply_preset(o, i);
        return SPLIT_OK;
    }
    return SPLIT_ERR_NAME;
}

const char *
split_failover_preset_name(uint32_t index)
{
    return index < N_PRESETS ? presets[index] : NULL;
}
