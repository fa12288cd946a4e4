/* SPDX-License-Identifier: MIT */
/* Asking the machine and reporting to it: two rounds of the lock for each request that goes well. */
#include <string.h>

#include "memory/counters.h"
#include "memory/machine.h"
#include "memory/zone.h"
#include "origins/attempt.h"

static void
take(struct attempt *a, struct hop *hop, const split_failover_answer *answer)
{
    int32_t origin = routing_origin(a->site, a->d->routing, answer->origin);
    hop->kind = answer->kind;
    hop->reason = answer->reason;
    hop->token = answer->token;
    hop->live = origin >= 0;
    if (origin >= 0)
        hop->origin = (uint32_t)origin;
}

/* Why the home origin did not get the request is needed only when it did not. */
static void
note_home(struct attempt *a, const split_failover *fo, const split_failover_answer *answer)
{
    split_failover_status home;
    a->first_is_home =
        answer->kind != SPLIT_FAILOVER_KIND_FAIL_FAST && answer->origin == answer->assigned;
    a->home_state = SPLIT_FAILOVER_CLOSED;
    if (a->first_is_home || answer->assigned < 0 ||
        split_failover_origin_status(fo, (uint32_t)answer->assigned, &home) != 0)
        return;
    a->home_state = home.state;
    a->home_down = home.mode == SPLIT_FAILOVER_MODE_FORCE_DOWN;
}

/* A worker that has the route of a moment ago may ask for a chain that is not there any more: the
 * request goes home, and proves nothing. */
static void
go_home(struct attempt *a)
{
    a->hop.origin = a->d->routing->home[a->d->who.variant];
    a->hop.kind = SPLIT_FAILOVER_KIND_NORMAL;
    a->first_is_home = true;
    a->counts = false;
}

static void
set_pin(struct attempt *a, split_failover_request *request)
{
    const struct decision *d = a->d;
    if (d->pinned < 0)
        return;
    for (uint32_t m = 0; m < NAMES_MAX; m++) {
        if (a->site->now->of_machine[m] < 0 ||
            routing_origin(a->site, d->routing, (int32_t)m) != d->pinned)
            continue;
        request->has_pin = true;
        request->pinned = m;
    }
}

void
attempt_first(struct attempt *a)
{
    split_failover_request request = {.key = a->d->key_hash,
                                      .chain = a->d->who.variant,
                                      .safe = a->safe,
                                      .replayable = a->replayable};
    split_failover_events events;
    split_failover_answer answer;
    events.n = 0;
    const split_us now = now_us();
    a->began_us = now;
    split_failover *fo = machine_enter(a->site);
    set_pin(a, &request);
    int rc = split_failover_route(fo, now, &request, &answer, &events);
    if (rc == 0) {
        take(a, &a->hop, &answer);
        note_home(a, fo, &answer);
        a->flags = answer.flags;
        a->fail_fast = answer.kind == SPLIT_FAILOVER_KIND_FAIL_FAST;
        if (!a->hop.live && !a->fail_fast)
            rc = SPLIT_ERR_INDEX;
    }
    if (rc != 0)
        go_home(a);
    counters_first(a);
    machine_leave(a->site);
    machine_log(a->site, &events);
    if ((a->flags & SPLIT_FAILOVER_FLAG_REPIN) != 0)
        a->d->repin = true;
}

static void
note_outcome(struct attempt *a, split_failover_class klass)
{
    struct decision *d = a->d;
    if (a->r != a->r->main || d->n_outcomes == DECIDE_ATTEMPTS_MAX)
        return;
    d->outcomes[d->n_outcomes].origin = (uint8_t)a->hop.origin;
    d->outcomes[d->n_outcomes].klass = (uint8_t)klass;
    d->n_outcomes++;
}

void
attempt_report(struct attempt *a, split_failover_class klass, bool committed, split_us push_back_us)
{
    split_failover_outcome outcome = {
        .klass = klass, .committed = committed, .push_back_us = push_back_us};
    split_failover_followup follow;
    split_failover_events events;
    events.n = 0;
    const split_us now = now_us();
    bool was_live = a->hop.live;
    a->hop.live = false;
    a->next.live = false;
    a->took_us = now - a->began_us;
    note_outcome(a, klass);
    split_failover *fo = machine_enter(a->site);
    counters_attempt(a, klass);
    int rc = was_live ? split_failover_report(fo, now, &a->hop.token, &outcome, &follow, &events)
                      : SPLIT_ERR_TOKEN;
    if (rc == 0) {
        a->site->zone->mem->give_ups[follow.next]++;
        if (follow.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
            take(a, &a->next, &follow.attempt);
    }
    machine_leave(a->site);
    machine_log(a->site, &events);
}

void
attempt_drop_next(struct attempt *a)
{
    split_failover_outcome nothing = {.klass = SPLIT_FAILOVER_CLASS_NEUTRAL};
    split_failover_followup follow;
    split_failover_events events;
    if (!a->next.live)
        return;
    a->next.live = false;
    events.n = 0;
    split_failover *fo = machine_enter(a->site);
    int rc = split_failover_report(fo, now_us(), &a->next.token, &nothing, &follow, &events);
    machine_leave(a->site);
    if (rc == 0)
        machine_log(a->site, &events);
}
