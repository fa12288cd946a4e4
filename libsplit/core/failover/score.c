/* SPDX-License-Identifier: MIT */
/* Scoring by state: service records evidence and may trip, verification counts probes
 * (design/failover.md F19-F23). */
#include "core/failover/score.h"

#include "core/failover/guard.h"
#include "core/failover/mix.h"
#include "core/failover/move.h"
#include "core/failover/timer.h"
#include "core/failover/window.h"
#include "core/base/num.h"

static void
count(uint32_t *n)
{
    if (*n < UINT32_MAX)
        ++*n;
}

static void
book(split_failover *fo, split__fo_origin *o, uint64_t key, bool is_bad)
{
    split__fo_slot *slot = split__fo_window_slot(fo, o);
    count(&slot->total);
    if (is_bad) {
        count(&slot->bad);
        slot->bad_keys |= split__fo_key_bit(key);
    }
}

static void
extend_run(split_failover *fo, split__fo_origin *o, uint64_t key, bool is_hard)
{
    if (o->run == 0) {
        o->run_start = fo->now;
        o->run_keys = 0;
        o->hard_run = 0;
    }
    count(&o->run);
    o->run_keys |= split__fo_key_bit(key);
    if (is_hard)
        count(&o->hard_run);
    else
        o->hard_run = 0;
}

/* Only a success issued after the run began says anything about it. */
static void
end_run(split__fo_origin *o, split_us issued_at)
{
    if (o->run != 0 && issued_at < o->run_start)
        return;
    o->run = o->hard_run = 0;
    o->degraded = 0;
}

/* Open peers are probed soon, returning peers take everybody: the alternative is no longer healthy
 * (F23). Only this origin's timer ran before, so no peer has moved in this call. */
static void
call_for_help(split__fo_call *call, uint32_t origin)
{
    split_failover *fo = call->fo;
    uint64_t peers = 0;
    for (uint32_t c = 0; c < fo->n_chains; c++)
        if ((split__fo_chain_at(fo, c)->members & split__fo_bit(origin)) != 0)
            peers |= split__fo_chain_at(fo, c)->members;
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        split__fo_origin *peer = split__fo_at(fo, i);
        if (i == origin || (peers & split__fo_bit(i)) == 0)
            continue;
        if (peer->state == SPLIT_FAILOVER_OPEN)
            peer->open_until =
                split__min_i64(peer->open_until, split__add_sat(fo->now, fo->p.emergency));
        else if (peer->state == SPLIT_FAILOVER_RAMP)
            split__fo_move(call, i, SPLIT_FAILOVER_CLOSED, SPLIT_FAILOVER_CAUSE_URGENT_RAMP);
    }
}

static void
degrade(split__fo_call *call, uint32_t origin, split_failover_cause cause)
{
    split__fo_origin *o = split__fo_at(call->fo, origin);
    bool is_news = !o->degraded;
    o->degraded = 1;
    if (is_news)
        split__fo_note(call, origin, cause);
}

static void
trip(split__fo_call *call, uint32_t origin, split_failover_cause cause)
{
    if (split__fo_may_trip(call->fo, origin)) {
        split__fo_move(call, origin, SPLIT_FAILOVER_OPEN, cause);
        return;
    }
    degrade(call, origin, SPLIT_FAILOVER_CAUSE_SUPPRESSED_LAST);
    call_for_help(call, origin);
}

/* The first guard that holds names the cause. */
static void
trip_tests(split__fo_call *call, uint32_t origin)
{
    const split_failover *fo = call->fo;
    const split__fo_origin *o = split__fo_at(fo, origin);
    if (split__fo_moved(call, origin))
        return;
    if (split__fo_ramp_failed(fo, o))
        trip(call, origin, SPLIT_FAILOVER_CAUSE_RAMP_FAILED);
    else if (split__fo_hard_run(fo, o))
        trip(call, origin, SPLIT_FAILOVER_CAUSE_HARD_RUN);
    else if (split__fo_soft_run(fo, o))
        trip(call, origin, SPLIT_FAILOVER_CAUSE_RUN);
    else if (split__fo_ratio(fo, o)) {
        if (split__fo_common_cause(fo, origin))
            degrade(call, origin, SPLIT_FAILOVER_CAUSE_SUPPRESSED_COMMON_CAUSE);
        else
            trip(call, origin, SPLIT_FAILOVER_CAUSE_RATIO);
    }
}

/* Time alone proves nothing: the level falls only after successes too. */
static void
decay(split_failover *fo, split__fo_origin *o)
{
    if (o->level == 0)
        return;
    count(&o->ok);
    if (split__fo_decay_due(fo, o)) {
        o->level--;
        o->since = fo->now;
        o->ok = 0;
    }
}

static void
succeed(split__fo_call *call, split__fo_origin *o, const split_failover_token *token, bool is_slow)
{
    book(call->fo, o, token->key, is_slow);
    end_run(o, token->issued_at_us);
    if (o->state == SPLIT_FAILOVER_RAMP)
        count(&o->ok);
    else
        decay(call->fo, o);
}

static void
score_serving(split__fo_call *call, uint32_t origin, const split_failover_token *token,
              split_failover_class klass)
{
    split__fo_origin *o = split__fo_at(call->fo, origin);
    if (split__fo_is_failure(klass)) {
        book(call->fo, o, token->key, true);
        extend_run(call->fo, o, token->key, klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT);
        if (o->state == SPLIT_FAILOVER_RAMP)
            count(&o->bad);
        trip_tests(call, origin);
    } else if (klass == SPLIT_FAILOVER_CLASS_BUSY) {
        book(call->fo, o, token->key, true);
    } else {
        succeed(call, o, token, klass == SPLIT_FAILOVER_CLASS_SLOW);
    }
    if (o->state == SPLIT_FAILOVER_RAMP)
        split__fo_step(call, origin);
}

static void
probe_succeeded(split__fo_call *call, uint32_t origin)
{
    const split_failover *fo = call->fo;
    split__fo_origin *o = split__fo_at(fo, origin);
    if (o->state == SPLIT_FAILOVER_HOLD) {
        o->lost = 0;
        return;
    }
    count(&o->ok);
    if (o->ok < fo->p.probe_successes)
        return;
    bool held = o->latched || fo->p.failback != SPLIT_FAILOVER_FAILBACK_AUTO;
    split__fo_move(call, origin, held ? SPLIT_FAILOVER_HOLD : SPLIT_FAILOVER_RAMP,
                   SPLIT_FAILOVER_CAUSE_VERIFIED);
}

/* An origin that its timer moved in this call has a new generation, so the probe was STALE and is
 * not scored (F11). */
static void
score_probe(split__fo_call *call, uint32_t origin, split_failover_class klass)
{
    if (klass == SPLIT_FAILOVER_CLASS_OK)
        probe_succeeded(call, origin);
    else if (klass == SPLIT_FAILOVER_CLASS_BUSY)
        split__fo_move(call, origin, SPLIT_FAILOVER_OPEN, SPLIT_FAILOVER_CAUSE_PROBE_BUSY);
    else
        split__fo_move(call, origin, SPLIT_FAILOVER_OPEN, SPLIT_FAILOVER_CAUSE_PROBE_FAILED);
}

void
split__fo_score(split__fo_call *call, uint32_t origin, const split_failover_token *token,
                const split_failover_outcome *outcome)
{
    split_failover *fo = call->fo;
    split__fo_origin *o = split__fo_at(fo, origin);
    if ((split__fo_is_failure(outcome->klass) || outcome->klass == SPLIT_FAILOVER_CLASS_BUSY) &&
        outcome->push_back_us > 0)
        o->floor = split__max_i64(o->floor, split__add_sat(fo->now, outcome->push_back_us));
    if (o->state == SPLIT_FAILOVER_CLOSED || o->state == SPLIT_FAILOVER_RAMP)
        score_serving(call, origin, token, outcome->klass);
    else
        score_probe(call, origin, outcome->klass);
}
