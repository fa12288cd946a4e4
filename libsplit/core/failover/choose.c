/* SPDX-License-Identifier: MIT */
/* Which member of the chain gets the attempt (design/failover.md F12-F15, F26-F28). */
#include "core/failover/choose.h"

#include "core/failover/guard.h"
#include "core/failover/guard_probe.h"
#include "core/failover/issue.h"
#include "core/failover/mix.h"
#include "core/failover/move.h"
#include "core/failover/service.h"

#define DRILL_WORD 0xD

static bool
is_untried(const split__fo_ask *ask, const split__fo_origin *o)
{
    return (ask->tried & split__fo_bit(o->slot)) == 0;
}

static bool
is_replay_safe(const split__fo_ask *ask)
{
    return (ask->flags & SPLIT__FO_SAFE) != 0 && (ask->flags & SPLIT__FO_REPLAYABLE) != 0;
}

/* The member where a machine that never ejects would send the request: OBSERVE lets only that one
 * be probed (F35). */
static uint32_t
natural_member(const split_failover *fo, const split__fo_ask *ask)
{
    for (uint32_t i = 0; i < ask->chain->n; i++) {
        const split__fo_origin *o = split__fo_at(fo, ask->chain->origin[i]);
        if (is_untried(ask, o) && o->mode != SPLIT_FAILOVER_MODE_FORCE_DOWN)
            return ask->chain->origin[i];
    }
    return UINT32_MAX;
}

/* A session that stays, and a request that may not leave home, are no probes of other origins. */
static bool
is_bound_elsewhere(const split_failover *fo, const split__fo_ask *ask, uint32_t origin)
{
    if (fo->p.sticky == SPLIT_FAILOVER_STICKY_STAY && ask->pinned != UINT32_MAX)
        return ask->pinned != origin;
    return fo->p.refuse_unsafe && (ask->flags & SPLIT__FO_SAFE) == 0 &&
           ask->chain->origin[0] != origin;
}

static bool
may_be_probed(const split__fo_call *call, const split__fo_ask *ask, uint32_t origin)
{
    const split_failover *fo = call->fo;
    const split__fo_origin *o = split__fo_at(fo, origin);
    if (o->mode == SPLIT_FAILOVER_MODE_OBSERVE && natural_member(fo, ask) != origin)
        return false;
    if (o->mode != SPLIT_FAILOVER_MODE_AUTO && o->mode != SPLIT_FAILOVER_MODE_OBSERVE)
        return false;
    if (o->state == SPLIT_FAILOVER_OPEN && split__fo_moved(call, origin))
        return false;
    return is_untried(ask, o) && split__fo_probe_due(fo, o) && !split__fo_full(fo, o) &&
           !is_bound_elsewhere(fo, ask, origin);
}

/* An overdue origin takes any first attempt, except in HOLD; else a probe must not cost its user
 * anything. */
static bool
is_eligible(const split_failover *fo, const split__fo_ask *ask, uint32_t origin)
{
    const split__fo_origin *o = split__fo_at(fo, origin);
    bool overdue = split__fo_overdue(fo, o);
    if (overdue && ask->is_first && o->state != SPLIT_FAILOVER_HOLD)
        return true;
    return is_replay_safe(ask) && split__fo_alternative(fo, ask->chain, origin, ask->tried) &&
           (overdue || split__fo_home(fo, ask->chain, origin) ||
            split__fo_urgent(fo, ask->chain, origin));
}

static bool
choose_probe(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    split_failover *fo = call->fo;
    for (uint32_t i = 0; i < ask->chain->n; i++) {
        uint32_t origin = ask->chain->origin[i];
        if ((fo->unsettled & split__fo_bit(origin)) == 0 || !may_be_probed(call, ask, origin) ||
            !is_eligible(fo, ask, origin))
            continue;
        bool overdue = split__fo_overdue(fo, split__fo_at(fo, origin));
        split__fo_lease(call, origin);
        split__fo_issue(fo, ask, origin, SPLIT_FAILOVER_KIND_PROBE,
                        overdue ? SPLIT_FAILOVER_REASON_PROBE_OVERDUE : SPLIT_FAILOVER_REASON_PROBE,
                        out);
        return true;
    }
    return false;
}

/* How this member would take the request; FAIL_FAST when it would not. */
static split_failover_kind
admission(const split_failover *fo, const split__fo_ask *ask, const split__fo_origin *o)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN)
        return SPLIT_FAILOVER_KIND_FAIL_FAST;
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP)
        return SPLIT_FAILOVER_KIND_FORCED;
    if (o->state == SPLIT_FAILOVER_CLOSED)
        return SPLIT_FAILOVER_KIND_NORMAL;
    if (split__fo_admits_key(fo, o, ask->key))
        return SPLIT_FAILOVER_KIND_RAMP;
    /* Where unsafe requests may not leave home, a home that returns takes them all. */
    if (o->state == SPLIT_FAILOVER_RAMP && fo->p.refuse_unsafe &&
        (ask->flags & SPLIT__FO_SAFE) == 0)
        return SPLIT_FAILOVER_KIND_RAMP;
    return o->mode == SPLIT_FAILOVER_MODE_OBSERVE ? SPLIT_FAILOVER_KIND_OBSERVED
                                                  : SPLIT_FAILOVER_KIND_FAIL_FAST;
}

static split_failover_reason
reason_of(const split__fo_ask *ask, uint32_t origin, split_failover_kind kind)
{
    switch (kind) {
    case SPLIT_FAILOVER_KIND_FORCED:
        return SPLIT_FAILOVER_REASON_FORCED;
    case SPLIT_FAILOVER_KIND_RAMP:
        return SPLIT_FAILOVER_REASON_COHORT;
    case SPLIT_FAILOVER_KIND_OBSERVED:
        return SPLIT_FAILOVER_REASON_OBSERVED;
    default:
        return ask->chain->origin[0] == origin ? SPLIT_FAILOVER_REASON_ASSIGNED
                                               : SPLIT_FAILOVER_REASON_DIVERTED;
    }
}

/* A session that stays keeps its origin as long as that admits it (F27). Follow-ups have no pin, so
 * it is untried. */
static bool
choose_pinned(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    split_failover *fo = call->fo;
    if (fo->p.sticky != SPLIT_FAILOVER_STICKY_STAY || ask->pinned == UINT32_MAX ||
        (ask->chain->members & split__fo_bit(ask->pinned)) == 0)
        return false;
    const split__fo_origin *o = split__fo_at(fo, ask->pinned);
    split_failover_kind kind = admission(fo, ask, o);
    if (kind == SPLIT_FAILOVER_KIND_FAIL_FAST || split__fo_full(fo, o))
        return false;
    split__fo_issue(fo, ask, ask->pinned, kind, SPLIT_FAILOVER_REASON_PINNED, out);
    return true;
}

/* A permille of safe requests goes to the second origin while both are well, so the fallback is
 * never untested (F26). */
static bool
choose_drill(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    split_failover *fo = call->fo;
    if (fo->p.drill_permille == 0 || !ask->is_first || !is_replay_safe(ask) || ask->chain->n < 2)
        return false;
    uint32_t second = ask->chain->origin[1];
    uint64_t both = split__fo_bit(ask->chain->origin[0]) | split__fo_bit(second);
    if ((fo->unsettled & both) != 0 || split__fo_full(fo, split__fo_at(fo, second)))
        return false;
    uint64_t h = split__fo_mix(split__fo_mix(SPLIT__FO_MIX_START, fo->p.seed), DRILL_WORD);
    if (split__fo_mix(h, fo->seq) % 1000 >= fo->p.drill_permille)
        return false;
    split__fo_issue(fo, ask, second, SPLIT_FAILOVER_KIND_NORMAL, SPLIT_FAILOVER_REASON_DRILL, out);
    return true;
}

static bool
choose_member(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    split_failover *fo = call->fo;
    bool is_unsafe = fo->p.refuse_unsafe && (ask->flags & SPLIT__FO_SAFE) == 0;
    bool is_full = false;
    for (uint32_t i = 0; i < (is_unsafe ? 1u : ask->chain->n); i++) {
        uint32_t origin = ask->chain->origin[i];
        const split__fo_origin *o = split__fo_at(fo, origin);
        split_failover_kind kind =
            is_untried(ask, o) ? admission(fo, ask, o) : SPLIT_FAILOVER_KIND_FAIL_FAST;
        if (kind == SPLIT_FAILOVER_KIND_FAIL_FAST)
            continue;
        if (split__fo_full(fo, o)) {
            is_full = true;
            continue;
        }
        split__fo_issue(fo, ask, origin, kind, reason_of(ask, origin, kind), out);
        return true;
    }
    split_failover_reason reason = is_full     ? SPLIT_FAILOVER_REASON_IN_FLIGHT_CAP
                                   : is_unsafe ? SPLIT_FAILOVER_REASON_UNSAFE_REFUSED
                                               : SPLIT_FAILOVER_REASON_ALL_DOWN;
    split__fo_refuse(fo, ask, reason, out);
    return false;
}

bool
split__fo_choose(split__fo_call *call, const split__fo_ask *ask, split_failover_answer *out)
{
    if ((call->fo->unsettled & ask->chain->members) != 0 && choose_probe(call, ask, out))
        return true;
    return choose_pinned(call, ask, out) || choose_drill(call, ask, out) ||
           choose_member(call, ask, out);
}
