/* SPDX-License-Identifier: MIT */
/* Life of a failover machine: checks of its options, memory, and the look from outside (DESIGN.md 3.1). */
#include "split/failover.h"

#include <string.h>

#include "alloc.h"
#include "failover_data.h"
#include "hash.h"
#include "options.h"
#include "split/error.h"

#define LONGEST_US (1ll << 53)

/* Length of a valid name; 0 when it is none. */
static size_t
name_length(const char *name)
{
    size_t n = 0;
    for (; name[n] != '\0'; n++) {
        const char c = name[n];
        const bool alnum = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (n == 64 || !(alnum || (n > 0 && (c == '.' || c == '_' || c == '-'))))
            return 0;
    }
    return n;
}

static int
check_names(const split_failover_options *o)
{
    for (size_t i = 0; i < o->n_origins; i++) {
        if (o->origins[i] == NULL)
            return SPLIT_ERR_ARG;
        const size_t n = name_length(o->origins[i]);
        if (n == 0)
            return SPLIT_ERR_NAME;
        for (size_t j = 0; j < i; j++)
            if (name_length(o->origins[j]) == n && memcmp(o->origins[i], o->origins[j], n) == 0)
                return SPLIT_ERR_NAME;
    }
    return SPLIT_OK;
}

static int
check_chain(const split_failover_chain *chain, size_t n_origins)
{
    uint64_t seen = 0;
    if (chain->n_origins < 1 || chain->n_origins > SPLIT_FAILOVER_MAX_CHAIN)
        return SPLIT_ERR_LIMIT;
    for (uint32_t i = 0; i < chain->n_origins; i++) {
        if (chain->origins[i] >= n_origins || (seen >> chain->origins[i] & 1u) != 0)
            return SPLIT_ERR_INDEX;
        seen |= 1ull << chain->origins[i];
    }
    return SPLIT_OK;
}

static bool
durations_fit(const split_failover_options *o)
{
    const split_us all[] = {o->run_min_span_us, o->window_us,    o->slow_us,          o->fair_us,
                            o->base_open_us,    o->max_open_us,  o->probe_interval_us, o->probe_lease_us,
                            o->half_open_max_us, o->overdue_us,  o->ramp_hold_us,     o->ramp_max_hold_us,
                            o->decay_us,        o->failback_delay_us, o->hold_probe_us, o->flap_window_us,
                            o->emergency_us};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] < 0 || all[i] > LONGEST_US)
            return false;
    return o->buckets >= 1 && o->buckets <= FO_SLOTS_MAX && o->window_us >= (split_us)o->buckets;
}

static bool
ramp_fits(const split_failover_options *o)
{
    if (o->n_ramp < 1 || o->n_ramp > SPLIT_FAILOVER_MAX_RAMP || o->ramp_permille[o->n_ramp - 1] != 1000)
        return false;
    for (uint32_t i = 1; i < o->n_ramp; i++)
        if (o->ramp_permille[i] <= o->ramp_permille[i - 1])
            return false;
    return true;
}

static bool
numbers_fit(const split_failover_options *o)
{
    return o->min_keys <= 64 && o->fail_ppm <= 1000000 && o->rel_margin_ppm <= 1000000 && o->jitter_ppm <= 1000000 &&
           o->probes_in_flight >= 1 && o->probes_in_flight <= FO_LEASES_MAX && o->probe_successes >= 1 &&
           o->lost_limit >= 1 && o->flap_limit <= FO_FLAPS_MAX && o->max_attempts >= 1 && o->max_attempts <= 8 &&
           o->drill_permille <= 1000 && o->n_statuses <= SPLIT_FAILOVER_MAX_STATUSES &&
           (unsigned)o->failback <= SPLIT_FAILOVER_FAILBACK_MANUAL && (unsigned)o->sticky <= SPLIT_FAILOVER_STICKY_STAY &&
           (unsigned)o->unsafe_failover <= SPLIT_FAILOVER_UNSAFE_REFUSE &&
           (unsigned)o->in_flight <= SPLIT_FAILOVER_IN_FLIGHT_AIMD &&
           (o->in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF || o->in_flight_cap >= 1);
}

static int
take_failover_options(split_failover_options *own, const split_failover_options *theirs)
{
    int rc = split__options_take(own, sizeof *own, sizeof *own, theirs);
    if (rc != SPLIT_OK)
        return rc;
    if (own->origins == NULL || own->chains == NULL)
        return SPLIT_ERR_ARG;
    if (own->n_origins < 1 || own->n_origins > SPLIT_FAILOVER_MAX_ORIGINS || own->n_chains < 1 ||
        own->n_chains > SPLIT_FAILOVER_MAX_CHAINS)
        return SPLIT_ERR_LIMIT;
    rc = check_names(own);
    for (size_t c = 0; rc == SPLIT_OK && c < own->n_chains; c++)
        rc = check_chain(&own->chains[c], own->n_origins);
    if (rc == SPLIT_OK && !(durations_fit(own) && ramp_fits(own) && numbers_fit(own)))
        rc = SPLIT_ERR_VALUE;
    return rc;
}

static size_t
bytes_needed(const split_failover_options *o)
{
    return sizeof(split_failover) + o->n_origins * sizeof(fo_origin) + o->n_chains * sizeof(split_failover_chain);
}

size_t
split_failover_size(const split_failover_options *o)
{
    split_failover_options own;
    return take_failover_options(&own, o) == SPLIT_OK ? bytes_needed(&own) : 0;
}

static void
fill_origins(split_failover *fo, const split_failover_options *o)
{
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        fo_origin *origin = fo_origin_at(fo, i);
        origin->id = split__hash_bytes(o->origins[i], name_length(o->origins[i]));
        origin->in_flight_cap = o->in_flight_cap;
    }
    for (uint32_t c = 0; c < fo->n_chains; c++) {
        const split_failover_chain *chain = &o->chains[c];
        memcpy((char *)fo_origin_at(fo, fo->n_origins) + c * sizeof *chain, chain, sizeof *chain);
        for (uint32_t i = 0; i < chain->n_origins; i++)
            fo_origin_at(fo, chain->origins[i])->chains |= 1ull << c;
        fo_origin_at(fo, chain->origins[0])->heads |= 1ull << c;
    }
}

int
split_failover_init(void *mem, size_t mem_bytes, const split_failover_options *o, split_failover **out)
{
    split_failover_options own;
    int rc = out == NULL ? SPLIT_ERR_ARG : take_failover_options(&own, o);
    if (rc == SPLIT_OK)
        rc = split__memory_check(mem, mem_bytes, bytes_needed(&own));
    if (rc != SPLIT_OK)
        return rc;
    split_failover *fo = mem;
    memset(fo, 0, bytes_needed(&own));
    fo->p = own;
    fo->p.origins = NULL;
    fo->p.chains = NULL;
    fo->n_origins = (uint32_t)own.n_origins;
    fo->n_chains = (uint32_t)own.n_chains;
    fo->slot_us = own.window_us / (split_us)own.buckets;
    fo->budget_milli = own.retry_start_milli < own.retry_cap_milli ? own.retry_start_milli : own.retry_cap_milli;
    fill_origins(fo, &own);
    *out = fo;
    return SPLIT_OK;
}

int
split_failover_new(const split_failover_options *o, const split_alloc *alloc, split_failover **out)
{
    split_failover_options own;
    int rc = out == NULL ? SPLIT_ERR_ARG : take_failover_options(&own, o);
    if (rc != SPLIT_OK)
        return rc;
    void *mem = split__alloc_take(alloc, bytes_needed(&own));
    if (mem == NULL)
        return SPLIT_ERR_NOMEM;
    rc = split_failover_init(mem, bytes_needed(&own), o, out);
    if (rc != SPLIT_OK)
        split__alloc_give(alloc, mem);
    return rc;
}

void
split_failover_free(split_failover **fo, const split_alloc *alloc)
{
    if (fo == NULL || *fo == NULL)
        return;
    split__alloc_give(alloc, *fo);
    *fo = NULL;
}
