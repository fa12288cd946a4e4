/* SPDX-License-Identifier: MIT */
/* Reports: whom the outcome is credited to, and what the request does next (design/failover.md F18,
 * F29). */
#include "core/failover/choose.h"
#include "core/failover/guard.h"
#include "core/failover/move.h"
#include "core/failover/score.h"
#include "core/failover/timer.h"
#include "core/failover/window.h"
#include "core/base/num.h"
#include "split/error.h"

#define ATTEMPT_COST 1000u
#define AIMD_UP 1000u

/* The token's origin, also after a reload that moved it; UINT32_MAX when this machine has none
 * such. */
static uint32_t
origin_of(const split_failover *fo, const split_failover_token *token)
{
    if (token->slot < fo->n_origins && split__fo_at(fo, token->slot)->id == token->origin_id)
        return token->slot;
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (split__fo_at(fo, i)->id == token->origin_id)
            return i;
    return UINT32_MAX;
}

/* End the lease of a probe; false when it has none (any more). */
static bool
end_lease(const split_failover *fo, split__fo_origin *o, uint64_t seq)
{
    split__fo_ticket *leases = split__fo_leases(fo, o);
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        if (seq != 0 && leases[i].seq == seq) {
            leases[i] = (split__fo_ticket){0, 0};
            return true;
        }
    return false;
}

static split_failover_credit
credit_of(const split_failover *fo, split__fo_origin *o, const split_failover_token *token)
{
    bool is_probe = token->kind == SPLIT_FAILOVER_KIND_PROBE;
    bool serves = o->state == SPLIT_FAILOVER_CLOSED || o->state == SPLIT_FAILOVER_RAMP;
    if (token->kind == SPLIT_FAILOVER_KIND_PANIC || token->kind == SPLIT_FAILOVER_KIND_FORCED ||
        token->kind == SPLIT_FAILOVER_KIND_OBSERVED)
        return SPLIT_FAILOVER_CREDIT_UNSCORED;
    if (token->gen != o->gen || is_probe == serves)
        return SPLIT_FAILOVER_CREDIT_STALE;
    if (is_probe && !end_lease(fo, o, token->seq))
        return SPLIT_FAILOVER_CREDIT_STALE;
    return SPLIT_FAILOVER_CREDIT_APPLIED;
}

/* One request less in flight; AIMD learns from how it ended (F28). Health does not enter. */
static void
leave(const split_failover *fo, split__fo_origin *o, const split_failover_token *token,
      split_failover_class klass)
{
    if ((token->flags & SPLIT__FO_COUNTED) == 0 || fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF)
        return;
    uint32_t was = o->in_flight;
    o->in_flight = was > 0 ? was - 1 : 0;
    if (fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_AIMD || klass == SPLIT_FAILOVER_CLASS_NEUTRAL)
        return;
    uint64_t limit = o->in_flight_limit;
    if (klass != SPLIT_FAILOVER_CLASS_OK)
        limit = limit * 9 / 10;
    else if ((uint64_t)was * 2000 >= limit)
        limit += AIMD_UP;
    uint64_t least = (uint64_t)fo->p.in_flight_min * 1000,
             most = (uint64_t)fo->p.in_flight_cap * 1000;
    o->in_flight_limit = (uint32_t)(limit < least ? least : limit > most ? most : limit);
}

static split_failover_credit
credit(split__fo_call *call, uint32_t origin, const split_failover_token *token,
       const split_failover_outcome *outcome)
{
    if (origin == UINT32_MAX)
        return SPLIT_FAILOVER_CREDIT_STALE;
    split__fo_origin *o = split__fo_at(call->fo, origin);
    split__fo_timer(call, origin);
    o->n_reported++;
    leave(call->fo, o, token, outcome->klass);
    split_failover_credit credit = credit_of(call->fo, o, token);
    if (credit == SPLIT_FAILOVER_CREDIT_STALE)
        o->n_stale++;
    if (credit == SPLIT_FAILOVER_CREDIT_APPLIED && outcome->klass != SPLIT_FAILOVER_CLASS_NEUTRAL)
        split__fo_score(call, origin, token, outcome);
    return credit;
}

/* An attempt that never reached the origin costs nobody anything, and a probe's user is owed
 * one. */
static bool
is_free(const split_failover_token *token, split_failover_class klass)
{
    return klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT || token->kind == SPLIT_FAILOVER_KIND_PROBE;
}

static bool
may_resend(const split_failover *fo, const split_failover_token *token, split_failover_class klass)
{
    if (fo->p.refuse_unsafe && (token->flags & SPLIT__FO_SAFE) == 0)
        return false;
    return klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT ||
           ((token->flags & SPLIT__FO_SAFE) != 0 && (token->flags & SPLIT__FO_REPLAYABLE) != 0);
}

/* The reasons to stop, in the order of F29; ATTEMPT when there is none yet. */
static split_failover_next
give_up_reason(const split_failover *fo, const split_failover_token *token,
               const split_failover_outcome *outcome)
{
    if (!split__fo_is_failure(outcome->klass) || (token->flags & SPLIT__FO_SYNTHETIC) != 0)
        return SPLIT_FAILOVER_NEXT_DONE;
    if (outcome->committed)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED;
    if (!may_resend(fo, token, outcome->klass))
        return SPLIT_FAILOVER_NEXT_GIVE_UP_UNSAFE;
    if (token->kind == SPLIT_FAILOVER_KIND_PANIC)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_PANIC;
    if (token->kind != SPLIT_FAILOVER_KIND_PROBE && token->n_attempts >= fo->p.max_attempts)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_ATTEMPTS;
    if (!is_free(token, outcome->klass) && fo->budget < ATTEMPT_COST)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_BUDGET;
    return token->chain < fo->n_chains ? SPLIT_FAILOVER_NEXT_ATTEMPT
                                       : SPLIT_FAILOVER_NEXT_GIVE_UP_NO_ALTERNATIVE;
}

static split_failover_next
follow_up(split__fo_call *call, const split_failover_token *token,
          const split_failover_outcome *outcome, split_failover_answer *out)
{
    split_failover *fo = call->fo;
    split_failover_next next = give_up_reason(fo, token, outcome);
    if (next != SPLIT_FAILOVER_NEXT_ATTEMPT)
        return next;
    split__fo_ask ask = {.chain = split__fo_chain_at(fo, token->chain),
                         .key = token->key,
                         .tried = token->tried,
                         .pinned = UINT32_MAX,
                         .chain_index = token->chain,
                         .n_attempts = token->n_attempts,
                         .flags = token->flags & (SPLIT__FO_SAFE | SPLIT__FO_REPLAYABLE)};
    split_failover_answer answer;
    split__fo_timer_chain(call, ask.chain);
    if (!split__fo_choose(call, &ask, &answer))
        return SPLIT_FAILOVER_NEXT_GIVE_UP_NO_ALTERNATIVE;
    if (!is_free(token, outcome->klass))
        fo->budget -= ATTEMPT_COST;
    *out = answer;
    out->deadline_us = split__fo_next_change(fo);
    return SPLIT_FAILOVER_NEXT_ATTEMPT;
}

/* A success of an origin in service without any trouble pending only counts; everything else takes
 * the long way. */
static bool
is_plain_success(const split_failover *fo, const split__fo_origin *o,
                 const split_failover_token *token, const split_failover_outcome *outcome)
{
    return outcome->klass == SPLIT_FAILOVER_CLASS_OK && token->kind == SPLIT_FAILOVER_KIND_NORMAL &&
           o->id == token->origin_id && o->gen == token->gen && o->state == SPLIT_FAILOVER_CLOSED &&
           (o->run | o->level | o->degraded) == 0 &&
           fo->p.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF;
}

static bool
count_plain_success(split_failover *fo, const split_failover_token *token,
                    const split_failover_outcome *outcome, split_failover_followup *out)
{
    if (token->slot >= fo->n_origins)
        return false;
    split__fo_origin *o = split__fo_at(fo, token->slot);
    if (!is_plain_success(fo, o, token, outcome))
        return false;
    split__fo_slot *slot = split__fo_window_slot(fo, o);
    slot->total += slot->total < UINT32_MAX;
    o->n_reported++;
    out->credit = SPLIT_FAILOVER_CREDIT_APPLIED;
    out->next = SPLIT_FAILOVER_NEXT_DONE;
    out->deadline_us = split__fo_next_change(fo);
    return true;
}

int
split_failover_report(split_failover *fo, split_us now, const split_failover_token *token,
                      const split_failover_outcome *outcome, split_failover_followup *out,
                      split_failover_events *events)
{
    if (fo == NULL || token == NULL || outcome == NULL || out == NULL ||
        (uint32_t)outcome->klass >= SPLIT_FAILOVER_CLASS_COUNT)
        return SPLIT_ERR_ARG;
    split__fo_call call = {fo, 0, events};
    if (events != NULL)
        events->n = events->n_dropped = 0;
    split__fo_clock(fo, now);
    if (count_plain_success(fo, token, outcome, out))
        return SPLIT_OK;
    split_failover_token own = *token; /* out may hold it */
    out->credit = credit(&call, origin_of(fo, &own), &own, outcome);
    out->next = follow_up(&call, &own, outcome, &out->attempt);
    out->deadline_us = split__fo_next_change(fo);
    return SPLIT_OK;
}
