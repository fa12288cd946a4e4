/* SPDX-License-Identifier: MIT */
/* What a credited outcome does to its origin (DESIGN.md F18-F19, F25, F28). */
#include "failover_data.h"

#include "num.h"


static bool
counts_as_failure(split_failover_class klass)
{
    return klass >= SPLIT_FAILOVER_CLASS_FAIL_STATUS && klass <= SPLIT_FAILOVER_CLASS_FAIL_CONNECT;
}

static uint64_t
key_bit(uint64_t key)
{
    const uint64_t words[] = {7, key};
    return 1ull << (split__failover_mix(words, 2) & 63);
}

static void
extend_run(const split_failover *fo, fo_origin *o, bool hard, uint64_t bit)
{
    if (o->run == 0) {
        o->run_start = fo->now;
        o->run_keys = 0;
    }
    o->run += o->run < UINT32_MAX;
    o->hard_run = hard ? o->hard_run + (o->hard_run < UINT32_MAX) : 0;
    o->run_keys |= bit;
}

/* F18: only a success that was issued after the run began proves that the run is over. */
static void
end_run(fo_origin *o, split_us issued_at)
{
    if (o->run > 0 && issued_at < o->run_start)
        return;
    o->run = o->hard_run = 0;
    o->run_keys = 0;
    o->degraded = false;
}

/* F28: the back-off level falls only with time and evidence. */
static void
decay(const split_failover *fo, fo_origin *o)
{
    o->n_good += o->n_good < UINT32_MAX;
    if (o->level == 0 || o->n_good < fo->p.min_samples || !fo_aged(fo, o->good_since, fo->p.decay_us))
        return;
    o->level--;
    o->good_since = fo->now;
    o->n_good = 0;
}

static void
score_serving(split_failover *fo, uint32_t index, const split_failover_token *token, split_failover_class klass,
              split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    const bool good = klass == SPLIT_FAILOVER_CLASS_OK || klass == SPLIT_FAILOVER_CLASS_SLOW;
    const bool bad = klass != SPLIT_FAILOVER_CLASS_OK;
    const uint64_t bit = bad ? key_bit(token->key) : 0;
    split__failover_window_book(fo, o, bad, bit);
    if (good) {
        end_run(o, token->issued_at);
        if (o->state == SPLIT_FAILOVER_RAMP)
            o->ramp_ok += o->ramp_ok < UINT32_MAX;
        else
            decay(fo, o);
    } else if (counts_as_failure(klass)) {
        extend_run(fo, o, klass == SPLIT_FAILOVER_CLASS_FAIL_CONNECT, bit);
        if (o->state == SPLIT_FAILOVER_RAMP)
            o->ramp_fail += o->ramp_fail < UINT32_MAX;
        split__failover_trip(fo, index, events);
    }
    split__failover_ramp_step(fo, index, events);
}

static void
score_probe(split_failover *fo, uint32_t index, split_failover_class klass, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    if (o->moved)
        return;
    if (klass == SPLIT_FAILOVER_CLASS_BUSY) {
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_PROBE_BUSY, events);
    } else if (klass != SPLIT_FAILOVER_CLASS_OK) {
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_PROBE_FAILED, events);
    } else if (o->state == SPLIT_FAILOVER_HOLD) {
        o->lost = 0;
    } else if (++o->probe_ok >= fo->p.probe_successes) {
        split__failover_move(fo, index, SPLIT_FAILOVER_CAUSE_VERIFIED, events);
    }
}

/* F29: the origin asked for a pause. */
static void
raise_floor(const split_failover *fo, fo_origin *o, const split_failover_outcome *outcome)
{
    if (outcome->push_back_us > 0 && (counts_as_failure(outcome->klass) || outcome->klass == SPLIT_FAILOVER_CLASS_BUSY))
        o->floor_us = split__max_i64(o->floor_us, split__add_sat(fo->now, outcome->push_back_us));
}

void
split__failover_score(split_failover *fo, uint32_t index, const split_failover_token *token,
                      const split_failover_outcome *outcome, split_failover_events *events)
{
    fo_origin *o = fo_origin_at(fo, index);
    if (token->kind == SPLIT_FAILOVER_KIND_PROBE)
        (void)split__failover_lease_drop(o, token->seq);
    if (outcome->klass == SPLIT_FAILOVER_CLASS_NEUTRAL)
        return;
    raise_floor(fo, o, outcome);
    if (o->state == SPLIT_FAILOVER_CLOSED || o->state == SPLIT_FAILOVER_RAMP)
        score_serving(fo, index, token, outcome->klass, events);
    else if (o->state == SPLIT_FAILOVER_HALF_OPEN || o->state == SPLIT_FAILOVER_HOLD)
        score_probe(fo, index, outcome->klass, events);
}
