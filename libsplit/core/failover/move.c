/* SPDX-License-Identifier: MIT */
/* Transitions: the row of the table, then what entering the new state means (design/failover.md
 * F24, 3.3). */
#include "core/failover/move.h"

#include <string.h>

#include "core/failover/guard.h"
#include "core/failover/mix.h"
#include "core/failover/table.h"
#include "core/failover/window.h"
#include "core/base/num.h"

void
split__fo_clock(split_failover *fo, split_us now)
{
    if (now >= fo->now)
        fo->now = now;
    else
        fo->n_regressions++;
}

void
split__fo_settle(split_failover *fo, uint32_t origin)
{
    const split__fo_origin *o = split__fo_at(fo, origin);
    if (o->state == SPLIT_FAILOVER_CLOSED && o->mode == SPLIT_FAILOVER_MODE_AUTO)
        fo->unsettled &= ~split__fo_bit(origin);
    else
        fo->unsettled |= split__fo_bit(origin);
}

static uint32_t
to_u32(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* A new event with the evidence as it is now, before the change; NULL when nobody reads it or the
 * buffer is full. */
static split_failover_event *
event_begin(split__fo_call *call, uint32_t origin, split_failover_cause cause)
{
    if (call->events == NULL)
        return NULL;
    if (call->events->n == SPLIT_FAILOVER_EVENTS_MAX) {
        call->events->n_dropped++;
        return NULL;
    }
    const split__fo_origin *o = split__fo_at(call->fo, origin);
    split__fo_sums sums = split__fo_window_sums(call->fo, o);
    split_failover_event *e = &call->events->items[call->events->n++];
    memset(e, 0, sizeof *e);
    e->at_us = call->fo->now;
    e->run_span_us = o->run != 0 ? split__fo_elapsed(call->fo, o->run_start) : 0;
    e->origin = origin;
    e->from = (split_failover_state)o->state;
    e->cause = cause;
    e->run = o->run;
    e->hard_run = o->hard_run;
    e->run_keys = o->run != 0 ? split__fo_popcount(o->run_keys) : 0;
    e->total = to_u32(sums.total);
    e->bad = to_u32(sums.bad);
    e->bad_keys = split__fo_popcount(sums.keys);
    e->probe_ok = o->state == SPLIT_FAILOVER_CLOSED ? 0 : o->ok;
    e->lost = o->lost;
    return e;
}

static void
event_end(const split_failover *fo, const split__fo_origin *o, split_failover_event *e,
          uint32_t row)
{
    if (e == NULL)
        return;
    e->to = (split_failover_state)o->state;
    e->gen = o->gen;
    e->epoch = o->epoch;
    e->level = o->level;
    e->permille = split__fo_permille(fo, o);
    e->latched = o->latched;
    e->transition = row;
    if (o->state == SPLIT_FAILOVER_OPEN && row != 0)
        e->open_us = o->open_until - fo->now;
}

void
split__fo_note(split__fo_call *call, uint32_t origin, split_failover_cause cause)
{
    split_failover_event *e = event_begin(call, origin, cause);
    event_end(call->fo, split__fo_at(call->fo, origin), e, 0);
}

/* base x 2^(level - 1), at most max_open; a shift that would overflow is above max_open anyway. */
static split_us
open_length(const split__fo_params *p, uint32_t level)
{
    uint32_t shift = level > 41 ? 40 : level > 0 ? level - 1 : 0;
    if (p->base_open > (INT64_MAX >> shift))
        return p->max_open;
    return split__min_i64(p->max_open, p->base_open << shift);
}

/* Whole milliseconds, 0 to jitter_ppm of b; b is at most 2^53 us and ppm at most 10^6, so the
 * product is below 2^63. */
static split_us
jitter(const split_failover *fo, const split__fo_origin *o, split_us b)
{
    uint64_t most = (uint64_t)b / 1000 * fo->p.jitter_ppm / 1000000;
    return (split_us)(split__fo_mix_epoch(fo, o) % (most + 1) * 1000);
}

static void
enter_open(split_failover *fo, split__fo_origin *o)
{
    o->epoch++;
    o->degraded = 0;
    split_us b = open_length(&fo->p, o->level);
    split_us own = split__add_sat(split__add_sat(fo->now, b), jitter(fo, o, b));
    split_us floor = split__min_i64(o->floor, split__add_sat(fo->now, fo->p.max_open));
    o->open_until = split__max_i64(own, floor);
    o->floor = 0;
}

static void
enter(split_failover *fo, split__fo_origin *o)
{
    o->since = fo->now;
    o->ok = o->bad = 0;
    o->step = 0;
    switch (o->state) {
    case SPLIT_FAILOVER_OPEN:
        enter_open(fo, o);
        break;
    case SPLIT_FAILOVER_HALF_OPEN:
        o->lost = 0;
        break;
    case SPLIT_FAILOVER_CLOSED:
        o->degraded = 0;
        break;
    default:
        break;
    }
}

/* A trip is stamped; flap_limit stamps younger than flap_window latch (F25). The ring is ordered,
 * oldest first. */
static void
stamp_trip(const split_failover *fo, split__fo_origin *o)
{
    split_us *stamps = split__fo_stamps(fo, o);
    uint32_t kept = 0;
    if (fo->p.flap_limit == 0)
        return;
    for (uint32_t i = 0; i < o->n_stamps; i++)
        if (split__fo_elapsed(fo, stamps[i]) < fo->p.flap_window)
            stamps[kept++] = stamps[i];
    /* A list that a reload made full latches now, whichever of its stamps are kept. */
    if (kept == fo->p.flap_limit)
        kept--;
    stamps[kept++] = fo->now;
    o->n_stamps = (uint8_t)kept;
    if (kept >= fo->p.flap_limit && fo->p.flap_window > 0)
        o->latched = 1;
}

static void
clear_evidence(const split_failover *fo, split__fo_origin *o)
{
    o->run = o->hard_run = 0;
    split__fo_window_clear(fo, o);
    memset(split__fo_leases(fo, o), 0, fo->p.probes_in_flight * sizeof(split__fo_ticket));
}

static void
change_level(split__fo_origin *o, int8_t level)
{
    if (level < 0)
        o->level = 0;
    else if (level > 0 && o->level < UINT8_MAX)
        o->level++;
}

void
split__fo_move(split__fo_call *call, uint32_t origin, split_failover_state to,
               split_failover_cause cause)
{
    split_failover *fo = call->fo;
    split__fo_origin *o = split__fo_at(fo, origin);
    const split__fo_row *row = split__fo_row_find((split_failover_state)o->state, to, cause);
    if (row == NULL)
        return;
    split_failover_event *e = event_begin(call, origin, cause);
    call->moved |= split__fo_bit(origin);
    o->state = (uint8_t)to;
    change_level(o, row->level);
    if (row->new_gen) {
        o->gen++;
        clear_evidence(fo, o);
    }
    if (row->is_trip)
        stamp_trip(fo, o);
    enter(fo, o);
    split__fo_settle(fo, origin);
    event_end(fo, o, e, row->number);
}
