/* SPDX-License-Identifier: MIT */
/* Checks of the options, layout and birth of a machine (design/failover.md F1-F3). */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/failover/state.h"
#include "common/sized.h"
#include "core/base/bytes_hash.h"
#include "split/error.h"

#define MAX_NAME 64
#define MAX_BUCKETS 16
#define MAX_PROBES 8
#define MAX_FLAPS 8
#define LONGEST_US (INT64_C(1) << 53)

static bool
is_name_byte(char c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (!first && (c == '.' || c == '_' || c == '-'));
}

/* Length of a valid name, or 0. */
static size_t
name_length(const char *name)
{
    size_t len = 0;
    if (name == NULL)
        return 0;
    for (; name[len] != '\0'; len++)
        if (len == MAX_NAME || !is_name_byte(name[len], len == 0))
            return 0;
    return len;
}

static int
check_names(const split_failover_options *o)
{
    uint64_t ids[SPLIT_FAILOVER_ORIGINS_MAX];
    for (size_t i = 0; i < o->n_origins; i++) {
        size_t len = name_length(o->origins[i]);
        if (len == 0)
            return SPLIT_ERR_NAME;
        ids[i] = split__hash_bytes(o->origins[i], len);
        for (size_t j = 0; j < i; j++)
            if (ids[j] == ids[i])
                return SPLIT_ERR_NAME;
    }
    return SPLIT_OK;
}

static int
check_chain(const split_failover_options *o, const split_failover_chain *chain)
{
    uint64_t seen = 0;
    if (chain->n_origins < 1 || chain->n_origins > SPLIT_FAILOVER_CHAIN_MAX)
        return SPLIT_ERR_LIMIT;
    for (uint32_t i = 0; i < chain->n_origins; i++) {
        uint32_t origin = chain->origins[i];
        if (origin >= o->n_origins || (seen & split__fo_bit(origin)) != 0)
            return SPLIT_ERR_INDEX;
        seen |= split__fo_bit(origin);
    }
    return SPLIT_OK;
}

static int
check_shape(const split_failover_options *o)
{
    if (o->origins == NULL || o->chains == NULL)
        return SPLIT_ERR_ARG;
    if (o->n_origins < 1 || o->n_origins > SPLIT_FAILOVER_ORIGINS_MAX || o->n_chains < 1 ||
        o->n_chains > SPLIT_FAILOVER_CHAINS_MAX)
        return SPLIT_ERR_LIMIT;
    int err = check_names(o);
    for (size_t i = 0; i < o->n_chains && err == SPLIT_OK; i++)
        err = check_chain(o, &o->chains[i]);
    return err;
}

static bool
in_range(uint32_t x, uint32_t low, uint32_t high)
{
    return x >= low && x <= high;
}

static bool
times_are_valid(const split_failover_options *o)
{
    const split_us times[] = {
        o->run_min_span_us,   o->slow_us,           o->fair_us,          o->base_open_us,
        o->max_open_us,       o->probe_interval_us, o->probe_lease_us,   o->half_open_max_us,
        o->overdue_us,        o->ramp_hold_us,      o->ramp_max_hold_us, o->decay_us,
        o->failback_delay_us, o->hold_probe_us,     o->flap_window_us,   o->emergency_us,
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (times[i] < 0 || times[i] > LONGEST_US)
            return false;
    return o->window_us >= o->buckets && o->window_us <= LONGEST_US;
}

static bool
ramp_is_valid(const split_failover_options *o)
{
    if (!in_range(o->n_ramp, 1, SPLIT_FAILOVER_RAMP_MAX))
        return false;
    for (uint32_t i = 0; i < o->n_ramp; i++)
        if (!in_range(o->ramp_permille[i], 1, 1000) ||
            (i > 0 && o->ramp_permille[i] <= o->ramp_permille[i - 1]))
            return false;
    return o->ramp_permille[o->n_ramp - 1] == 1000;
}

static bool
statuses_are_valid(const split_failover_options *o)
{
    if (o->n_statuses > SPLIT_FAILOVER_STATUSES_MAX)
        return false;
    for (uint32_t i = 0; i < o->n_statuses; i++)
        if (!in_range(o->statuses[i], 100, 599))
            return false;
    return true;
}

static bool
counts_are_valid(const split_failover_options *o)
{
    return in_range(o->min_keys, 0, 64) && in_range(o->buckets, 1, MAX_BUCKETS) &&
           in_range(o->fail_ppm, 0, 1000000) && in_range(o->rel_margin_ppm, 0, 1000000) &&
           in_range(o->jitter_ppm, 0, 1000000) && in_range(o->probes_in_flight, 1, MAX_PROBES) &&
           o->probe_successes >= 1 && o->lost_limit >= 1 && o->flap_limit <= MAX_FLAPS &&
           in_range(o->max_attempts, 1, SPLIT_FAILOVER_CHAIN_MAX) && o->drill_permille <= 1000;
}

static bool
choices_are_valid(const split_failover_options *o)
{
    bool capped = o->in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF;
    return in_range(o->failback, 0, SPLIT_FAILOVER_FAILBACK_MANUAL) &&
           in_range(o->sticky, 0, SPLIT_FAILOVER_STICKY_STAY) &&
           in_range(o->unsafe_failover, 0, SPLIT_FAILOVER_UNSAFE_REFUSE) &&
           in_range(o->in_flight, 0, SPLIT_FAILOVER_IN_FLIGHT_AIMD) &&
           (!capped || (in_range(o->in_flight_cap, 1, 1000000) &&
                        in_range(o->in_flight_min, 1, o->in_flight_cap)));
}

static int
take(split_failover_options *own, const split_failover_options *theirs)
{
    int err = split__sized_take(own, sizeof *own, SPLIT_FAILOVER_OPTIONS_V1, theirs);
    if (err == SPLIT_OK)
        err = check_shape(own);
    if (err != SPLIT_OK)
        return err;
    return counts_are_valid(own) && times_are_valid(own) && ramp_is_valid(own) &&
                   statuses_are_valid(own) && choices_are_valid(own)
               ? SPLIT_OK
               : SPLIT_ERR_VALUE;
}

static void
lay_out(const split_failover_options *o, split_failover *fo)
{
    fo->n_origins = (uint32_t)o->n_origins;
    fo->n_chains = (uint32_t)o->n_chains;
    fo->lease_offset = (uint32_t)(sizeof(split__fo_origin) + o->buckets * sizeof(split__fo_slot));
    fo->stamp_offset =
        fo->lease_offset + (uint32_t)(o->probes_in_flight * sizeof(split__fo_ticket));
    fo->stride = fo->stamp_offset + (uint32_t)(o->flap_limit * sizeof(split_us));
}

static size_t
bytes_of(const split_failover_options *o)
{
    split_failover fo;
    lay_out(o, &fo);
    return sizeof fo + o->n_chains * sizeof(split__fo_chain) + o->n_origins * (size_t)fo.stride;
}

size_t
split_failover_size(const split_failover_options *o)
{
    split_failover_options own;
    return take(&own, o) == SPLIT_OK ? bytes_of(&own) : 0;
}

static void
fill_times(const split_failover_options *o, split__fo_params *p)
{
    p->run_min_span = o->run_min_span_us;
    p->slot_len = o->window_us / o->buckets;
    p->slow = o->slow_us;
    p->fair = o->fair_us != 0 ? o->fair_us : o->slow_us != 0 ? o->slow_us : 1000000;
    p->base_open = o->base_open_us;
    p->max_open = o->max_open_us;
    p->probe_interval = o->probe_interval_us;
    p->probe_lease = o->probe_lease_us;
    p->half_open_max = o->half_open_max_us;
    p->overdue = o->overdue_us;
    p->ramp_hold = o->ramp_hold_us;
    p->ramp_max_hold = o->ramp_max_hold_us;
    p->decay = o->decay_us;
    p->failback_delay = o->failback_delay_us;
    p->hold_probe = o->hold_probe_us;
    p->flap_window = o->flap_window_us;
    p->emergency = o->emergency_us;
}

static void
fill_counts(const split_failover_options *o, split__fo_params *p)
{
    p->seed = o->seed;
    p->consecutive = o->consecutive;
    p->hard_consecutive = o->hard_consecutive;
    p->min_keys = o->min_keys;
    p->buckets = o->buckets;
    p->min_samples = o->min_samples;
    p->fail_ppm = o->fail_ppm;
    p->rel_margin_ppm = o->rel_margin_ppm;
    p->jitter_ppm = o->jitter_ppm;
    p->probes_in_flight = o->probes_in_flight;
    p->probe_successes = o->probe_successes;
    p->lost_limit = o->lost_limit;
    p->ramp_min_ok = o->ramp_min_ok;
    p->ramp_consecutive = o->ramp_consecutive;
    p->flap_limit = o->flap_limit;
    p->retry_deposit = o->retry_deposit_milli;
    p->retry_cap = o->retry_cap_milli;
    p->in_flight_cap = o->in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF ? o->in_flight_cap : 0;
    p->in_flight_min = o->in_flight_min;
    p->drill_permille = (uint16_t)o->drill_permille;
    p->max_attempts = (uint8_t)o->max_attempts;
    p->failback = (uint8_t)o->failback;
    p->sticky = (uint8_t)o->sticky;
    p->refuse_unsafe = o->unsafe_failover == SPLIT_FAILOVER_UNSAFE_REFUSE;
    p->in_flight = (uint8_t)o->in_flight;
    p->n_ramp = (uint8_t)o->n_ramp;
    for (uint32_t i = 0; i < o->n_ramp; i++)
        p->ramp_permille[i] = (uint16_t)o->ramp_permille[i];
    p->n_statuses = (uint8_t)o->n_statuses;
    for (uint32_t i = 0; i < o->n_statuses; i++)
        p->statuses[i] = (uint16_t)o->statuses[i];
}

static void
fill_chain(const split_failover_chain *from, split__fo_chain *to)
{
    to->n = (uint8_t)from->n_origins;
    for (uint32_t i = 0; i < from->n_origins; i++) {
        to->origin[i] = (uint8_t)from->origins[i];
        to->members |= split__fo_bit(from->origins[i]);
    }
}

static void
fill_origin(const split_failover *fo, const char *name, uint32_t index)
{
    split__fo_origin *o = split__fo_at(fo, index);
    o->id = split__hash_bytes(name, name_length(name));
    o->slot = (uint8_t)index;
    o->slot_end = fo->p.slot_len;
    o->in_flight_limit = fo->p.in_flight_cap * 1000;
}

int
split_failover_init(void *mem, size_t mem_bytes, const split_failover_options *o,
                    split_failover **out)
{
    split_failover_options own;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    int err = take(&own, o);
    if (err == SPLIT_OK)
        err = split__memory_check(mem, mem_bytes, bytes_of(&own));
    if (err != SPLIT_OK)
        return err;
    split_failover *fo = mem;
    memset(mem, 0, bytes_of(&own));
    lay_out(&own, fo);
    fill_times(&own, &fo->p);
    fill_counts(&own, &fo->p);
    fo->budget =
        own.retry_start_milli < own.retry_cap_milli ? own.retry_start_milli : own.retry_cap_milli;
    for (uint32_t i = 0; i < fo->n_chains; i++)
        fill_chain(&own.chains[i], split__fo_chain_at(fo, i));
    for (uint32_t i = 0; i < fo->n_origins; i++)
        fill_origin(fo, own.origins[i], i);
    *out = fo;
    return SPLIT_OK;
}

int
split_failover_new(const split_failover_options *o, const split_alloc *alloc, split_failover **out)
{
    split_failover_options own;
    if (out == NULL)
        return SPLIT_ERR_ARG;
    int err = take(&own, o);
    if (err != SPLIT_OK)
        return err;
    size_t n_bytes = bytes_of(&own);
    void *mem = split__alloc_take(alloc, n_bytes);
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    return split_failover_init(mem, n_bytes, &own, out);
}

void
split_failover_free(split_failover **fo, const split_alloc *alloc)
{
    if (fo == NULL)
        return;
    split__alloc_give(alloc, *fo);
    *fo = NULL;
}
