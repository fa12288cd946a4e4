/* SPDX-License-Identifier: MIT */
/* The transition table and what entering a state does (DESIGN.md 3.3). Guards live elsewhere. */
#include "failover_data.h"

#include <string.h>

#include "num.h"

#define FROM(state) (1u << SPLIT_FAILOVER_##state)
#define FROM_ANY 0x1Fu

typedef struct fo_row {
    uint8_t number; /* row of DESIGN.md 3.3 */
    uint8_t from;   /* bit for each state */
    uint8_t cause, to;
    int8_t level;   /* +1, 0, or -1 for "to zero" */
} fo_row;

static const fo_row rows[] = {
    {1, FROM(CLOSED) | FROM(RAMP), SPLIT_FAILOVER_CAUSE_RUN, SPLIT_FAILOVER_OPEN, 1},
    {2, FROM(CLOSED) | FROM(RAMP), SPLIT_FAILOVER_CAUSE_HARD_RUN, SPLIT_FAILOVER_OPEN, 1},
    {3, FROM(CLOSED) | FROM(RAMP), SPLIT_FAILOVER_CAUSE_RATIO, SPLIT_FAILOVER_OPEN, 1},
    {4, FROM(RAMP), SPLIT_FAILOVER_CAUSE_RAMP_FAILED, SPLIT_FAILOVER_OPEN, 1},
    {5, FROM(OPEN), SPLIT_FAILOVER_CAUSE_PROBE_DUE, SPLIT_FAILOVER_HALF_OPEN, 0},
    {6, FROM(HALF_OPEN) | FROM(HOLD), SPLIT_FAILOVER_CAUSE_PROBE_FAILED, SPLIT_FAILOVER_OPEN, 1},
    {7, FROM(HALF_OPEN) | FROM(HOLD), SPLIT_FAILOVER_CAUSE_PROBE_BUSY, SPLIT_FAILOVER_OPEN, 0},
    {8, FROM(HALF_OPEN) | FROM(HOLD), SPLIT_FAILOVER_CAUSE_PROBES_LOST, SPLIT_FAILOVER_OPEN, 0},
    {9, FROM(HALF_OPEN), SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT, SPLIT_FAILOVER_OPEN, 0},
    {10, FROM(HALF_OPEN), SPLIT_FAILOVER_CAUSE_VERIFIED, SPLIT_FAILOVER_RAMP, 0}, /* or HOLD: verified_state */
    {11, FROM(HOLD), SPLIT_FAILOVER_CAUSE_APPROVED, SPLIT_FAILOVER_RAMP, 0},
    {12, FROM(HOLD), SPLIT_FAILOVER_CAUSE_FAILBACK_DELAY, SPLIT_FAILOVER_RAMP, 0},
    {13, FROM(RAMP), SPLIT_FAILOVER_CAUSE_RAMP_DONE, SPLIT_FAILOVER_CLOSED, 0},
    {14, FROM(RAMP), SPLIT_FAILOVER_CAUSE_URGENT_RAMP, SPLIT_FAILOVER_CLOSED, 0},
    {15, FROM_ANY, SPLIT_FAILOVER_CAUSE_RESET, SPLIT_FAILOVER_CLOSED, -1},
};

static const fo_row *
find_row(uint8_t state, split_failover_cause cause)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].cause == cause && (rows[i].from >> state & 1u) != 0)
            return &rows[i];
    return NULL;
}

/* Room for one more event, filled with the evidence as it is before the transition. */
static split_failover_event *
add_event(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events)
{
    const fo_origin *o = fo_origin_at(fo, index);
    if (events == NULL)
        return NULL;
    if (events->n >= SPLIT_FAILOVER_MAX_EVENTS) {
        events->n_dropped++;
        return NULL;
    }
    const fo_slot sum = split__failover_window_sum(fo, o);
    split_failover_event *e = &events->items[events->n++];
    *e = (split_failover_event){
        .at = fo->now,
        .run_span_us = o->run > 0 ? (split_us)fo_age(fo, o->run_start) : 0,
        .origin = index,
        .from = (split_failover_state)o->state,
        .to = (split_failover_state)o->state,
        .cause = cause,
        .run = o->run,
        .hard_run = o->hard_run,
        .run_keys = split__failover_count_keys(o->run_keys),
        .total = sum.total,
        .bad = sum.bad,
        .bad_keys = split__failover_count_keys(sum.keys),
        .probe_ok = o->state == SPLIT_FAILOVER_RAMP ? o->ramp_ok : o->probe_ok,
        .lost = o->lost,
    };
    return e;
}

static void
finish_event(split_failover_event *e, const split_failover *fo, const fo_origin *o)
{
    if (e == NULL)
        return;
    e->gen = o->gen;
    e->epoch = o->epoch;
    e->level = o->level;
    e->latched = o->latched;
    e->to = (split_failover_state)o->state;
    if (o->state == SPLIT_FAILOVER_CLOSED)
        e->permille = 1000;
    else if (o->state == SPLIT_FAILOVER_RAMP)
        e->permille = fo->p.ramp_permille[o->step];
    if (o->state == SPLIT_FAILOVER_OPEN && e->from != e->to)
        e->open_us = o->open_until - fo->now;
}

/* Something worth telling that is no transition: a suppressed trip, a step of the ramp. */
void
split__failover_note(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events)
{
    finish_event(add_event(fo, index, cause, events), fo, fo_origin_at(fo, index));
}

static void
clear_evidence(fo_origin *o)
{
    o->run = o->hard_run = 0;
    o->run_keys = 0;
    split__failover_window_clear(o);
    memset(o->leases, 0, sizeof o->leases);
}

static void
enter_open(split_failover *fo, fo_origin *o)
{
    const uint32_t shift = o->level > 41 ? 40 : o->level > 0 ? o->level - 1 : 0;
    split_us open = fo->p.max_open_us;
    o->epoch++;
    if (fo->p.base_open_us <= fo->p.max_open_us >> shift)
        open = fo->p.base_open_us << shift;
    const split_us backoff = split__add_sat(split__add_sat(fo->now, open), split__failover_jitter(fo, o));
    const split_us asked = split__min_i64(o->floor_us, split__add_sat(fo->now, fo->p.max_open_us));
    o->open_until = split__max_i64(backoff, asked);
    o->floor_us = 0;
    o->degraded = false;
}

static void
enter_closed(split_failover *fo, fo_origin *o)
{
    o->degraded = false;
    o->good_since = fo->now;
    o->n_good = 0;
}

static void
enter(split_failover *fo, fo_origin *o, uint8_t state)
{
    fo->n_unsettled += (state != SPLIT_FAILOVER_CLOSED);
    fo->n_unsettled -= (o->state != SPLIT_FAILOVER_CLOSED);
    o->state = state;
    o->since = fo->now;
    if (state == SPLIT_FAILOVER_OPEN)
        enter_open(fo, o);
    else if (state == SPLIT_FAILOVER_CLOSED)
        enter_closed(fo, o);
    else if (state == SPLIT_FAILOVER_HALF_OPEN)
        o->probe_ok = o->lost = 0;
    else if (state == SPLIT_FAILOVER_RAMP)
        o->step = 0, o->ramp_ok = 0, o->ramp_fail = 0;
}

/* F25: a verified origin waits in HOLD unless it may return by itself. */
static uint8_t
verified_state(const split_failover *fo, const fo_origin *o)
{
    return fo->p.failback != SPLIT_FAILOVER_FAILBACK_AUTO || o->latched ? SPLIT_FAILOVER_HOLD : SPLIT_FAILOVER_RAMP;
}

void
split__failover_move(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    const fo_row *row = find_row(o->state, cause);
    if (row == NULL)
        return;
    split_failover_event *e = add_event(fo, index, cause, events);
    const bool keeps_evidence = row->from == FROM(RAMP) && row->to == SPLIT_FAILOVER_CLOSED;
    if (row->level > 0)
        o->level += o->level < UINT8_MAX;
    else if (row->level < 0)
        o->level = 0;
    enter(fo, o, cause == SPLIT_FAILOVER_CAUSE_VERIFIED ? verified_state(fo, o) : row->to);
    if (!keeps_evidence) {
        o->gen++;
        clear_evidence(o);
    }
    o->moved = fo->any_moved = true;
    finish_event(e, fo, o);
    if (e != NULL)
        e->transition = row->number;
}
