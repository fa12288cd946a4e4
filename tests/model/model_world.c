/* SPDX-License-Identifier: MIT */
/* What can happen in a world, and doing it: requests, reports (lost, late, doubled, in any order),
 * time, operators. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAR (50 * MODEL_TICK)

void
model_world_init(model_world *w, const model_config *c)
{
    split_failover *fo;
    memset(w, 0, sizeof *w);
    w->n_bytes = (uint32_t)split_failover_size(&c->o);
    if (split_failover_init(w->machine, sizeof w->machine, &c->o, &fo) != 0) {
        fprintf(stderr, "model: configuration %s is not valid\n", c->name);
        exit(2);
    }
    split_failover_answer a;
    /* Away from zero, so that stepping back has somewhere to go. */
    const split_failover_request req = {.safe = true, .replayable = true};
    if (split_failover_route(fo, 100 * MODEL_TICK, &req, &a, NULL) != 0)
        exit(2);
}

static void
add(model_op *ops, size_t *n, model_op op)
{
    ops[(*n)++] = op;
}

static void
add_reports(const model_world *w, model_op *ops, size_t *n)
{
    static const split_failover_class classes[] = {
        SPLIT_FAILOVER_CLASS_OK, SPLIT_FAILOVER_CLASS_FAIL_STATUS,
        SPLIT_FAILOVER_CLASS_FAIL_CONNECT, SPLIT_FAILOVER_CLASS_BUSY, SPLIT_FAILOVER_CLASS_NEUTRAL};
    for (uint32_t i = 0; i < w->n_bag; i++) {
        for (size_t k = 0; k < sizeof classes / sizeof classes[0]; k++)
            add(ops, n, (model_op){.kind = MODEL_REPORT, .token = i, .klass = classes[k]});
        add(ops, n, (model_op){.kind = MODEL_LOSE, .token = i});
        add(ops, n,
            (model_op){.kind = MODEL_REPORT,
                       .token = i,
                       .klass = SPLIT_FAILOVER_CLASS_FAIL_RESET,
                       .committed = true});
        if (w->bag[i].kind == SPLIT_FAILOVER_KIND_PROBE)
            add(ops, n,
                (model_op){.kind = MODEL_REPORT,
                           .token = i,
                           .klass = SPLIT_FAILOVER_CLASS_OK,
                           .duplicate = true});
    }
}

size_t
model_ops(const model_world *w, const model_config *c, model_op *ops)
{
    static const split_failover_action actions[] = {
        SPLIT_FAILOVER_DO_AUTO, SPLIT_FAILOVER_DO_FORCE_UP, SPLIT_FAILOVER_DO_FORCE_DOWN,
        SPLIT_FAILOVER_DO_APPROVE, SPLIT_FAILOVER_DO_RESET};
    size_t n = 0;
    if (w->n_bag < c->bag)
        for (uint32_t chain = 0; chain < c->o.n_chains; chain++) {
            for (uint64_t key = 1; key <= MODEL_KEYS; key++)
                add(ops, &n,
                    (model_op){.kind = MODEL_ROUTE, .chain = chain, .key = key, .safe = true});
            add(ops, &n, (model_op){.kind = MODEL_ROUTE, .chain = chain, .key = 1});
        }
    add_reports(w, ops, &n);
    add(ops, &n, (model_op){.kind = MODEL_TIME, .advance = MODEL_TICK});
    if (c->far)
        add(ops, &n, (model_op){.kind = MODEL_TIME, .advance = FAR});
    for (uint32_t i = 0; c->operators && i < 5; i++)
        add(ops, &n, (model_op){.kind = MODEL_ADMIN, .origin = 0, .action = actions[i]});
    return n;
}

static void
drop_token(model_world *w, uint32_t at)
{
    w->bag[at] = w->bag[--w->n_bag];
    memset(&w->bag[w->n_bag], 0, sizeof w->bag[0]);
}

static bool
do_route(model_world *w, const model_op *op, model_step *step)
{
    split_failover *fo = model_machine(w);
    const split_failover_request req = {
        .key = op->key, .chain = op->chain, .safe = op->safe, .replayable = true};
    if (split_failover_route(fo, fo->now, &req, &step->answer, &step->events) != 0)
        return false;
    if (step->answer.origin != SPLIT_FAILOVER_NONE)
        w->bag[w->n_bag++] = step->answer.token;
    return true;
}

static bool
do_report(model_world *w, const model_op *op, model_step *step)
{
    split_failover *fo = model_machine(w);
    const split_failover_outcome outcome = {.klass = op->klass, .committed = op->committed};
    step->token = w->bag[op->token];
    if (!op->duplicate)
        drop_token(w, op->token);
    if (split_failover_report(fo, fo->now, &step->token, &outcome, &step->next, &step->events) != 0)
        return false;
    if (step->next.next == SPLIT_FAILOVER_NEXT_ATTEMPT && w->n_bag < MODEL_BAG)
        w->bag[w->n_bag++] = step->next.attempt.token;
    return true;
}

bool
model_do(model_world *w, const model_config *c, const model_op *op, model_step *step)
{
    split_failover *fo = model_machine(w);
    (void)c;
    memset(step, 0, sizeof *step);
    step->op = *op;
    switch (op->kind) {
    case MODEL_ROUTE:
        return do_route(w, op, step);
    case MODEL_REPORT:
        return do_report(w, op, step);
    case MODEL_LOSE:
        drop_token(w, op->token);
        return true;
    case MODEL_TIME:
        /* Only the clock: timers run when somebody calls. */
        fo->now += op->advance;
        return true;
    case MODEL_ADMIN:
        return split_failover_admin(fo, fo->now, op->origin, op->action, &step->events) == 0;
    }
    return false;
}
