/* SPDX-License-Identifier: MIT */
/* The small configurations that are searched: thresholds of two, times of a few ticks. */
#include "model.h"

static const char *const names[] = {"A", "B", "C"};
static const split_failover_chain pair[] = {{2, {0, 1}}, {1, {1}}};
static const split_failover_chain crossed[] = {{2, {0, 1}}, {2, {1, 0}}};
static const split_failover_chain three[] = {{3, {0, 1, 2}}, {2, {1, 0}}};

static model_config configs[6];

static void
small(model_config *c, const char *name, const split_failover_chain *chains, size_t n_chains,
      size_t n_origins)
{
    split_failover_options *o = &c->o;
    c->name = name;
    c->bag = 2;
    c->far = true;
    c->ci_states = 200000;
    split_failover_options_init(o);
    o->origins = names;
    o->n_origins = n_origins;
    o->chains = chains;
    o->n_chains = n_chains;
    o->consecutive = 2;
    o->hard_consecutive = 0;
    o->min_keys = 1;
    o->run_min_span_us = MODEL_TICK;
    o->fail_ppm = 0;
    o->buckets = 1;
    o->base_open_us = o->max_open_us = 2 * MODEL_TICK;
    o->jitter_ppm = 0;
    o->probe_successes = 1;
    o->probe_interval_us = MODEL_TICK;
    o->probe_lease_us = 2 * MODEL_TICK;
    o->lost_limit = 2;
    o->half_open_max_us = 4 * MODEL_TICK;
    o->overdue_us = 3 * MODEL_TICK;
    o->n_ramp = 2;
    o->ramp_permille[0] = 500;
    o->ramp_permille[1] = 1000;
    o->ramp_hold_us = MODEL_TICK;
    o->ramp_min_ok = 1;
    o->ramp_max_hold_us = 3 * MODEL_TICK;
    o->decay_us = 2 * MODEL_TICK;
    o->min_samples = 1;
    o->hold_probe_us = 2 * MODEL_TICK;
    o->flap_limit = 0;
    o->emergency_us = MODEL_TICK;
    o->retry_cap_milli = o->retry_start_milli = 2000;
    o->retry_deposit_milli = 1000;
}

size_t
model_configs(const model_config **out)
{
    small(&configs[0], "pair", pair, 2, 2);
    small(&configs[1], "two-probes", pair, 2, 2);
    configs[1].o.probes_in_flight = 2;
    configs[1].o.probe_successes = 2;
    configs[1].bag = 3;
    small(&configs[2], "manual", pair, 2, 2);
    configs[2].o.failback = SPLIT_FAILOVER_FAILBACK_MANUAL;
    configs[2].operators = true;
    small(&configs[3], "crossed", crossed, 2, 2);
    configs[3].o.failback = SPLIT_FAILOVER_FAILBACK_DELAY;
    configs[3].o.failback_delay_us = MODEL_TICK;
    small(&configs[4], "three", three, 2, 3);
    small(&configs[5], "ratio", pair, 2, 2);
    configs[5].o.consecutive = 0;
    configs[5].o.ramp_consecutive = 1;
    configs[5].o.fail_ppm = 500000;
    configs[5].o.min_samples = 2;
    configs[5].o.min_keys = 2;
    configs[5].o.window_us = 2 * MODEL_TICK;
    configs[5].o.buckets = 2;
    *out = configs;
    return sizeof configs / sizeof configs[0];
}
