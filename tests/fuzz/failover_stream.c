/* SPDX-License-Identifier: MIT */
/* Plays bytes as calls: every field of options, requests, tokens and times may be anything. */
#include "failover_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

#define N_TOKENS 8

typedef struct stream {
    const uint8_t *bytes;
    size_t n_bytes, pos;
    split_failover *fo;
    split_failover_options o;
    split_failover_token tokens[N_TOKENS];
    split_failover_events events;
    uint32_t next_token;
} stream;

static void
promise(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static uint8_t
byte(stream *s)
{
    return s->pos < s->n_bytes ? s->bytes[s->pos++] : 0;
}

static void
fill(stream *s, void *mem, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)mem)[i] = byte(s);
}

/* Small numbers, powers of two and their neighbours, or any 64 bits. */
static int64_t
number(stream *s)
{
    uint64_t any = 0;
    const uint8_t how = byte(s);
    if (how < 128)
        return how * INT64_C(1000);
    if (how < 192)
        return (int64_t)((UINT64_C(1) << (how & 63)) + (uint64_t)(int64_t)(int8_t)byte(s));
    if (how < 200)
        return how & 1 ? INT64_MAX : INT64_MIN;
    fill(s, &any, sizeof any);
    return (int64_t)any;
}

static void
change_options(stream *s)
{
    split_us *const times[] = {&s->o.run_min_span_us, &s->o.window_us, &s->o.base_open_us, &s->o.max_open_us,
                               &s->o.probe_interval_us, &s->o.probe_lease_us, &s->o.half_open_max_us,
                               &s->o.overdue_us, &s->o.ramp_hold_us, &s->o.decay_us, &s->o.hold_probe_us,
                               &s->o.flap_window_us, &s->o.emergency_us};
    uint32_t *const counts[] = {&s->o.consecutive, &s->o.hard_consecutive, &s->o.min_keys, &s->o.buckets,
                                &s->o.min_samples, &s->o.probes_in_flight, &s->o.probe_successes, &s->o.lost_limit,
                                &s->o.ramp_min_ok, &s->o.flap_limit, &s->o.max_attempts, &s->o.retry_deposit_milli,
                                &s->o.jitter_ppm, &s->o.drill_permille, &s->o.in_flight_cap};
    for (uint8_t n = byte(s) % 4; n > 0; n--)
        *times[byte(s) % (sizeof times / sizeof times[0])] = number(s);
    for (uint8_t n = byte(s) % 6; n > 0; n--)
        *counts[byte(s) % (sizeof counts / sizeof counts[0])] = byte(s) % 12;
    s->o.failback = (split_failover_failback)(byte(s) % 3);
    s->o.in_flight = (split_failover_in_flight)(byte(s) % 3);
    s->o.sticky = (split_failover_sticky)(byte(s) % 2);
    s->o.unsafe_failover = (split_failover_unsafe)(byte(s) % 2);
}

static void
keep(stream *s, const split_failover_token *token)
{
    s->tokens[s->next_token++ % N_TOKENS] = *token;
}

/* What holds for every origin between any two calls. */
static void
check_origins(const stream *s)
{
    split_failover_status status;
    for (uint32_t i = 0; i < s->o.n_origins; i++) {
        promise(split_failover_origin_status(s->fo, i, &status) == 0, "a status can be read");
        promise((uint32_t)status.state < SPLIT_FAILOVER_STATE_COUNT, "a state is a state");
        promise(status.in_state_us >= 0 && status.open_left_us >= 0, "durations are not negative");
        const uint32_t most = status.state == SPLIT_FAILOVER_HALF_OPEN ? s->o.probes_in_flight
                              : status.state == SPLIT_FAILOVER_HOLD    ? 1
                                                                       : 0;
        promise(status.n_leases <= most, "leases are at most K in HALF_OPEN, 1 in HOLD, else none");
        promise(status.permille <= 1000, "a share is at most everybody");
    }
    promise(split_failover_budget_milli(s->fo) <= s->o.retry_cap_milli, "the budget is at most its cap");
    promise(split_failover_deadline(s->fo) >= split_failover_now(s->fo), "a deadline is not past");
}

/* Whoever is named for an attempt is not forced down, and was not visited by its request before. */
static void
check_named(const stream *s, const split_failover_answer *a, uint64_t tried)
{
    split_failover_status status;
    promise(split_failover_origin_status(s->fo, (uint32_t)a->origin, &status) == 0, "a named origin exists");
    promise(status.mode != SPLIT_FAILOVER_MODE_FORCE_DOWN, "a forced-down origin is never named");
    promise((a->token.tried & ~tried) != 0, "no origin is visited twice");
    promise(a->token.issued_at_us == split_failover_now(s->fo), "an attempt is issued now");
}

static void
do_route(stream *s)
{
    split_failover_request req = {.key = byte(s), .chain = byte(s) % 3, .pinned = byte(s) % 4};
    split_failover_answer a;
    const uint8_t bits = byte(s);
    req.safe = bits & 1;
    req.replayable = (bits & 2) != 0;
    req.has_pin = (bits & 12) == 12;
    if (split_failover_route(s->fo, number(s), &req, &a, &s->events) != 0)
        return;
    promise(a.origin == SPLIT_FAILOVER_NONE || (uint32_t)a.origin < s->o.n_origins, "an origin is an index");
    promise((a.origin == SPLIT_FAILOVER_NONE) == (a.kind == SPLIT_FAILOVER_KIND_FAIL_FAST), "no origin is FAIL_FAST");
    promise(a.deadline_us >= split_failover_now(s->fo), "a deadline is not past");
    if (a.origin == SPLIT_FAILOVER_NONE)
        return;
    check_named(s, &a, 0);
    keep(s, &a.token);
}

static void
do_report(stream *s)
{
    split_failover_token token = s->tokens[byte(s) % N_TOKENS];
    split_failover_outcome outcome = {.klass = (split_failover_class)(byte(s) % 9)};
    split_failover_followup f;
    if (byte(s) < 16)
        fill(s, &token, sizeof token);
    outcome.committed = byte(s) < 32;
    if (byte(s) < 64)
        outcome.push_back_us = number(s);
    const uint32_t before = split_failover_budget_milli(s->fo);
    if (split_failover_report(s->fo, number(s), &token, &outcome, &f, &s->events) != 0)
        return;
    promise(split_failover_budget_milli(s->fo) <= before, "a report deposits nothing");
    if (f.next == SPLIT_FAILOVER_NEXT_ATTEMPT) {
        promise((uint32_t)f.attempt.origin < s->o.n_origins, "an attempt has an origin");
        promise(f.attempt.kind != SPLIT_FAILOVER_KIND_PANIC, "a follow-up does not panic");
        check_named(s, &f.attempt, token.tried);
        keep(s, &f.attempt.token);
    }
}

static void
do_snapshot(stream *s)
{
    static uint8_t buf[16384];
    size_t n = 0;
    promise(split_failover_snapshot(s->fo, number(s), buf, sizeof buf, &n) == 0, "a snapshot fits");
    if (byte(s) < 64)
        buf[(size_t)byte(s) * 7 % n] ^= byte(s);
    (void)!split_failover_restore(s->fo, number(s), buf, n);
}

static void
do_reload(stream *s)
{
    split_failover *fresh = NULL;
    split_failover_options kept = s->o;
    change_options(s);
    if (split_failover_new(&s->o, NULL, &fresh) != 0) {
        s->o = kept;
        return;
    }
    promise(split_failover_reload(fresh, s->fo) == 0, "a reload succeeds");
    split_failover_free(&s->fo, NULL);
    s->fo = fresh;
}

static void
do_admin(stream *s)
{
    const uint32_t origin = byte(s) % 4, action = byte(s) % 7;
    (void)!split_failover_admin(s->fo, number(s), origin, (split_failover_action)action, &s->events);
}

static void
do_other(stream *s)
{
    split_failover_answer a;
    if (byte(s) & 1)
        promise(split_failover_tick(s->fo, number(s), &s->events) == 0, "a tick succeeds");
    else if (split_failover_probe(s->fo, number(s), byte(s) % 4, &a, &s->events) == 0 && a.origin >= 0)
        keep(s, &a.token);
}

static void
do_one(stream *s)
{
    const uint8_t what = byte(s);
    const split_us before = split_failover_now(s->fo);
    s->events.n = 0;
    if (what < 100)
        do_route(s);
    else if (what < 200)
        do_report(s);
    else if (what < 215)
        do_admin(s);
    else if (what < 230)
        do_other(s);
    else if (what < 245)
        do_snapshot(s);
    else
        do_reload(s);
    promise(s->events.n <= SPLIT_FAILOVER_EVENTS_MAX, "events stay in their buffer");
    promise(split_failover_now(s->fo) >= before, "time never goes back");
    check_origins(s);
}

void
failover_stream_play(const uint8_t *bytes, size_t n_bytes)
{
    static const char *const names[] = {"A", "B", "C"};
    static const split_failover_chain chains[] = {{3, {0, 1, 2}}, {2, {1, 0}}, {1, {2}}};
    static stream s;
    memset(&s, 0, sizeof s);
    s.bytes = bytes;
    s.n_bytes = n_bytes;
    split_failover_options_init(&s.o);
    s.o.origins = names;
    s.o.n_origins = 3;
    s.o.chains = chains;
    s.o.n_chains = 3;
    change_options(&s);
    if (split_failover_new(&s.o, NULL, &s.fo) != 0)
        return;
    while (s.pos < n_bytes)
        do_one(&s);
    split_failover_free(&s.fo, NULL);
}
