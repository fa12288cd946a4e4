/* SPDX-License-Identifier: MIT */
/* The next instant at which time alone changes a state or an answer (design/failover.md F31). */
#include "core/failover/guard.h"
#include "core/failover/timer.h"
#include "core/base/num.h"

/* The earlier of two instants, of which those already past are no news. */
static split_us
sooner(const split_failover *fo, split_us best, split_us instant)
{
    return instant > fo->now && instant < best ? instant : best;
}

/* Instant of start + length; a length that never ends stays SPLIT_NEVER. */
static split_us
after(split_us start, split_us length)
{
    return split__add_sat(start, length);
}

static split_us
of_leases(const split_failover *fo, const split__fo_origin *o, split_us best)
{
    const split__fo_ticket *leases = split__fo_leases(fo, o);
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        if (leases[i].seq != 0)
            best = leases[i].expiry <= fo->now ? fo->now : split__min_i64(best, leases[i].expiry);
    return best;
}

static split_us
of_half_open(const split_failover *fo, const split__fo_origin *o)
{
    split_us best = of_leases(fo, o, SPLIT_NEVER);
    if (o->lost >= fo->p.lost_limit || split__fo_half_open_over(fo, o))
        return fo->now;
    best = sooner(fo, best, after(o->since, fo->p.half_open_max));
    best = sooner(fo, best, after(o->last_probe, fo->p.probe_interval));
    return sooner(fo, best, after(o->open_until, fo->p.overdue));
}

static split_us
of_hold(const split_failover *fo, const split__fo_origin *o)
{
    split_us best = of_leases(fo, o, SPLIT_NEVER);
    if (o->lost >= fo->p.lost_limit || split__fo_failback_due(fo, o))
        return fo->now;
    if (fo->p.failback == SPLIT_FAILOVER_FAILBACK_DELAY && !o->latched)
        best = sooner(fo, best, after(o->since, fo->p.failback_delay));
    best = sooner(fo, best, after(split__max_i64(o->since, o->last_probe), fo->p.hold_probe));
    return sooner(fo, best, after(o->open_until, fo->p.overdue));
}

static split_us
of_ramp(const split_failover *fo, const split__fo_origin *o)
{
    split_us best = SPLIT_NEVER;
    if (split__fo_step_due(fo, o))
        return fo->now;
    if (o->ok >= fo->p.ramp_min_ok)
        best = sooner(fo, best, after(o->since, fo->p.ramp_hold));
    return o->bad == 0 ? sooner(fo, best, after(o->since, fo->p.ramp_max_hold)) : best;
}

static split_us
of_origin(const split_failover *fo, const split__fo_origin *o)
{
    switch (o->state) {
    case SPLIT_FAILOVER_OPEN:
        return sooner(fo, sooner(fo, SPLIT_NEVER, o->open_until),
                      after(o->open_until, fo->p.overdue));
    case SPLIT_FAILOVER_HALF_OPEN:
        return of_half_open(fo, o);
    case SPLIT_FAILOVER_HOLD:
        return of_hold(fo, o);
    case SPLIT_FAILOVER_RAMP:
        return of_ramp(fo, o);
    default:
        return SPLIT_NEVER;
    }
}

split_us
split_failover_deadline(const split_failover *fo)
{
    split_us best = SPLIT_NEVER;
    if (fo->unsettled == 0)
        return best;
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if ((fo->unsettled & split__fo_bit(i)) != 0)
            best = split__min_i64(best, of_origin(fo, split__fo_at(fo, i)));
    return best;
}
