/* SPDX-License-Identifier: MIT */
/* Asking the plan and the failover machine, and saying in the log what the machine did and why. */
#include <string.h>

#include "counters.h"
#include "log.h"
#include "loop.h"
#include "routing.h"
#include "word.h"

/* By the plan alone. */
static int
draw(struct router *router, const split_plan *plan, const char *id, size_t n, split_assignment *out)
{
    bool decided = false;
    int rc;

    if (split_plan_mode(plan) == SPLIT_MODE_STICKY)
        return split_assign(plan, id, n, out);
    rc = split_assign_gate(plan, id, n, out, &decided);
    if (rc || decided)
        return rc;
    return split_plan_mode(plan) == SPLIT_MODE_RANDOM
               ? split_assign_random(plan, &router->random, out)
               : split_assign_even(plan, &router->even, out);
}

void
router_assign(struct router *router, const struct routing *g, const char *id, const char *stored,
              struct choice *out)
{
    size_t n = strlen(id);

    memset(out, 0, sizeof(*out));
    out->stored = STORED_NONE;
    if (split_plan_unit_hash(g->plan, id, n, &out->key_hash) != 0)
        out->key_hash = 0;
    if (!stored_decide(&router->stored, g, stored, id, out) &&
        draw(router, g->plan, id, n, &out->who) != 0)
        out->who = (split_assignment){.variant = split_plan_default(g->plan),
                                      .bucket = SPLIT_NO_BUCKET,
                                      .reason = SPLIT_RULE_DEFAULT};
    out->variant_name = g->variants[out->who.variant];
}

/* One line for each transition, with the evidence it rests on. */
static void
note_events(struct router *router, const split_failover_events *events)
{
    const struct routing *now = router->now;
    uint32_t i;

    for (i = 0; i < events->n && i < SPLIT_FAILOVER_EVENTS_MAX; i++) {
        const split_failover_event *e = &events->items[i];
        uint32_t origin = now->machine_origin[e->origin];

        router->counters->events[now->origin_slot[origin]][e->cause]++;
        log_say("origin %s: %s -> %s, %s (level %u, run %u of which refused %u, keys %u, span %lld "
                "ms; window %u bad of "
                "%u; probes ok %u, lost %u; open for %lld ms; admits %u permille%s)",
                now->origins[origin].name, split_failover_state_name(e->from),
                split_failover_state_name(e->to), split_failover_cause_name(e->cause), e->level,
                e->run, e->hard_run, e->run_keys, (long long)e->run_span_us / 1000, e->bad,
                e->total, e->probe_ok, e->lost, (long long)e->open_us / 1000, e->permille,
                e->latched ? "; latched" : "");
    }
}

/* Index of an origin of the machine in the routing of a request, which may be older; false when it
 * is not there. */
static bool
find_origin(const struct router *router, const struct routing *g, int32_t machine, uint32_t *out)
{
    const char *name;
    uint32_t i;

    if (machine < 0)
        return false;
    *out = router->now->machine_origin[machine];
    if (g == router->now)
        return true;
    name = router->now->origins[*out].name;
    for (i = 0; i < g->n_origins; i++) {
        if (strcmp(g->origins[i].name, name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static void
fill(const struct router *router, const struct routing *g, const split_failover *failover,
     const split_failover_answer *answer, struct hop *out)
{
    split_failover_status home;

    out->kind = answer->kind;
    out->reason = answer->reason;
    out->token = answer->token;
    find_origin(router, g, answer->assigned, &out->home);
    if (split_failover_origin_status(failover, (uint32_t)answer->assigned, &home) != 0)
        return;
    out->home_state = home.state;
    out->home_down = home.mode == SPLIT_FAILOVER_MODE_FORCE_DOWN;
}

bool
router_first(struct router *router, const struct routing *g, uint32_t variant,
             const struct hop_facts *facts, struct hop *out)
{
    split_failover_request request = {.key = facts->key_hash,
                                      .chain = variant,
                                      .safe = facts->safe,
                                      .replayable = facts->replayable};
    split_failover_events events = {0};
    split_failover_answer answer;
    split_failover *failover;
    bool found = false;

    memset(out, 0, sizeof(*out));
    failover = machine_enter(router);
    if (split_failover_route(failover, loop_now(), &request, &answer, &events) == 0) {
        fill(router, g, failover, &answer, out);
        found = find_origin(router, g, answer.origin, &out->origin);
    }
    machine_leave(router);
    note_events(router, &events);
    return found;
}

/* Report to the machine; false when it refuses the report. */
static bool
tell(struct router *router, const split_failover_token *token,
     const split_failover_outcome *outcome, split_failover_followup *out)
{
    split_failover_events events = {0};
    int rc = split_failover_report(machine_enter(router), loop_now(), token, outcome, out, &events);

    machine_leave(router);
    note_events(router, &events);
    return rc == 0;
}

bool
router_report(struct router *router, const struct routing *g, const struct hop *hop,
              const split_failover_outcome *outcome, struct hop *next)
{
    split_failover_outcome nothing = {.klass = SPLIT_FAILOVER_CLASS_NEUTRAL};
    split_failover_followup follow;

    if (!tell(router, &hop->token, outcome, &follow))
        return false;
    router->counters->give_ups[follow.next]++;
    if (follow.next != SPLIT_FAILOVER_NEXT_ATTEMPT)
        return false;
    *next = *hop;
    next->kind = follow.attempt.kind;
    next->reason = follow.attempt.reason;
    next->token = follow.attempt.token;
    if (find_origin(router, g, follow.attempt.origin, &next->origin))
        return true;
    /* The route changed and named an origin that this request does not know: give the attempt back
     * unused. */
    tell(router, &next->token, &nothing, &follow);
    return false;
}

split_failover_class
router_classify_status(struct router *router, long status, split_us elapsed_us)
{
    split_failover_class klass =
        split_failover_classify_status(machine_enter(router), (uint32_t)status, elapsed_us);

    machine_leave(router);
    return klass;
}

split_failover_class
router_classify_deadline(struct router *router, split_us elapsed_us)
{
    split_failover_class klass =
        split_failover_classify_deadline(machine_enter(router), elapsed_us);

    machine_leave(router);
    return klass;
}

void
router_tick(struct router *router)
{
    split_failover_events events = {0};
    int rc = split_failover_tick(machine_enter(router), loop_now(), &events);

    machine_leave(router);
    if (rc == 0)
        note_events(router, &events);
}

static bool
find_action(const char *command, split_failover_action *out)
{
    static const struct {
        const char *command;
        split_failover_action action;
    } commands[] = {{"up", SPLIT_FAILOVER_DO_FORCE_UP}, {"down", SPLIT_FAILOVER_DO_FORCE_DOWN},
                    {"auto", SPLIT_FAILOVER_DO_AUTO},   {"approve", SPLIT_FAILOVER_DO_APPROVE},
                    {"reset", SPLIT_FAILOVER_DO_RESET}, {"observe", SPLIT_FAILOVER_DO_OBSERVE}};
    size_t i;

    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(command, commands[i].command) == 0) {
            *out = commands[i].action;
            return true;
        }
    }
    return false;
}

static int
command_origin(split_failover *failover, const char *origin, split_failover_action action,
               split_failover_events *events)
{
    int32_t index = split_failover_find(failover, origin, strlen(origin));
    split_failover_status status;
    int rc;

    if (index < 0)
        return SPLIT_ERR_NAME;
    rc = split_failover_origin_status(failover, (uint32_t)index, &status);
    if (rc == 0 && action == SPLIT_FAILOVER_DO_APPROVE && status.state != SPLIT_FAILOVER_HOLD)
        return SPLIT_ERR_MODE;
    return rc ? rc : split_failover_admin(failover, loop_now(), (uint32_t)index, action, events);
}

int
router_command(struct router *router, const char *origin, const char *command)
{
    split_failover_events events = {0};
    split_failover_action action;
    int rc;

    if (!find_action(command, &action))
        return SPLIT_ERR_ARG;
    rc = command_origin(machine_enter(router), origin, action, &events);
    machine_leave(router);
    note_events(router, &events);
    return rc;
}
