/* SPDX-License-Identifier: MIT */
/* Effective time, timers of the origins, and the next deadline (DESIGN.md F2, F9, F31). */
#include "failover_data.h"

#include "split/error.h"

void
split__failover_begin(split_failover *fo, split_us now, split_failover_events *events)
{
    if (events != NULL)
        events->n = events->n_dropped = 0;
    if (now < fo->now)
        fo->n_regressions++;
    else
        fo->now = now;
    for (uint32_t i = 0; fo->any_moved && i < fo->n_origins; i++)
        fo_origin_at(fo, i)->moved = false;
    fo->any_moved = false;
}

/* F26: one step of the ramp, when its time and its evidence are there. */
void
split__failover_ramp_step(split_failover *fo, uint32_t index, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    const bool proven = fo_aged(fo, o->since, fo->p.ramp_hold_us) && o->ramp_ok >= fo->p.ramp_min_ok;
    const bool waited = fo_aged(fo, o->since, fo->p.ramp_max_hold_us) && o->ramp_fail == 0;
    if (o->state != SPLIT_FAILOVER_RAMP || o->moved || !(proven || waited))
        return;
    const uint32_t next = o->step + 1u;
    if (next >= fo->p.n_ramp || fo->p.ramp_permille[next] >= 1000) {
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_RAMP_DONE, events);
        return;
    }
    o->step = (uint8_t)next;
    o->since = fo->now;
    split__failover_note(fo, index, (split_failover_cause)(SPLIT_FAILOVER_CAUSE_STEP1 + next - 1), events);
    o->ramp_ok = o->ramp_fail = 0;
    o->moved = fo->any_moved = true;
}

static void
verify_timer(split_failover *fo, uint32_t index, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    o->lost += split__failover_lease_reap(fo, o);
    if (o->lost >= fo->p.lost_limit)
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_PROBES_LOST, events);
    else if (o->state == SPLIT_FAILOVER_HALF_OPEN && fo_aged(fo, o->since, fo->p.half_open_max_us))
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT, events);
    else if (o->state == SPLIT_FAILOVER_HOLD && fo->p.failback == SPLIT_FAILOVER_FAILBACK_DELAY && !o->latched &&
             fo_aged(fo, o->since, fo->p.failback_delay_us))
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_FAILBACK_DELAY, events);
}

void
split__failover_timer(split_failover *fo, uint32_t index, split_failover_events *events)
{
    const fo_origin *o = fo_origin_at(fo, index);
    if (o->moved)
        return;
    if (o->state == SPLIT_FAILOVER_RAMP)
        split__failover_ramp_step(fo, index, events);
    else if (o->state == SPLIT_FAILOVER_HALF_OPEN || o->state == SPLIT_FAILOVER_HOLD)
        verify_timer(fo, index, events);
}

int
split_failover_tick(split_failover *fo, split_us now, split_failover_events *events)
{
    if (fo == NULL)
        return SPLIT_ERR_ARG;
    split__failover_begin(fo, now, events);
    for (uint32_t i = 0; fo->n_unsettled > 0 && i < fo->n_origins; i++)
        split__failover_timer(fo, i, events);
    return SPLIT_OK;
}
