/* SPDX-License-Identifier: MIT */
/* What must hold in every world on its own: the way home (I3), deaf clocks (I6), identity of copies
 * (I17, I18), OBSERVE (I19), and the deadline. */
#include "model.h"

#include <string.h>

#define HOME_TICKS 60

static const split_failover_request get = {.key = 1, .safe = true, .replayable = true};

static bool
route_key(split_failover *fo, split_us now, uint32_t chain, uint64_t key, split_failover_answer *a,
          split_failover_events *e)
{
    split_failover_request req = get;
    req.chain = chain;
    req.key = key;
    memset(a, 0, sizeof *a);
    return split_failover_route(fo, now, &req, a, e) == 0;
}

static bool
route(split_failover *fo, split_us now, uint32_t chain, split_failover_answer *a,
      split_failover_events *e)
{
    return route_key(fo, now, chain, 1, a, e);
}

static bool
all_closed(const split_failover *fo)
{
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (split__fo_at(fo, i)->state != SPLIT_FAILOVER_CLOSED)
            return false;
    return true;
}

/* A tick of good traffic on every chain, of every user (a ramp needs those of its share); an
 * operator approves what is held. Attempts in flight are lost. */
static void
good_tick(split_failover *fo, split_us now)
{
    const split_failover_outcome ok = {.klass = SPLIT_FAILOVER_CLASS_OK};
    split_failover_answer a;
    split_failover_followup f;
    for (uint32_t i = 0; i < fo->n_chains * MODEL_KEYS; i++)
        if (route_key(fo, now, i / MODEL_KEYS, i % MODEL_KEYS + 1, &a, NULL) &&
            a.origin != SPLIT_FAILOVER_NONE)
            (void)!split_failover_report(fo, now, &a.token, &ok, &f, NULL);
    for (uint32_t i = 0; i < fo->n_origins; i++) {
        if (split__fo_at(fo, i)->state == SPLIT_FAILOVER_HOLD)
            (void)!split_failover_admin(fo, now, i, SPLIT_FAILOVER_DO_APPROVE, NULL);
        (void)!split_failover_tick(fo, now, NULL);
    }
}

const char *
model_stuck(const model_world *w, const model_config *c)
{
    model_world copy = *w;
    split_failover *fo = model_machine(&copy);
    (void)c;
    for (uint32_t i = 0; i < fo->n_origins; i++)
        (void)!split_failover_admin(fo, fo->now, i, SPLIT_FAILOVER_DO_AUTO, NULL);
    for (int t = 0; t < HOME_TICKS && !all_closed(fo); t++)
        good_tick(fo, fo->now + MODEL_TICK);
    return all_closed(fo) ? NULL : "I3 good traffic leads every origin home";
}

/* Statistics apart, a call with an older clock is the call with the present one. */
static bool
i6_old_clock_is_ignored(const model_world *w)
{
    model_world a = *w, b = *w;
    split_failover_answer x, y;
    split_failover *fa = model_machine(&a), *fb = model_machine(&b);
    (void)route(fa, fa->now, 0, &x, NULL);
    (void)route(fb, 0, 0, &y, NULL);
    fb->n_regressions = fa->n_regressions;
    return memcmp(&x, &y, sizeof x) == 0 && memcmp(a.machine, b.machine, a.n_bytes) == 0;
}

static bool
i17_same_call_same_bytes(const model_world *w)
{
    model_world a = *w, b = *w;
    split_failover_answer x, y;
    (void)route(model_machine(&a), model_machine(&a)->now, 0, &x, NULL);
    (void)route(model_machine(&b), model_machine(&b)->now, 0, &y, NULL);
    return memcmp(&x, &y, sizeof x) == 0 && memcmp(a.machine, b.machine, a.n_bytes) == 0;
}

/* Write, read into a fresh machine at another time, write again: the same bytes. */
static bool
i17_snapshot_is_identity(const model_world *w, const model_config *c)
{
    static uint8_t first[8192], second[8192];
    static uint64_t mem[MODEL_BYTES / 8];
    const split_failover *fo = model_machine_const(w);
    const split_us later = fo->now + 64 * MODEL_TICK;
    split_failover *fresh;
    size_t n = 0, m = 0;
    return split_failover_snapshot(fo, fo->now, first, sizeof first, &n) == 0 &&
           split_failover_init(mem, sizeof mem, &c->o, &fresh) == 0 &&
           split_failover_restore(fresh, later, first, n) == 0 &&
           split_failover_snapshot(fresh, later, second, sizeof second, &m) == 0 && n == m &&
           memcmp(first, second, n) == 0;
}

static bool
i18_reload_keeps_state(const model_world *w, const model_config *c)
{
    static uint8_t first[8192], second[8192];
    static uint64_t mem[MODEL_BYTES / 8];
    const split_failover *fo = model_machine_const(w);
    split_failover *fresh;
    size_t n = 0, m = 0;
    return split_failover_init(mem, sizeof mem, &c->o, &fresh) == 0 &&
           split_failover_reload(fresh, fo) == 0 &&
           split_failover_snapshot(fo, fo->now, first, sizeof first, &n) == 0 &&
           split_failover_snapshot(fresh, fo->now, second, sizeof second, &m) == 0 && n == m &&
           memcmp(first, second, n) == 0;
}

/* The head observed in place of AUTO: the same events, and it is the head that serves. */
static bool
i19_observe_sees_what_auto_does(const model_world *w)
{
    if (split__fo_at(model_machine_const(w), 0)->mode != SPLIT_FAILOVER_MODE_AUTO)
        return true;
    model_world a = *w, b = *w;
    split_failover_answer x, y;
    split_failover_events ex, ey;
    split_failover *fa = model_machine(&a), *fb = model_machine(&b);
    if (split_failover_admin(fb, fb->now, 0, SPLIT_FAILOVER_DO_OBSERVE, NULL) != 0 ||
        !route(fa, fa->now, 0, &x, &ex) || !route(fb, fb->now, 0, &y, &ey) || ex.n != ey.n)
        return false;
    for (uint32_t i = 0; i < ex.n; i++)
        if (ex.items[i].cause != ey.items[i].cause || ex.items[i].origin != ey.items[i].origin)
            return false;
    return y.origin == 0 || y.kind == SPLIT_FAILOVER_KIND_PROBE;
}

/* Waking only at the deadline misses nothing: one tick before it, the same request is answered as
 * now. */
static bool
deadline_misses_nothing(const model_world *w, uint32_t chain)
{
    model_world a = *w, b = *w;
    split_failover_answer x, y;
    split_failover *fa = model_machine(&a), *fb = model_machine(&b);
    const split_us deadline = split_failover_deadline(fa);
    if (deadline <= fa->now + MODEL_TICK)
        return true;
    const split_us late =
        deadline == SPLIT_NEVER ? fa->now + 40 * MODEL_TICK : deadline - MODEL_TICK;
    return route(fa, fa->now, chain, &x, NULL) && route(fb, late, chain, &y, NULL) &&
           x.origin == y.origin && x.kind == y.kind;
}

const char *
model_world_broken(const model_world *w, const model_config *c)
{
    if (!i6_old_clock_is_ignored(w))
        return "I6 an older clock is ignored";
    if (!i17_same_call_same_bytes(w))
        return "I17 the same call makes the same bytes";
    if (!i17_snapshot_is_identity(w, c))
        return "I17 a snapshot is the identity";
    if (!i18_reload_keeps_state(w, c))
        return "I18 reload keeps the state";
    if (!i19_observe_sees_what_auto_does(w))
        return "I19 OBSERVE sees what AUTO does";
    for (uint32_t chain = 0; chain < c->o.n_chains; chain++)
        if (!deadline_misses_nothing(w, chain))
            return "the deadline misses nothing";
    return NULL;
}
