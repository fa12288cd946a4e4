/* SPDX-License-Identifier: MIT */
/* When a failure ejects an origin, and when it must not (DESIGN.md F20-F24). */
#include "failover_data.h"

#include "num.h"

static uint32_t
share_ppm(fo_slot sum)
{
    return (uint32_t)((uint64_t)sum.bad * 1000000 / sum.total);
}

/* F20: enough failures in a row, over enough time, of enough subjects. */
static bool
run_is_spread(const split_failover *fo, const fo_origin *o)
{
    return fo_aged(fo, o->run_start, fo->p.run_min_span_us) &&
           split__failover_count_keys(o->run_keys) >= fo->p.min_keys;
}

static bool
ramp_failed(const split_failover *fo, const fo_origin *o)
{
    return o->state == SPLIT_FAILOVER_RAMP && fo->p.ramp_consecutive > 0 && o->run >= fo->p.ramp_consecutive;
}

static bool
hard_run(const split_failover *fo, const fo_origin *o)
{
    return fo->p.hard_consecutive > 0 && o->hard_run >= fo->p.hard_consecutive && run_is_spread(fo, o);
}

static bool
soft_run(const split_failover *fo, const fo_origin *o)
{
    return fo->p.consecutive > 0 && o->run >= fo->p.consecutive && run_is_spread(fo, o);
}

static bool
ratio(const split_failover *fo, fo_slot sum)
{
    return fo->p.fail_ppm > 0 && sum.total > 0 && sum.total >= fo->p.min_samples &&
           (uint64_t)sum.bad * 1000000 >= (uint64_t)fo->p.fail_ppm * sum.total &&
           split__failover_count_keys(sum.keys) >= fo->p.min_keys;
}

/* F22: a closed peer that fails about as much, so the fault is not this origin's. */
static bool
common_cause(const split_failover *fo, const fo_origin *o, fo_slot own)
{
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        const fo_origin *peer = fo_origin_at(fo, i);
        if (peer == o || (peer->chains & o->chains) == 0 || peer->state != SPLIT_FAILOVER_CLOSED)
            continue;
        const fo_slot sum = split__failover_window_sum(fo, peer);
        if (sum.total > 0 && sum.total >= fo->p.min_samples &&
            (int64_t)share_ppm(own) - (int64_t)share_ppm(sum) < (int64_t)fo->p.rel_margin_ppm)
            return true;
    }
    return false;
}

/* F23: every chain of the origin keeps another member in service. */
static bool
strands_no_chain(const split_failover *fo, const fo_origin *o)
{
    for (uint32_t c = 0; c < fo->n_chains; c++) {
        bool other = false;
        const split_failover_chain *chain = fo_chain_at(fo, c);
        if ((o->chains >> c & 1u) == 0)
            continue;
        for (uint32_t i = 0; i < chain->n_origins; i++) {
            const fo_origin *member = fo_origin_at(fo, chain->origins[i]);
            other = other || (member != o && fo_in_service(member));
        }
        if (!other)
            return false;
    }
    return true;
}

static void
suppress(split_failover *fo, uint32_t index, split_failover_cause cause, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    if (!o->degraded)
        split__failover_note(fo, index, cause, events);
    o->degraded = true;
}

/* F24: the last origin fails, so its peers are wanted sooner. */
static void
hurry_peers(split_failover *fo, const fo_origin *o, split_failover_events *events)
{
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        fo_origin *peer = fo_origin_at(fo, i);
        if (peer == o || (peer->chains & o->chains) == 0)
            continue;
        if (peer->state == SPLIT_FAILOVER_OPEN)
            peer->open_until = split__min_i64(peer->open_until, split__add_sat(fo->now, fo->p.emergency_us));
        else if (peer->state == SPLIT_FAILOVER_RAMP && !peer->moved)
            split__failover_move(fo, i, SPLIT_FAILOVER_CAUSE_URGENT_RAMP, events);
    }
}

/* F27: too many trips in a while make the return manual. */
static void
stamp_flap(const split_failover *fo, fo_origin *o)
{
    uint32_t young = 0;
    if (fo->p.flap_limit == 0)
        return;
    o->flaps[o->next_flap] = fo->now;
    o->next_flap = (uint8_t)((o->next_flap + 1u) % FO_FLAPS_MAX);
    o->n_flaps = (uint8_t)(o->n_flaps + (o->n_flaps < FO_FLAPS_MAX));
    for (uint32_t i = 1; i <= o->n_flaps; i++) {
        const split_us stamp = o->flaps[(o->next_flap + FO_FLAPS_MAX - i) % FO_FLAPS_MAX];
        young += !fo_aged(fo, stamp, fo->p.flap_window_us) || stamp == fo->now;
    }
    if (young >= fo->p.flap_limit)
        o->latched = true;
}

/* Which rule trips, if any; F21 fixes the order. Returns -1 for none. */
static int
tripping_rule(const split_failover *fo, const fo_origin *o, fo_slot sum)
{
    if (ramp_failed(fo, o))
        return SPLIT_FAILOVER_CAUSE_RAMP_FAILED;
    if (hard_run(fo, o))
        return SPLIT_FAILOVER_CAUSE_HARD_RUN;
    if (soft_run(fo, o))
        return SPLIT_FAILOVER_CAUSE_RUN;
    return ratio(fo, sum) ? SPLIT_FAILOVER_CAUSE_RATIO : -1;
}

void
split__failover_trip(split_failover *fo, uint32_t index, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    const fo_slot sum = split__failover_window_sum(fo, o);
    const int rule = tripping_rule(fo, o, sum);
    if (rule < 0 || o->moved)
        return;
    if (rule == SPLIT_FAILOVER_CAUSE_RATIO && common_cause(fo, o, sum)) {
        suppress(fo, index, SPLIT_FAILOVER_CAUSE_SUPPRESSED_COMMON_CAUSE, events);
        return;
    }
    if (!strands_no_chain(fo, o)) {
        suppress(fo, index, SPLIT_FAILOVER_CAUSE_SUPPRESSED_LAST, events);
        hurry_peers(fo, o, events);
        return;
    }
    stamp_flap(fo, o);
    split__failover_move(fo, index, (split_failover_cause)rule, events);
}
