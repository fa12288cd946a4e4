/* SPDX-License-Identifier: MIT */
/* First attempts: route, panic, and the synthetic probe (design/failover.md F10, F16, F17). */
#include "core/failover/choose.h"
#include "core/failover/guard.h"
#include "core/failover/guard_probe.h"
#include "core/failover/issue.h"
#include "core/failover/move.h"
#include "core/failover/timer.h"
#include "core/base/num.h"
#include "split/error.h"

/* Rank of a member in a panic, least bad first; FORCE_DOWN is never named. */
static uint32_t
badness(const split__fo_origin *o)
{
    static const uint8_t ranks[SPLIT_FAILOVER_STATE_COUNT] = {
        [SPLIT_FAILOVER_CLOSED] = 0,    [SPLIT_FAILOVER_RAMP] = 0, [SPLIT_FAILOVER_HOLD] = 1,
        [SPLIT_FAILOVER_HALF_OPEN] = 2, [SPLIT_FAILOVER_OPEN] = 3,
    };
    return o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN ? UINT32_MAX : ranks[o->state];
}

static void
panic(split_failover *fo, const split__fo_ask *ask, split_failover_answer *out)
{
    uint32_t best = UINT32_MAX, best_rank = UINT32_MAX;
    for (uint32_t i = 0; i < ask->chain->n; i++) {
        uint32_t rank = badness(split__fo_at(fo, ask->chain->origin[i]));
        if (rank < best_rank) {
            best_rank = rank;
            best = ask->chain->origin[i];
        }
    }
    if (best != UINT32_MAX)
        split__fo_issue(fo, ask, best, SPLIT_FAILOVER_KIND_PANIC, SPLIT_FAILOVER_REASON_LEAST_BAD,
                        out);
}

static void
deposit(split_failover *fo)
{
    uint64_t budget = (uint64_t)fo->budget + fo->p.retry_deposit;
    fo->budget = budget < fo->p.retry_cap ? (uint32_t)budget : fo->p.retry_cap;
}

static split__fo_ask
ask_of(const split_failover *fo, const split_failover_request *req)
{
    split__fo_ask ask = {
        .chain = split__fo_chain_at(fo, req->chain), .key = req->key, .is_first = true};
    ask.pinned = req->has_pin ? req->pinned : UINT32_MAX;
    ask.chain_index = (uint8_t)req->chain;
    ask.flags =
        (uint8_t)((req->safe ? SPLIT__FO_SAFE : 0) | (req->replayable ? SPLIT__FO_REPLAYABLE : 0));
    return ask;
}

/* All members well and nothing special asked: the first one, without looking at the others. */
static bool
is_plain(const split_failover *fo, const split__fo_ask *ask)
{
    return (fo->unsettled & ask->chain->members) == 0 && ask->pinned == UINT32_MAX &&
           fo->p.drill_permille == 0 && fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF;
}

static void
route_any(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    split__fo_timer_chain(call, ask->chain);
    if (!split__fo_choose(call, ask, out) && out->reason == SPLIT_FAILOVER_REASON_ALL_DOWN)
        panic(call->fo, ask, out);
}

int
split_failover_route(split_failover *fo, split_us now, const split_failover_request *req,
                     split_failover_answer *out, split_failover_events *events)
{
    if (fo == NULL || req == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (req->chain >= fo->n_chains || (req->has_pin && req->pinned >= fo->n_origins))
        return SPLIT_ERR_INDEX;
    split__fo_call call = {fo, 0, events};
    if (events != NULL)
        events->n = events->n_dropped = 0;
    split__fo_ask ask = ask_of(fo, req);
    split__fo_clock(fo, now);
    deposit(fo);
    if (is_plain(fo, &ask))
        split__fo_issue(fo, &ask, ask.chain->origin[0], SPLIT_FAILOVER_KIND_NORMAL,
                        SPLIT_FAILOVER_REASON_ASSIGNED, out);
    else
        route_any(&call, &ask, out);
    out->deadline_us = split__fo_next_change(fo);
    return SPLIT_OK;
}

int
split_failover_probe(split_failover *fo, split_us now, uint32_t origin, split_failover_answer *out,
                     split_failover_events *events)
{
    if (fo == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= fo->n_origins)
        return SPLIT_ERR_INDEX;
    split__fo_call call = {fo, 0, events};
    if (events != NULL)
        events->n = events->n_dropped = 0;
    split__fo_chain alone = {.members = split__fo_bit(origin), .origin = {(uint8_t)origin}, .n = 1};
    split__fo_ask ask = {.chain = &alone, .pinned = UINT32_MAX, .flags = SPLIT__FO_SYNTHETIC};
    const split__fo_origin *o = split__fo_at(fo, origin);
    split__fo_clock(fo, now);
    split__fo_timer(&call, origin);
    bool blocked = o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN ||
                   o->mode == SPLIT_FAILOVER_MODE_FORCE_UP ||
                   (o->state == SPLIT_FAILOVER_OPEN && split__fo_moved(&call, origin));
    if (blocked || !split__fo_probe_due(fo, o)) {
        split__fo_refuse(fo, &ask, SPLIT_FAILOVER_REASON_NOT_DUE, out);
    } else {
        split__fo_lease(&call, origin);
        split__fo_issue(fo, &ask, origin, SPLIT_FAILOVER_KIND_PROBE, SPLIT_FAILOVER_REASON_PROBE,
                        out);
    }
    out->deadline_us = split__fo_next_change(fo);
    return SPLIT_OK;
}

int
split_failover_tick(split_failover *fo, split_us now, split_failover_events *events)
{
    if (fo == NULL)
        return SPLIT_ERR_ARG;
    split__fo_call call = {fo, 0, events};
    if (events != NULL)
        events->n = events->n_dropped = 0;
    split__fo_clock(fo, now);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        split__fo_timer(&call, i);
    return SPLIT_OK;
}
