/* SPDX-License-Identifier: MIT */
/* The operator's hand (DESIGN.md F32). */
#include "failover_data.h"

#include "split/error.h"

static void
forget_flaps(fo_origin *o)
{
    o->latched = false;
    o->n_flaps = o->next_flap = 0;
}

static void
approve(split_failover *fo, uint32_t index, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    if (o->state != SPLIT_FAILOVER_HOLD)
        return;
    forget_flaps(o);
    split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_APPROVED, events);
}

int
split_failover_admin(split_failover *fo, split_us now, uint32_t origin, split_failover_action action,
                     split_failover_events *events)
{
    if (fo == NULL || (unsigned)action >= SPLIT_FAILOVER_N_ACTIONS)
        return SPLIT_ERR_ARG;
    if (origin >= fo->n_origins)
        return SPLIT_ERR_INDEX;
    fo_origin *o = fo_origin_at(fo, origin);
    split__failover_begin(fo, now, events);
    if (action == SPLIT_FAILOVER_DO_APPROVE) {
        approve(fo, origin, events);
    } else if (action == SPLIT_FAILOVER_DO_RESET) {
        forget_flaps(o);
        split__failover_move(fo, origin, SPLIT_FAILOVER_CAUSE_RESET, events);
    } else {
        o->mode = (uint8_t)action;
    }
    return SPLIT_OK;
}
