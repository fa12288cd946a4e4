/* SPDX-License-Identifier: MIT */
/* The first attempt of a request (DESIGN.md F10-F17). */
#include "failover_data.h"

#include <string.h>

#include "num.h"
#include "split/error.h"

/* F15: which member is the least bad, when none admits the request. Lower is better. */
static uint32_t
badness(uint8_t state)
{
    static const uint8_t rank[] = {[SPLIT_FAILOVER_CLOSED] = 0, [SPLIT_FAILOVER_RAMP] = 0, [SPLIT_FAILOVER_HOLD] = 1,
                                   [SPLIT_FAILOVER_HALF_OPEN] = 2, [SPLIT_FAILOVER_OPEN] = 3};
    return rank[state];
}

static void
choose_panic(const split_failover *fo, const fo_ask *ask, split_failover_answer *out)
{
    uint32_t best = UINT32_MAX;
    out->kind = SPLIT_FAILOVER_KIND_FAIL_FAST;
    out->reason = ask->capped ? SPLIT_FAILOVER_REASON_IN_FLIGHT_CAP : SPLIT_FAILOVER_REASON_ALL_DOWN;
    for (uint32_t i = 0; !ask->capped && i < ask->chain->n_origins; i++) {
        const fo_origin *o = fo_origin_at(fo, ask->chain->origins[i]);
        if (o->mode == SPLIT_FAILOVER_MODE_FORCE_DOWN || badness(o->state) >= best)
            continue;
        best = badness(o->state);
        out->origin = (int32_t)ask->chain->origins[i];
        out->kind = SPLIT_FAILOVER_KIND_PANIC;
        out->reason = SPLIT_FAILOVER_REASON_LEAST_BAD;
    }
}

/* F14: a session that may stay where it is. */
static bool
choose_pinned(const split_failover *fo, const split_failover_request *req, const fo_ask *ask, split_failover_answer *out)
{
    if (!req->has_pin || fo->p.sticky != SPLIT_FAILOVER_STICKY_STAY)
        return false;
    for (uint32_t i = 0; i < ask->chain->n_origins; i++) {
        const fo_origin *o = fo_origin_at(fo, req->pinned);
        if (ask->chain->origins[i] != req->pinned || split__failover_capped(fo, o) ||
            !split__failover_admits(fo, o, req->key, out))
            continue;
        out->origin = (int32_t)req->pinned;
        out->reason = SPLIT_FAILOVER_REASON_PINNED;
        return true;
    }
    return false;
}

/* F14: a share of the safe requests goes straight to the second origin, so that the way there is known to work. */
static bool
choose_drill(const split_failover *fo, const fo_ask *ask, split_failover_answer *out)
{
    const uint64_t words[] = {fo->p.seed, fo->seq, ask->key};
    if (fo->p.drill_permille == 0 || ask->chain->n_origins < 2 || !ask->safe || !ask->replayable ||
        split__failover_mix(words, 3) % 1000 >= fo->p.drill_permille)
        return false;
    const fo_origin *second = fo_origin_at(fo, ask->chain->origins[1]);
    if (!fo_in_service(fo_origin_at(fo, ask->chain->origins[0])) || !fo_in_service(second) ||
        split__failover_capped(fo, second) || !split__failover_admits(fo, second, ask->key, out))
        return false;
    out->origin = (int32_t)ask->chain->origins[1];
    out->reason = SPLIT_FAILOVER_REASON_DRILL;
    out->flags |= SPLIT_FAILOVER_FLAG_DRILL;
    return true;
}

/* F14: an unsafe request is refused rather than served by a system that would diverge. */
static void
refuse_unsafe(split_failover *fo, const fo_ask *ask, split_failover_answer *out)
{
    if (fo->p.unsafe_failover != SPLIT_FAILOVER_UNSAFE_REFUSE || ask->safe || out->origin == out->assigned ||
        out->reason == SPLIT_FAILOVER_REASON_PINNED)
        return;
    out->origin = SPLIT_FAILOVER_NONE;
    out->kind = SPLIT_FAILOVER_KIND_FAIL_FAST;
    out->reason = SPLIT_FAILOVER_REASON_UNSAFE_REFUSED;
}

/* Complete the answer and its token for the origin that was chosen. */
void
split__failover_issue(split_failover *fo, const fo_ask *ask, uint64_t seq, uint8_t n_attempts, split_failover_answer *out)
{
    split_failover_token *t = &out->token;
    fo_origin *o = fo_origin_at(fo, (uint32_t)out->origin);
    o->n_issued++;
    t->seq = seq;
    t->origin_id = o->id;
    t->key = ask->key;
    t->tried = ask->tried | 1ull << out->origin;
    t->issued_at = fo->now;
    t->gen = o->gen;
    t->slot = (uint8_t)out->origin;
    t->kind = (uint8_t)out->kind;
    t->chain = (uint8_t)ask->chain_index;
    t->n_attempts = (uint8_t)(n_attempts + (out->kind != SPLIT_FAILOVER_KIND_PROBE));
    t->flags = (uint8_t)((ask->safe ? 1u : 0u) | (ask->replayable ? 2u : 0u));
    if (fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_OFF) {
        o->in_flight += o->in_flight < UINT32_MAX;
        t->flags |= 4u;
    }
    if (out->origin != out->assigned)
        out->flags |= SPLIT_FAILOVER_FLAG_FALLBACK;
    if (o->degraded)
        out->flags |= SPLIT_FAILOVER_FLAG_DEGRADED;
}

static void
deposit(split_failover *fo)
{
    const uint32_t room = fo->p.retry_cap_milli - fo->budget_milli;
    fo->budget_milli += fo->p.retry_deposit_milli < room ? fo->p.retry_deposit_milli : room;
}

static void
route(split_failover *fo, const split_failover_request *req, fo_ask *ask, split_failover_answer *out,
      split_failover_events *events)
{
    if (!choose_pinned(fo, req, ask, out) && !choose_drill(fo, ask, out) && !split__failover_choose(fo, ask, out, events))
        choose_panic(fo, ask, out);
    refuse_unsafe(fo, ask, out);
    if (out->origin == SPLIT_FAILOVER_NONE)
        return;
    const uint64_t seq = out->kind == SPLIT_FAILOVER_KIND_PROBE ? out->token.seq : ++fo->seq;
    split__failover_issue(fo, ask, seq, 0, out);
    if (req->has_pin && out->origin != (int32_t)req->pinned)
        out->flags |= SPLIT_FAILOVER_FLAG_REPIN;
}

int
split_failover_route(split_failover *fo, split_us now, const split_failover_request *req, split_failover_answer *out,
                     split_failover_events *events)
{
    if (fo == NULL || req == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (req->chain >= fo->n_chains || (req->has_pin && req->pinned >= fo->n_origins))
        return SPLIT_ERR_INDEX;
    fo_ask ask = {.chain = fo_chain_at(fo, req->chain), .key = req->key, .chain_index = req->chain,
                  .safe = req->safe, .replayable = req->replayable, .first = true};
    split__failover_begin(fo, now, events);
    memset(out, 0, sizeof *out);
    out->origin = SPLIT_FAILOVER_NONE;
    out->assigned = (int32_t)ask.chain->origins[0];
    route(fo, req, &ask, out, events);
    deposit(fo);
    out->deadline = split_failover_deadline(fo);
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
    fo_ask ask = {.chain = fo_chain_at(fo, 0), .safe = true};
    split__failover_begin(fo, now, events);
    memset(out, 0, sizeof *out);
    out->origin = SPLIT_FAILOVER_NONE;
    out->assigned = (int32_t)origin;
    out->reason = SPLIT_FAILOVER_REASON_NOT_DUE;
    split__failover_timer(fo, origin, events);
    if (split__failover_due(fo, fo_origin_at(fo, origin))) {
        out->origin = (int32_t)origin;
        out->kind = SPLIT_FAILOVER_KIND_PROBE;
        out->reason = SPLIT_FAILOVER_REASON_PROBE;
        split__failover_issue(fo, &ask, split__failover_lease_out(fo, origin, events), 0, out);
        out->token.flags |= 8u;
    }
    out->deadline = split_failover_deadline(fo);
    return SPLIT_OK;
}
