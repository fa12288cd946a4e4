/* SPDX-License-Identifier: MIT */
/* Which origin an attempt goes to: due probes first, then the first member that admits it (DESIGN.md F10-F13). */
#include "failover_data.h"

static bool
was_tried(const fo_ask *ask, uint32_t index)
{
    return (ask->tried >> index & 1u) != 0;
}

/* F11: whether a probe of this origin is due. */
bool
split__failover_due(const split_failover *fo, const fo_origin *o)
{
    const uint32_t live = split__failover_lease_count(o);
    if (!fo_is_auto(o))
        return false;
    if (o->state == SPLIT_FAILOVER_OPEN)
        return !o->moved && fo->now >= o->open_until;
    if (o->state == SPLIT_FAILOVER_HALF_OPEN)
        return live < fo->p.probes_in_flight &&
               (!o->probed || fo_aged(fo, o->last_probe, fo->p.probe_interval_us));
    return o->state == SPLIT_FAILOVER_HOLD && live == 0 && fo_aged(fo, o->since, fo->p.hold_probe_us) &&
           (!o->probed || fo_aged(fo, o->last_probe, fo->p.hold_probe_us));
}

static bool
is_overdue(const split_failover *fo, const fo_origin *o)
{
    return fo->now >= o->open_until && fo_aged(fo, o->open_until, fo->p.overdue_us);
}

/* Another untried member could serve the request if the probe fails. */
static bool
has_alternative(const split_failover *fo, const fo_ask *ask, uint32_t index)
{
    for (uint32_t i = 0; i < ask->chain->n_origins; i++) {
        const uint32_t other = ask->chain->origins[i];
        if (other != index && !was_tried(ask, other) && fo_in_service(fo_origin_at(fo, other)))
            return true;
    }
    return false;
}

static bool
is_urgent(const split_failover *fo, const fo_ask *ask, uint32_t index)
{
    for (uint32_t i = 0; i < ask->chain->n_origins; i++)
        if (ask->chain->origins[i] != index && fo_origin_at(fo, ask->chain->origins[i])->degraded)
            return true;
    return false;
}

/* F12: whose request may be the probe. */
static bool
may_probe(const split_failover *fo, const fo_ask *ask, uint32_t index)
{
    const fo_origin *o = fo_origin_at(fo, index);
    const bool overdue = is_overdue(fo, o);
    const bool home = (o->heads >> ask->chain_index & 1u) != 0 || o->heads == 0;
    if (overdue && ask->first && o->state != SPLIT_FAILOVER_HOLD)
        return true;
    return ask->safe && ask->replayable && has_alternative(fo, ask, index) &&
           (home || overdue || is_urgent(fo, ask, index));
}

/* Lease a probe; returns the lease's number. */
uint64_t
split__failover_lease_out(split_failover *fo, uint32_t index, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    if (o->state == SPLIT_FAILOVER_OPEN)
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_PROBE_DUE, events);
    split__failover_lease_take(fo, o, ++fo->seq);
    return fo->seq;
}

bool
split__failover_capped(const split_failover *fo, const fo_origin *o)
{
    return fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF && o->in_flight >= o->in_flight_cap;
}

/* F13: whether a member admits a request with this key, and as what. */
bool
split__failover_admits(const split_failover *fo, const fo_origin *o, uint64_t key, split_failover_answer *out)
{
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN)
        return false;
    if (o->mode == SPLIT_FAILOVER_MODE_FORCE_UP) {
        out->kind = SPLIT_FAILOVER_KIND_FORCED;
        out->reason = SPLIT_FAILOVER_REASON_FORCED;
    } else if (o->state == SPLIT_FAILOVER_CLOSED) {
        out->kind = SPLIT_FAILOVER_KIND_NORMAL;
        out->reason = SPLIT_FAILOVER_REASON_ASSIGNED;
    } else if (o->state == SPLIT_FAILOVER_RAMP &&
               split__failover_cohort(fo, o, key) < fo->p.ramp_permille[o->step]) {
        out->kind = SPLIT_FAILOVER_KIND_RAMP;
        out->reason = SPLIT_FAILOVER_REASON_COHORT;
    } else {
        return false;
    }
    return true;
}

static bool
choose_probe(split_failover *fo, const fo_ask *ask, split_failover_answer *out, split_failover_events *events)
{
    for (uint32_t i = 0; i < ask->chain->n_origins; i++) {
        const uint32_t index = ask->chain->origins[i];
        const fo_origin *o = fo_origin_at(fo, index);
        if (o->state == SPLIT_FAILOVER_CLOSED || was_tried(ask, index) || !split__failover_due(fo, o) ||
            !may_probe(fo, ask, index) || split__failover_capped(fo, o))
            continue;
        out->reason = is_overdue(fo, o) ? SPLIT_FAILOVER_REASON_PROBE_OVERDUE : SPLIT_FAILOVER_REASON_PROBE;
        out->kind = SPLIT_FAILOVER_KIND_PROBE;
        out->origin = (int32_t)index;
        out->token.seq = split__failover_lease_out(fo, index, events);
        return true;
    }
    return false;
}

static bool
choose_member(split_failover *fo, fo_ask *ask, split_failover_answer *out)
{
    for (uint32_t i = 0; i < ask->chain->n_origins; i++) {
        const uint32_t index = ask->chain->origins[i];
        const fo_origin *o = fo_origin_at(fo, index);
        if (was_tried(ask, index) || !split__failover_admits(fo, o, ask->key, out))
            continue;
        if (split__failover_capped(fo, o)) {
            ask->capped = true;
            continue;
        }
        out->origin = (int32_t)index;
        if (i > 0 && out->reason == SPLIT_FAILOVER_REASON_ASSIGNED)
            out->reason = SPLIT_FAILOVER_REASON_DIVERTED;
        return true;
    }
    return false;
}

/* F16: an observed origin is served as if it were closed; what AUTO would not have sent there is not scored. */
static bool
choose_observed(const split_failover *fo, const fo_ask *ask, split_failover_answer *out)
{
    for (uint32_t i = 0; i < ask->chain->n_origins; i++) {
        const uint32_t index = ask->chain->origins[i];
        const fo_origin *o = fo_origin_at(fo, index);
        if ((int32_t)index == out->origin)
            return false;
        if (o->mode != SPLIT_FAILOVER_MODE_OBSERVE || was_tried(ask, index) || split__failover_capped(fo, o))
            continue;
        out->origin = (int32_t)index;
        out->kind = SPLIT_FAILOVER_KIND_OBSERVED;
        out->reason = SPLIT_FAILOVER_REASON_OBSERVED;
        return true;
    }
    return false;
}

bool
split__failover_choose(split_failover *fo, fo_ask *ask, split_failover_answer *out, split_failover_events *events)
{
    out->origin = SPLIT_FAILOVER_NONE;
    if (fo->n_unsettled > 0) {
        for (uint32_t i = 0; i < ask->chain->n_origins; i++)
            split__failover_timer(fo, ask->chain->origins[i], events);
        if (choose_probe(fo, ask, out, events))
            return true;
    }
    const bool found = choose_member(fo, ask, out);
    return choose_observed(fo, ask, out) || found;
}
