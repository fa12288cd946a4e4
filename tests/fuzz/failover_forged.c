/* SPDX-License-Identifier: MIT */
/* Forged snapshots: any field may be any number, and the checksum is right (design/failover.md F32). */
#include "failover_forged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "model.h"

#define N_CALLS 200
#define N_KEYS 24
#define HOME_CALLS 600

failover_forged_tally failover_forged_count;

typedef struct forger {
    const uint8_t *bytes;
    size_t n_bytes, pos;
    uint64_t noise; /* after the bytes: the story goes on, the forgery does not */
    model_config c;
    model_world w;
    uint8_t snapshot[4096];
    size_t n_snapshot;
} forger;

static void
promise(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static uint64_t
draw(forger *f, uint64_t below)
{
    uint64_t x;
    if (f->pos + 2 <= f->n_bytes) {
        x = (uint64_t)f->bytes[f->pos] << 8 | f->bytes[f->pos + 1];
        f->pos += 2;
    } else {
        f->noise = f->noise * UINT64_C(6364136223846793005) + 1;
        x = f->noise >> 33;
    }
    return x % below;
}

/* One of the model's small configurations, with limits that the search leaves out. */
static void
configure(forger *f)
{
    const model_config *configs;
    const size_t n = model_configs(&configs);
    f->c = configs[draw(f, n)];
    f->c.operators = true;
    f->c.o.probes_in_flight = 1 + (uint32_t)draw(f, 3);
    f->c.o.buckets = 1 + (uint32_t)draw(f, 4);
    f->c.o.flap_limit = (uint32_t)draw(f, 4);
    f->c.o.hard_consecutive = (uint32_t)draw(f, 3);
    f->c.o.n_ramp = 1 + (uint32_t)draw(f, 3);
    for (uint32_t i = 0; i < f->c.o.n_ramp; i++)
        f->c.o.ramp_permille[i] = 1000 - 300 * (f->c.o.n_ramp - 1 - i);
    if (draw(f, 4) == 0) {
        f->c.o.in_flight = SPLIT_FAILOVER_IN_FLIGHT_AIMD;
        f->c.o.in_flight_cap = 1 + (uint32_t)draw(f, 8);
    }
}

/* What holds for every origin between any two calls, seen from outside. */
static void
check_status(const forger *f)
{
    const split_failover *fo = model_machine_const(&f->w);
    split_failover_status s;
    for (uint32_t i = 0; i < f->c.o.n_origins; i++) {
        promise(split_failover_origin_status(fo, i, &s) == 0, "a status can be read");
        promise((uint32_t)s.state < SPLIT_FAILOVER_STATE_COUNT && (uint32_t)s.mode < SPLIT_FAILOVER_MODE_COUNT, "words");
        promise(s.in_state_us >= 0 && s.open_left_us >= 0, "durations are not negative");
        promise(s.permille <= 1000 && s.step < f->c.o.n_ramp, "a step is a step");
        promise(s.bad <= s.total && s.bad_keys <= s.bad && s.hard_run <= s.run, "parts are at most the whole");
        promise(s.in_flight_cap <= f->c.o.in_flight_cap, "a cap is at most its top");
        promise(s.n_stale <= s.n_reported, "stale reports are reports");
    }
    promise(split_failover_budget_milli(fo) <= f->c.o.retry_cap_milli, "the budget is at most its cap");
    promise(split_failover_deadline(fo) >= split_failover_now(fo), "a deadline is not past");
}

static void
model_call(forger *f)
{
    static model_op ops[64];
    static model_step step;
    static model_world next;
    model_op op = ops[draw(f, model_ops(&f->w, &f->c, ops))];
    op.origin = (uint32_t)draw(f, f->c.o.n_origins);
    if (op.kind == MODEL_ADMIN && draw(f, 8) == 0)
        op.action = SPLIT_FAILOVER_DO_OBSERVE;
    next = f->w;
    promise(model_do(&next, &f->c, &op, &step), "a call succeeds");
    const char *broken = model_broken(&f->w, &next, &f->c, &step);
    promise(broken == NULL, broken);
    f->w = next;
}

/* What the model's steps leave out. */
static void
other_call(forger *f)
{
    split_failover *fo = model_machine(&f->w);
    split_failover_answer a;
    split_failover_followup next;
    split_failover_events events;
    split_failover_outcome outcome = {.klass = (split_failover_class)draw(f, SPLIT_FAILOVER_CLASS_COUNT),
                                      .push_back_us = (split_us)draw(f, 8) * MODEL_TICK};
    switch (draw(f, 3)) {
    case 0:
        promise(split_failover_probe(fo, 0, (uint32_t)draw(f, f->c.o.n_origins), &a, &events) == 0, "a probe is answered");
        if (a.origin >= 0)
            promise(split_failover_report(fo, 0, &a.token, &outcome, &next, &events) == 0, "a probe ends");
        break;
    case 1:
        promise(split_failover_tick(fo, fo->now + MODEL_TICK, &events) == 0, "a tick succeeds");
        break;
    default:
        if (f->w.n_bag == 0)
            break;
        promise(split_failover_report(fo, 0, &f->w.bag[--f->w.n_bag], &outcome, &next, &events) == 0, "a report succeeds");
        memset(&f->w.bag[f->w.n_bag], 0, sizeof f->w.bag[0]);
        break;
    }
}

static void
live(forger *f, uint64_t n_calls)
{
    for (uint64_t i = 0; i < n_calls; i++) {
        if (draw(f, 6) == 0)
            other_call(f);
        else
            model_call(f);
        check_status(f);
    }
}

static size_t
save(const forger *f, uint8_t *buf, size_t room)
{
    size_t n = 0;
    promise(split_failover_snapshot(model_machine_const(&f->w), 0, buf, room, &n) == 0, "a snapshot is made");
    return n;
}

/* A number that is likely to be wrong: at and beyond the ends of every width, near the old one, or another field's. */
static uint64_t
wrong_number(forger *f, uint64_t was)
{
    static const uint64_t ends[] = {0, 1, 2, 63, 64, 255, 256, 1000, UINT32_MAX, UINT64_C(1) << 32, INT64_MAX,
                                    UINT64_C(1) << 63, UINT64_MAX, UINT64_C(1) << 53, UINT64_C(1) << 54, 65535};
    uint64_t other;
    switch (draw(f, 6)) {
    case 0:
        return draw(f, 16);
    case 1:
        return ends[draw(f, sizeof ends / sizeof ends[0])] + draw(f, 3) - 1;
    case 2:
        return was + draw(f, 5) - 2;
    case 3:
        return was ^ UINT64_C(1) << draw(f, 64);
    case 4:
        return draw(f, 2) ? draw(f, 65536) * MODEL_TICK : 0 - draw(f, 65536) * MODEL_TICK;
    default:
        memcpy(&other, f->snapshot + draw(f, f->n_snapshot / 8) * 8, 8);
        return other;
    }
}

static void
forge(forger *f)
{
    uint64_t word, sum;
    for (uint64_t n = 1 + draw(f, 4); n > 0; n--) {
        uint8_t *at = f->snapshot + draw(f, f->n_snapshot / 8 - 1) * 8;
        memcpy(&word, at, 8);
        word = wrong_number(f, word);
        memcpy(at, &word, 8);
    }
    sum = XXH64(f->snapshot, f->n_snapshot - 8, 0);
    memcpy(f->snapshot + f->n_snapshot - 8, &sum, 8);
}

/* Refused: nothing changed. Taken: what the machine now writes is taken again and written again as it was. */
static bool
restore(forger *f)
{
    static model_world before;
    static uint8_t first[4096], second[4096];
    split_failover *fo = model_machine(&f->w);
    const split_us now = (split_us)(draw(f, 4) * draw(f, 65536)) * MODEL_TICK;
    before = f->w;
    if (split_failover_restore(fo, now, f->snapshot, f->n_snapshot) != 0) {
        promise(memcmp(&before, &f->w, sizeof before) == 0, "a refused snapshot changes nothing");
        return false;
    }
    check_status(f);
    /* Of an origin that the snapshot lacks, the first giving on still forgets what was in flight. */
    size_t n = save(f, second, sizeof second);
    promise(split_failover_restore(fo, 0, second, n) == 0, "what was taken can be given on");
    n = save(f, first, sizeof first);
    promise(split_failover_restore(fo, 0, first, n) == 0, "and again");
    promise(save(f, second, sizeof second) == n && memcmp(first, second, n) == 0, "and stays the same");
    return true;
}

static bool
all_closed(const forger *f)
{
    const split_failover *fo = model_machine_const(&f->w);
    for (uint32_t i = 0; i < fo->n_origins; i++)
        if (split__fo_at(fo, i)->state != SPLIT_FAILOVER_CLOSED)
            return false;
    return true;
}

/* Good traffic of many users, an operator who approves, and time enough: every origin comes home (I3). */
static void
go_home(forger *f)
{
    const split_failover_outcome ok = {.klass = SPLIT_FAILOVER_CLASS_OK};
    split_failover *fo = model_machine(&f->w);
    split_failover_answer a;
    split_failover_followup next;
    for (uint32_t i = 0; i < fo->n_origins; i++)
        promise(split_failover_admin(fo, 0, i, SPLIT_FAILOVER_DO_AUTO, NULL) == 0, "a mode is set");
    for (uint32_t i = 0; i < HOME_CALLS && !all_closed(f); i++) {
        const split_us deadline = split_failover_deadline(fo);
        const split_us soon = fo->now + MODEL_TICK;
        const split_us now = i % 4 == 3 && deadline != SPLIT_NEVER && deadline > soon ? deadline : soon;
        for (uint32_t k = 0; k < fo->n_chains * N_KEYS; k++) {
            const split_failover_request req = {.key = k / fo->n_chains, .chain = k % fo->n_chains, .safe = true,
                                                .replayable = true};
            promise(split_failover_route(fo, now, &req, &a, NULL) == 0, "a request is routed");
            if (a.origin >= 0)
                promise(split_failover_report(fo, now, &a.token, &ok, &next, NULL) == 0, "and reported");
        }
        for (uint32_t o = 0; o < fo->n_origins; o++)
            if (split__fo_at(fo, o)->state == SPLIT_FAILOVER_HOLD)
                promise(split_failover_admin(fo, now, o, SPLIT_FAILOVER_DO_APPROVE, NULL) == 0, "an operator approves");
    }
    promise(all_closed(f), "I3 good traffic leads every origin home");
}

void
failover_forged_play(const uint8_t *bytes, size_t n_bytes)
{
    static forger f;
    memset(&f, 0, sizeof f);
    f.bytes = bytes;
    f.n_bytes = n_bytes;
    f.noise = XXH64(bytes, n_bytes, 0);
    configure(&f);
    model_world_init(&f.w, &f.c);
    live(&f, draw(&f, 60));
    f.n_snapshot = save(&f, f.snapshot, sizeof f.snapshot);
    forge(&f);
    failover_forged_count.n_tried++;
    if (draw(&f, 2) == 0)
        model_world_init(&f.w, &f.c);
    if (!restore(&f))
        return;
    failover_forged_count.n_taken++;
    failover_forged_count.n_calls += N_CALLS;
    live(&f, N_CALLS);
    if (f.c.o.in_flight == SPLIT_FAILOVER_IN_FLIGHT_OFF)
        go_home(&f);
}
