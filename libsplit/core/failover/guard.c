/* SPDX-License-Identifier: MIT */
/* Guards of the trips, timers and ramps of an origin (design/failover.md F8, F9, F15, F20-F23). */
#include "core/failover/guard.h"

#include "core/failover/mix.h"
#include "core/failover/service.h"
#include "core/failover/window.h"

bool
split__fo_ramp_failed(const split_failover *fo, const split__fo_origin *o)
{
    return o->state == SPLIT_FAILOVER_RAMP && fo->p.ramp_consecutive != 0 &&
           o->run >= fo->p.ramp_consecutive;
}

/* Failures over some time and of several users: neither one burst nor one poisoned request. */
bool
split__fo_run_is_broad(const split_failover *fo, const split__fo_origin *o)
{
    return o->run != 0 && split__fo_elapsed(fo, o->run_start) >= fo->p.run_min_span &&
           split__fo_popcount(o->run_keys) >= fo->p.min_keys;
}

bool
split__fo_hard_run(const split_failover *fo, const split__fo_origin *o)
{
    return fo->p.hard_consecutive != 0 && o->hard_run >= fo->p.hard_consecutive &&
           split__fo_run_is_broad(fo, o);
}

bool
split__fo_soft_run(const split_failover *fo, const split__fo_origin *o)
{
    return fo->p.consecutive != 0 && o->run >= fo->p.consecutive && split__fo_run_is_broad(fo, o);
}

bool
split__fo_ratio(const split_failover *fo, const split__fo_origin *o)
{
    if (fo->p.fail_ppm == 0)
        return false;
    split__fo_sums sums = split__fo_window_sums(fo, o);
    return sums.total >= fo->p.min_samples && sums.total != 0 &&
           sums.bad * UINT64_C(1000000) >= fo->p.fail_ppm * sums.total &&
           split__fo_popcount(sums.keys) >= fo->p.min_keys;
}

/* A well-sampled peer in service that fails nearly as much: the cause is not the origin. */
static bool
fails_alike(const split_failover *fo, const split__fo_sums *own, const split__fo_origin *peer)
{
    if (peer->state != SPLIT_FAILOVER_CLOSED)
        return false;
    split__fo_sums sums = split__fo_window_sums(fo, peer);
    if (sums.total < fo->p.min_samples || sums.total == 0)
        return false;
    return split__fo_window_ppm(own) < split__fo_window_ppm(&sums) + fo->p.rel_margin_ppm;
}

/* Bits of the origins that share a chain with this one, without itself. */
static uint64_t
peers_of(const split_failover *fo, uint32_t origin)
{
    uint64_t peers = 0;
    for (uint32_t c = 0; c < fo->n_chains; c++)
        if ((split__fo_chain_at(fo, c)->members & split__fo_bit(origin)) != 0)
            peers |= split__fo_chain_at(fo, c)->members;
    return peers & ~split__fo_bit(origin);
}

bool
split__fo_common_cause(const split_failover *fo, uint32_t origin)
{
    split__fo_sums own = split__fo_window_sums(fo, split__fo_at(fo, origin));
    uint64_t peers = peers_of(fo, origin);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if ((peers & split__fo_bit(i)) != 0 && fails_alike(fo, &own, split__fo_at(fo, i)))
            return true;
    return false;
}

bool
split__fo_may_trip(const split_failover *fo, uint32_t origin)
{
    for (uint32_t c = 0; c < fo->n_chains; c++) {
        const split__fo_chain *chain = split__fo_chain_at(fo, c);
        if ((chain->members & split__fo_bit(origin)) != 0 &&
            !split__fo_alternative(fo, chain, origin, 0))
            return false;
    }
    return true;
}

bool
split__fo_half_open_over(const split_failover *fo, const split__fo_origin *o)
{
    return o->state == SPLIT_FAILOVER_HALF_OPEN &&
           split__fo_elapsed(fo, o->since) >= fo->p.half_open_max;
}

bool
split__fo_failback_due(const split_failover *fo, const split__fo_origin *o)
{
    return o->state == SPLIT_FAILOVER_HOLD && fo->p.failback == SPLIT_FAILOVER_FAILBACK_DELAY &&
           !o->latched && split__fo_elapsed(fo, o->since) >= fo->p.failback_delay;
}

bool
split__fo_step_due(const split_failover *fo, const split__fo_origin *o)
{
    if (o->state != SPLIT_FAILOVER_RAMP)
        return false;
    split_us held = split__fo_elapsed(fo, o->since);
    return (held >= fo->p.ramp_hold && o->ok >= fo->p.ramp_min_ok) ||
           (held >= fo->p.ramp_max_hold && o->bad == 0);
}

bool
split__fo_decay_due(const split_failover *fo, const split__fo_origin *o)
{
    return split__fo_elapsed(fo, o->since) >= fo->p.decay && o->ok >= fo->p.min_samples;
}

uint32_t
split__fo_permille(const split_failover *fo, const split__fo_origin *o)
{
    if (o->state == SPLIT_FAILOVER_RAMP)
        return fo->p.ramp_permille[o->step];
    return o->state == SPLIT_FAILOVER_CLOSED ? 1000 : 0;
}

bool
split__fo_admits_key(const split_failover *fo, const split__fo_origin *o, uint64_t key)
{
    return o->state == SPLIT_FAILOVER_CLOSED ||
           (o->state == SPLIT_FAILOVER_RAMP &&
            split__fo_cohort(fo, o, key) < split__fo_permille(fo, o));
}

bool
split__fo_full(const split_failover *fo, const split__fo_origin *o)
{
    return fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF &&
           o->in_flight >= o->in_flight_limit / 1000;
}
