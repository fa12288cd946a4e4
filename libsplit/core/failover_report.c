/* SPDX-License-Identifier: MIT */
/* The outcome of an attempt: credit, score, and what the request does next (DESIGN.md F18, F30). */
#include "failover_data.h"

#include <string.h>

#include "split/error.h"

#define TOKEN_SAFE 1u
#define TOKEN_REPLAYABLE 2u
#define TOKEN_IN_FLIGHT 4u
#define TOKEN_SYNTHETIC 8u

/* The origin a token belongs to, also after a reload that moved it; NONE when it is not here any more. */
static int32_t
find_origin(const split_failover *fo, const split_failover_token *token)
{
    if (token->slot < fo->n_origins && fo_origin_at(fo, token->slot)->id == token->origin_id)
        return token->slot;
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (fo_origin_at(fo, i)->id == token->origin_id)
            return (int32_t)i;
    return SPLIT_FAILOVER_NONE;
}

static split_failover_credit
credit_of(const split_failover *fo, int32_t index, const split_failover_token *token)
{
    if (token->kind == SPLIT_FAILOVER_KIND_PANIC || token->kind == SPLIT_FAILOVER_KIND_FORCED ||
        token->kind == SPLIT_FAILOVER_KIND_OBSERVED)
        return SPLIT_FAILOVER_CREDIT_UNSCORED;
    if (index == SPLIT_FAILOVER_NONE)
        return SPLIT_FAILOVER_CREDIT_STALE;
    const fo_origin *o = fo_origin_at(fo, (uint32_t)index);
    const bool probe = token->kind == SPLIT_FAILOVER_KIND_PROBE;
    const bool verifying = o->state == SPLIT_FAILOVER_HALF_OPEN || o->state == SPLIT_FAILOVER_HOLD;
    if (token->gen != o->gen || probe != verifying || (probe && !split__failover_lease_holds(o, token->seq)))
        return SPLIT_FAILOVER_CREDIT_STALE;
    return o->state == SPLIT_FAILOVER_OPEN ? SPLIT_FAILOVER_CREDIT_STALE : SPLIT_FAILOVER_CREDIT_APPLIED;
}

static bool
is_failure(split_failover_class klass)
{
    return klass >= SPLIT_FAILOVER_CLASS_FAIL_STATUS && klass <= SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

/* F14: additive increase, multiplicative decrease of the in-flight cap. */
static void
land(const split_failover *fo, fo_origin *o, split_failover_class klass)
{
    o->in_flight -= o->in_flight > 0;
    if (fo->p.in_flight != SPLIT_FAILOVER_IN_FLIGHT_AIMD)
        return;
    if (is_failure(klass) || klass == SPLIT_FAILOVER_CLASS_BUSY) {
        o->in_flight_cap = (uint32_t)((uint64_t)o->in_flight_cap * 9 / 10);
        if (o->in_flight_cap < fo->p.in_flight_min)
            o->in_flight_cap = fo->p.in_flight_min;
    } else if (klass != SPLIT_FAILOVER_CLASS_NEUTRAL && o->in_flight_cap < fo->p.in_flight_cap) {
        o->in_flight_cap++;
    }
}

/* F30: the tests before any other origin is looked at, in order. Returns ATTEMPT when all are passed. */
static split_failover_next
may_try_again(const split_failover *fo, const split_failover_token *token, const split_failover_outcome *outcome)
{
    const bool sent = outcome->klass != SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
    const bool probe = token->kind == SPLIT_FAILOVER_KIND_PROBE;
    const bool safe = (token->flags & TOKEN_SAFE) != 0, replayable = (token->flags & TOKEN_REPLAYABLE) != 0;
    if (!is_failure(outcome->klass) || (token->flags & TOKEN_SYNTHETIC) != 0)
        return SPLIT_FAILOVER_NEXT_DONE;
    if (outcome->committed)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_COMMITTED;
    if ((sent && !(safe && replayable)) || (!safe && fo->p.unsafe_failover == SPLIT_FAILOVER_UNSAFE_REFUSE))
        return SPLIT_FAILOVER_NEXT_GIVE_UP_UNSAFE;
    if (token->kind == SPLIT_FAILOVER_KIND_PANIC)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_PANIC;
    if (!probe && token->n_attempts >= fo->p.max_attempts)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_ATTEMPTS;
    if (sent && !probe && fo->budget_milli < 1000)
        return SPLIT_FAILOVER_NEXT_GIVE_UP_BUDGET;
    return SPLIT_FAILOVER_NEXT_ATTEMPT;
}

static bool
try_again(split_failover *fo, const split_failover_token *token, const split_failover_outcome *outcome,
          split_failover_answer *out, split_failover_events *events)
{
    if (token->chain >= fo->n_chains)
        return false;
    fo_ask ask = {.chain = fo_chain_at(fo, token->chain), .key = token->key, .tried = token->tried,
                  .chain_index = token->chain, .safe = (token->flags & TOKEN_SAFE) != 0,
                  .replayable = (token->flags & TOKEN_REPLAYABLE) != 0};
    memset(out, 0, sizeof *out);
    out->assigned = (int32_t)ask.chain->origins[0];
    if (!split__failover_choose(fo, &ask, out, events))
        return false;
    if (token->kind != SPLIT_FAILOVER_KIND_PROBE && outcome->klass != SPLIT_FAILOVER_CLASS_FAIL_CONNECT)
        fo->budget_milli -= 1000;
    const uint64_t seq = out->kind == SPLIT_FAILOVER_KIND_PROBE ? out->token.seq : ++fo->seq;
    split__failover_issue(fo, &ask, seq, token->n_attempts, out);
    return true;
}

static split_failover_credit
credit(split_failover *fo, const split_failover_token *token, const split_failover_outcome *outcome,
       split_failover_events *events)
{
    const int32_t index = find_origin(fo, token);
    if (index != SPLIT_FAILOVER_NONE) {
        fo_origin *o = fo_origin_at(fo, (uint32_t)index);
        split__failover_timer(fo, (uint32_t)index, events);
        o->n_reported++;
        if ((token->flags & TOKEN_IN_FLIGHT) != 0)
            land(fo, o, outcome->klass);
    }
    const split_failover_credit result = credit_of(fo, index, token);
    if (result == SPLIT_FAILOVER_CREDIT_APPLIED)
        split__failover_score(fo, (uint32_t)index, token, outcome, events);
    else if (result == SPLIT_FAILOVER_CREDIT_STALE && index != SPLIT_FAILOVER_NONE)
        fo_origin_at(fo, (uint32_t)index)->n_stale++;
    return result;
}

int
split_failover_report(split_failover *fo, split_us now, const split_failover_token *token,
                      const split_failover_outcome *outcome, split_failover_followup *out, split_failover_events *events)
{
    if (fo == NULL || token == NULL || outcome == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if ((unsigned)outcome->klass >= SPLIT_FAILOVER_N_CLASSES)
        return SPLIT_ERR_ARG;
    split__failover_begin(fo, now, events);
    out->credit = credit(fo, token, outcome, events);
    out->next = may_try_again(fo, token, outcome);
    if (out->next == SPLIT_FAILOVER_NEXT_ATTEMPT && !try_again(fo, token, outcome, &out->attempt, events))
        out->next = SPLIT_FAILOVER_NEXT_GIVE_UP_NO_ALTERNATIVE;
    out->deadline = split_failover_deadline(fo);
    if (out->next == SPLIT_FAILOVER_NEXT_ATTEMPT)
        out->attempt.deadline = out->deadline;
    return SPLIT_OK;
}
