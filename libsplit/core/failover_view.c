/* SPDX-License-Identifier: MIT */
/* Looking at a machine without changing it: status, deadline, classes, names (DESIGN.md F6, F7, F31). */
#include "failover_data.h"

#include "hash.h"
#include "num.h"
#include "split/error.h"

static split_us
earlier(split_us a, split_us b)
{
    return a < b ? a : b;
}

static split_us
lease_deadline(const fo_origin *o)
{
    split_us next = SPLIT_NEVER;
    for (uint32_t i = 0; i < FO_LEASES_MAX; i++)
        if (o->leases[i].seq != 0)
            next = earlier(next, o->leases[i].expiry);
    return next;
}

/* Instants that have passed wait for a request, so they are no deadline any more. */
static split_us
if_ahead(const split_failover *fo, split_us stamp, split_us span)
{
    const split_us instant = split__add_sat(stamp, span);
    return instant > fo->now ? instant : SPLIT_NEVER;
}

static split_us
due_timer(const split_failover *fo, split_us stamp, split_us span)
{
    const split_us instant = split__add_sat(stamp, span);
    return instant > fo->now ? instant : fo->now;
}

static split_us
hold_deadline(const split_failover *fo, const fo_origin *o)
{
    split_us next = earlier(lease_deadline(o), if_ahead(fo, o->since, fo->p.hold_probe_us));
    if (o->probed)
        next = earlier(next, if_ahead(fo, o->last_probe, fo->p.hold_probe_us));
    if (fo->p.failback == SPLIT_FAILOVER_FAILBACK_DELAY && !o->latched)
        next = earlier(next, due_timer(fo, o->since, fo->p.failback_delay_us));
    return next;
}

static split_us
ramp_deadline(const split_failover *fo, const fo_origin *o)
{
    split_us next = SPLIT_NEVER;
    if (o->ramp_ok >= fo->p.ramp_min_ok)
        next = earlier(next, due_timer(fo, o->since, fo->p.ramp_hold_us));
    if (o->ramp_fail == 0)
        next = earlier(next, due_timer(fo, o->since, fo->p.ramp_max_hold_us));
    return next;
}

static split_us
origin_deadline(const split_failover *fo, const fo_origin *o)
{
    const split_us overdue = if_ahead(fo, o->open_until, fo->p.overdue_us);
    switch (o->state) {
    case SPLIT_FAILOVER_OPEN:
        return earlier(overdue, if_ahead(fo, o->open_until, 0));
    case SPLIT_FAILOVER_HALF_OPEN:
        return earlier(earlier(overdue, lease_deadline(o)),
                       earlier(due_timer(fo, o->since, fo->p.half_open_max_us),
                               if_ahead(fo, o->last_probe, fo->p.probe_interval_us)));
    case SPLIT_FAILOVER_HOLD:
        return earlier(overdue, hold_deadline(fo, o));
    case SPLIT_FAILOVER_RAMP:
        return ramp_deadline(fo, o);
    default:
        return SPLIT_NEVER;
    }
}

split_us
split_failover_deadline(const split_failover *fo)
{
    split_us next = SPLIT_NEVER;
    for (uint32_t i = 0; fo->n_unsettled > 0 && i < fo->n_origins; i++)
        next = earlier(next, origin_deadline(fo, fo_origin_at(fo, i)));
    return next;
}

static uint32_t
admitted_permille(const split_failover *fo, const fo_origin *o)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN)
        return 0;
    if (o->mode != SPLIT_FAILOVER_MODE_AUTO || o->state == SPLIT_FAILOVER_CLOSED)
        return 1000;
    return o->state == SPLIT_FAILOVER_RAMP ? fo->p.ramp_permille[o->step] : 0;
}

int
split_failover_origin_status(const split_failover *fo, uint32_t origin, split_failover_status *out)
{
    if (fo == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= fo->n_origins)
        return SPLIT_ERR_INDEX;
    const fo_origin *o = fo_origin_at(fo, origin);
    const fo_slot sum = split__failover_window_sum(fo, o);
    const bool open = o->state == SPLIT_FAILOVER_OPEN && o->open_until > fo->now;
    const bool cap = fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF;
    *out = (split_failover_status){
        .id = o->id, .state = (split_failover_state)o->state, .mode = (split_failover_mode)o->mode,
        .level = o->level, .gen = o->gen, .epoch = o->epoch, .in_service = fo_in_service(o),
        .degraded = o->degraded, .latched = o->latched, .permille = admitted_permille(fo, o), .step = o->step,
        .run = o->run, .hard_run = o->hard_run, .run_keys = split__failover_count_keys(o->run_keys),
        .total = sum.total, .bad = sum.bad, .bad_keys = split__failover_count_keys(sum.keys),
        .probe_ok = o->probe_ok, .lost = o->lost, .n_leases = split__failover_lease_count(o),
        .in_flight = o->in_flight, .in_flight_cap = cap ? o->in_flight_cap : 0,
        .in_state_us = (split_us)fo_age(fo, o->since), .open_left_us = open ? o->open_until - fo->now : 0,
        .n_issued = o->n_issued, .n_reported = o->n_reported, .n_stale = o->n_stale,
    };
    return SPLIT_OK;
}

int32_t
split_failover_find(const split_failover *fo, const char *name, size_t name_len)
{
    const uint64_t id = split__hash_bytes(name, name_len);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (fo_origin_at(fo, i)->id == id)
            return (int32_t)i;
    return SPLIT_FAILOVER_NONE;
}

uint32_t
split_failover_n_origins(const split_failover *fo)
{
    return fo->n_origins;
}

uint32_t
split_failover_n_chains(const split_failover *fo)
{
    return fo->n_chains;
}

split_us
split_failover_now(const split_failover *fo)
{
    return fo->now;
}

uint64_t
split_failover_regressions(const split_failover *fo)
{
    return fo->n_regressions;
}

uint32_t
split_failover_budget_milli(const split_failover *fo)
{
    return fo->budget_milli;
}

split_failover_class
split_failover_classify_status(const split_failover *fo, uint32_t status, split_us elapsed_us)
{
    for (uint32_t i = 0; i < fo->p.n_statuses; i++)
        if (fo->p.statuses[i] == status)
            return SPLIT_FAILOVER_CLASS_FAIL_STATUS;
    if (status == 429)
        return SPLIT_FAILOVER_CLASS_BUSY;
    return fo->p.slow_us > 0 && elapsed_us >= fo->p.slow_us ? SPLIT_FAILOVER_CLASS_SLOW : SPLIT_FAILOVER_CLASS_OK;
}

split_failover_class
split_failover_classify_deadline(const split_failover *fo, split_us elapsed_us)
{
    split_us fair = fo->p.fair_us > 0 ? fo->p.fair_us : fo->p.slow_us;
    if (fair == 0)
        fair = 1000000;
    return elapsed_us >= fair ? SPLIT_FAILOVER_CLASS_FAIL_TIMEOUT : SPLIT_FAILOVER_CLASS_NEUTRAL;
}
