/* SPDX-License-Identifier: MIT */
/* The operator's hand: modes, approval, reset. No timer runs (design/failover.md F30). */
#include "core/failover/move.h"
#include "split/error.h"

static void
forgive(split__fo_origin *o)
{
    o->latched = 0;
    o->n_stamps = 0;
}

static void
apply(split__fo_call *call, uint32_t origin, split_failover_action action)
{
    split__fo_origin *o = split__fo_at(call->fo, origin);
    switch (action) {
    case SPLIT_FAILOVER_DO_RESET:
        forgive(o);
        o->in_flight = 0;
        split__fo_move(call, origin, SPLIT_FAILOVER_CLOSED, SPLIT_FAILOVER_CAUSE_RESET);
        break;
    case SPLIT_FAILOVER_DO_APPROVE:
        if (o->state != SPLIT_FAILOVER_HOLD)
            break;
        forgive(o);
        split__fo_move(call, origin, SPLIT_FAILOVER_RAMP, SPLIT_FAILOVER_CAUSE_APPROVED);
        break;
    default:
        o->mode = (uint8_t)action;
        split__fo_settle(call->fo, origin);
        break;
    }
}

int
split_failover_admin(split_failover *fo, split_us now, uint32_t origin,
                     split_failover_action action, split_failover_events *events)
{
    if (fo == NULL || (uint32_t)action >= SPLIT_FAILOVER_ACTION_COUNT)
        return SPLIT_ERR_ARG;
    if (origin >= fo->n_origins)
        return SPLIT_ERR_INDEX;
    split__fo_call call = {fo, 0, events};
    if (events != NULL)
        events->n = events->n_dropped = 0;
    split__fo_clock(fo, now);
    apply(&call, origin, action);
    return SPLIT_OK;
}
