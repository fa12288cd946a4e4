/* SPDX-License-Identifier: MIT */
/* Exhaustive search over the shipped failover machine: a world is the machine's own bytes and the
 * attempts in flight. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/failover/state.h"
#include "split/split.h"

#define MODEL_TICK INT64_C(1000) /* one step of time, in us */
#define MODEL_BAG 3
#define MODEL_BYTES 1792
#define MODEL_KEYS 2

/* A machine and the attempts that were started and not yet reported. */
typedef struct model_world {
    uint64_t machine[MODEL_BYTES / 8];
    split_failover_token bag[MODEL_BAG];
    uint32_t n_bag, n_bytes;
} model_world;

typedef enum model_op_kind {
    MODEL_ROUTE,
    MODEL_REPORT,
    MODEL_LOSE,
    MODEL_TIME,
    MODEL_ADMIN
} model_op_kind;

/* One thing that can happen. */
typedef struct model_op {
    model_op_kind kind;
    uint32_t chain, token, origin;
    uint64_t key;
    split_us advance;
    split_failover_class klass;
    split_failover_action action;
    bool safe, duplicate, committed;
} model_op;

/* What happened: results of the call, for the invariants. */
typedef struct model_step {
    model_op op;
    split_failover_token token; /* REPORT: the one reported */
    split_failover_answer answer;
    split_failover_followup next;
    split_failover_events events;
} model_step;

typedef struct model_config {
    const char *name;
    split_failover_options o;
    uint32_t bag;       /* attempts in flight at most */
    bool operators;     /* modes, approval and reset happen */
    bool far;           /* time also jumps far ahead */
    uint64_t ci_states; /* the bounded form stops here */
} model_config;

static inline split_failover *
model_machine(model_world *w)
{
    return (split_failover *)(void *)w->machine;
}

static inline const split_failover *
model_machine_const(const model_world *w)
{
    return (const split_failover *)(const void *)w->machine;
}

/* model_world.c */
void model_world_init(model_world *w, const model_config *c);
size_t model_ops(const model_world *w, const model_config *c, model_op *ops);
bool model_do(model_world *w, const model_config *c, const model_op *op, model_step *step);

/* model_key.c: 128 bits of everything that can still matter, the same for worlds that differ only
 * in elapsed time. */
void model_key(const model_world *w, const model_config *c, uint64_t key[2]);

/* model_invariant.c: name of the first invariant that does not hold, or NULL. */
const char *model_broken(const model_world *before, const model_world *after, const model_config *c,
                         const model_step *step);

/* model_closure.c: I3, and the invariants of a world on its own (I6, I17, I18, I19, deadline). */
const char *model_world_broken(const model_world *w, const model_config *c);
const char *model_stuck(const model_world *w, const model_config *c);

/* model_config.c */
size_t model_configs(const model_config **out);

#endif
