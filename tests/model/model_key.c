/* SPDX-License-Identifier: MIT */
/* Canonical form of a world. Instants become distances from now, cut off where they stop to matter;
 * generations become "current or not"; epochs become the answer to "which keys does the ramp
 * admit"; the back-off level does not matter because the first ejection is already the longest
 * one. */
#include "model.h"

#include <string.h>
#include <xxhash.h>

#include "core/failover/guard.h"

#define LONGEST (6 * MODEL_TICK)

typedef struct key_text {
    int32_t words[512];
    size_t n;
} key_text;

static void
put(key_text *t, int64_t value)
{
    t->words[t->n++] = (int32_t)value;
}

/* Age of an instant, or time to it, in ticks. */
static void
put_instant(key_text *t, const split_failover *fo, split_us instant, bool matters)
{
    split_us away = instant - fo->now;
    away = away < -LONGEST ? -LONGEST : away > LONGEST ? LONGEST : away;
    put(t, matters ? away / MODEL_TICK : 99);
}

static void
put_window(key_text *t, const split_failover *fo, const split__fo_origin *o)
{
    if (fo->p.fail_ppm == 0)
        return;
    const split_us index = fo->now / fo->p.slot_len;
    put(t, fo->now % fo->p.slot_len / MODEL_TICK);
    for (uint32_t age = 0; age < fo->p.buckets; age++) {
        const split_us behind = index - age;
        const bool alive = behind <= o->slot_index && o->slot_index - behind < fo->p.buckets;
        const split__fo_slot *slot = split__fo_slots(o) + (uint64_t)behind % fo->p.buckets;
        /* Counts above four decide nothing new with thresholds of two. */
        put(t, alive ? (slot->total < 4 ? slot->total : 4) : 0);
        put(t, alive ? (slot->bad < 4 ? slot->bad : 4) : 0);
        put(t, alive ? (int64_t)split__fo_popcount(slot->bad_keys) : 0);
    }
}

static void
put_ramp(key_text *t, const split_failover *fo, const split__fo_origin *o)
{
    put(t, o->step);
    put(t, o->ok > 1 ? 1 : o->ok);
    put(t, o->bad > 1 ? 1 : o->bad);
    for (uint64_t key = 1; key <= MODEL_KEYS; key++)
        put(t, split__fo_admits_key(fo, o, key));
}

static void
put_origin(key_text *t, const split_failover *fo, const split__fo_origin *o)
{
    const bool serves = o->state == SPLIT_FAILOVER_CLOSED || o->state == SPLIT_FAILOVER_RAMP;
    const bool verifies = o->state == SPLIT_FAILOVER_HALF_OPEN || o->state == SPLIT_FAILOVER_HOLD;
    put(t, o->state);
    put(t, o->mode);
    put(t, o->degraded * 2 + o->latched);
    put(t, o->run > 2 ? 2 : o->run);
    put_instant(t, fo, o->run_start, o->run > 0);
    put(t, (int64_t)(o->run > 0 ? split__fo_popcount(o->run_keys) : 0));
    put_instant(t, fo, o->open_until, !serves);
    put_instant(t, fo, o->since, verifies || o->state == SPLIT_FAILOVER_RAMP);
    put_instant(t, fo, o->last_probe, verifies);
    put(t, verifies ? o->lost : 0);
    put(t, o->state == SPLIT_FAILOVER_HALF_OPEN ? o->ok : 0);
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        put_instant(t, fo, split__fo_leases(fo, o)[i].expiry, split__fo_leases(fo, o)[i].seq != 0);
    if (o->state == SPLIT_FAILOVER_RAMP)
        put_ramp(t, fo, o);
    put_window(t, fo, o);
}

/* The lease of a token, or none. */
static int64_t
lease_of(const split_failover *fo, const split__fo_origin *o, const split_failover_token *token)
{
    for (uint32_t i = 0; i < fo->p.probes_in_flight; i++)
        if (split__fo_leases(fo, o)[i].seq == token->seq)
            return i;
    return 9;
}

static void
put_token(key_text *t, const split_failover *fo, const split_failover_token *token)
{
    const split__fo_origin *o = split__fo_at(fo, token->slot);
    const bool current = token->gen == o->gen;
    put(t, token->slot);
    put(t, token->kind);
    put(t, token->chain);
    put(t, token->flags);
    put(t, token->n_attempts);
    put(t, (int64_t)token->tried);
    put(t, (int64_t)token->key);
    put(t, current ? lease_of(fo, o, token) : -1);
    put(t, current && o->run > 0 ? token->issued_at_us >= o->run_start : 2);
    /* A run that begins later begins at or after every issue before it. */
    put_instant(t, fo, token->issued_at_us, false);
    put(t, current && token->issued_at_us == fo->now);
}

void
model_key(const model_world *w, const model_config *c, uint64_t key[2])
{
    const split_failover *fo = model_machine_const(w);
    key_text t = {.n = 0}, tokens[MODEL_BAG];
    (void)c;
    put(&t, fo->budget / 1000);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        put_origin(&t, fo, split__fo_at(fo, i));
    uint64_t bag = 0;
    for (uint32_t i = 0; i < w->n_bag; i++) {
        tokens[i].n = 0;
        put_token(&tokens[i], fo, &w->bag[i]);
        /* The bag has no order: add the hashes. */
        bag += XXH64(tokens[i].words, tokens[i].n * sizeof(int32_t), 7);
    }
    key[0] = XXH64(t.words, t.n * sizeof(int32_t), bag);
    key[1] = XXH64(t.words, t.n * sizeof(int32_t), ~bag);
}
