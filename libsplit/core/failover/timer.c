/* SPDX-License-Identifier: MIT */
/* What time alone does to an origin: lost probes, time limits, the way back (design/failover.md
 * F9). */
#include "core/failover/timer.h"

#include "core/failover/guard.h"
#include "core/failover/move.h"

/* A lease is dead at its expiry; its probe counts as lost. */
static void
reap_leases(split_failover *fo, split__fo_origin *o)
{
    split__fo_ticket *leases = split__fo_leases(fo, o);
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        if (leases[i].seq != 0 && fo->now >= leases[i].expiry) {
            leases[i] = (split__fo_ticket){0, 0};
            if (o->lost < UINT32_MAX)
                o->lost++;
        }
}

static void
timer_verifying(split__fo_call *call, uint32_t origin)
{
    split__fo_origin *o = split__fo_at(call->fo, origin);
    reap_leases(call->fo, o);
    if (o->lost >= call->fo->p.lost_limit)
        split__fo_move(call, origin, SPLIT_FAILOVER_OPEN, SPLIT_FAILOVER_CAUSE_PROBES_LOST);
    else if (split__fo_half_open_over(call->fo, o))
        split__fo_move(call, origin, SPLIT_FAILOVER_OPEN, SPLIT_FAILOVER_CAUSE_HALF_OPEN_TIMEOUT);
    else if (split__fo_failback_due(call->fo, o))
        split__fo_move(call, origin, SPLIT_FAILOVER_RAMP, SPLIT_FAILOVER_CAUSE_FAILBACK_DELAY);
}

void
split__fo_step(split__fo_call *call, uint32_t origin)
{
    split_failover *fo = call->fo;
    split__fo_origin *o = split__fo_at(fo, origin);
    if (split__fo_moved(call, origin) || !split__fo_step_due(fo, o))
        return;
    uint32_t next = o->step + 1u;
    if (next >= fo->p.n_ramp || fo->p.ramp_permille[next] >= 1000) {
        split__fo_move(call, origin, SPLIT_FAILOVER_CLOSED, SPLIT_FAILOVER_CAUSE_RAMP_DONE);
        return;
    }
    o->step = (uint8_t)next;
    split__fo_note(call, origin, (split_failover_cause)(SPLIT_FAILOVER_CAUSE_STEP1 + next - 1));
    o->since = fo->now;
    o->ok = o->bad = 0;
    call->moved |= split__fo_bit(origin);
}

void
split__fo_timer(split__fo_call *call, uint32_t origin)
{
    if (split__fo_moved(call, origin))
        return;
    switch (split__fo_at(call->fo, origin)->state) {
    case SPLIT_FAILOVER_HALF_OPEN:
    case SPLIT_FAILOVER_HOLD:
        timer_verifying(call, origin);
        break;
    case SPLIT_FAILOVER_RAMP:
        split__fo_step(call, origin);
        break;
    default:
        break;
    }
}

void
split__fo_timer_chain(split__fo_call *call, const split__fo_chain *chain)
{
    if ((chain->members & call->fo->unsettled) == 0)
        return;
    for (uint32_t i = 0; i < chain->n; i++)
        split__fo_timer(call, chain->origin[i]);
}
