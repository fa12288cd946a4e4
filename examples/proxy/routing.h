/* SPDX-License-Identifier: MIT */
/* The plan and the failover machine in force, and the only file pair that asks them. */
#ifndef PROXY_ROUTING_H
#define PROXY_ROUTING_H

#include <split/assign.h>
#include <split/failover.h>
#include <split/route.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "machine.h"
#include "stored.h"

#define ROUTING_MAX 64

/* One route, compiled. Running requests hold the one they began with. */
struct routing {
    unsigned refs;
    split_route *route;
    split_plan *plan;
    split_origin_info origins[ROUTING_MAX];
    size_t n_origins;
    const char *variants[ROUTING_MAX];
    size_t n_variants;
    split_cookie_info cookie;
    uint64_t revision;                  /* 0: made from the policy. */
    uint32_t variant_slot[ROUTING_MAX]; /* Places in the counters, by name: they outlive a route. */
    uint32_t origin_slot[ROUTING_MAX];
    uint32_t machine_origin[ROUTING_MAX]; /* Origin index of the failover machine -> index in
                                             `origins`. */
};

/* What the plan decided for a visitor. */
struct choice {
    split_assignment who;
    uint64_t key_hash;
    const char *variant_name;
    int32_t stored;        /* A split_token_status, or STORED_NONE. */
    split_stored to_store; /* For a new cookie; its variant is "" when none is due. */
};

/* What failover decided for an attempt. */
struct hop {
    split_failover_token token;
    uint32_t origin; /* Index in the routing. */
    uint32_t home;   /* The origin that the variant's chain begins with. */
    split_failover_kind kind;
    split_failover_reason reason;
    split_failover_state home_state; /* When the request was first routed. */
    bool home_down;                  /* An operator holds the home origin down. */
};

struct hop_facts {
    uint64_t key_hash;
    bool safe;
    bool replayable;
};

struct counters;

struct router {
    struct routing *now;
    struct machine machine;
    struct stored stored;
    struct counters *counters;
    split_random random;
    split_even even;
    uint64_t seed;
};

/* Begin with the policy's own weights; `shared` may be NULL. 0, or a negative SPLIT_ERR_*. */
int router_open(struct router *router, const split_policy *policy, struct counters *counters,
                struct shared *shared);
void router_close(struct router *router);

/* Take a route file: 0 when it is in force now, 1 when it is the one in force already, negative
 * with a sentence in `why`. */
int router_load(struct router *router, const char *path, char *why, size_t why_size);

struct routing *router_hold(struct router *router);
void router_release(struct routing *routing);

/* Decide for a visitor; an empty id gets the default variant. `stored` is the value of the decision
 * cookie, or NULL. */
void router_assign(struct router *router, const struct routing *routing, const char *id,
                   const char *stored, struct choice *out);

/* The first attempt. False: there is none, hop.reason says why. */
bool router_first(struct router *router, const struct routing *routing, uint32_t variant,
                  const struct hop_facts *facts, struct hop *out);

/* Report an attempt. True when another one follows, in `next`. */
bool router_report(struct router *router, const struct routing *routing, const struct hop *hop,
                   const split_failover_outcome *outcome, struct hop *next);

/* Class of a head that has arrived, and of an attempt that our own deadline ended. */
split_failover_class router_classify_status(struct router *router, long status,
                                            split_us elapsed_us);
split_failover_class router_classify_deadline(struct router *router, split_us elapsed_us);

/* Let time pass in the failover machine, so that a display is fresh. */
void router_tick(struct router *router);

/* An operator's command on an origin: up, down, auto, observe, approve, reset. 0; SPLIT_ERR_NAME:
 * no such origin; SPLIT_ERR_ARG: no such command; SPLIT_ERR_MODE: it does not fit the origin's
 * state. */
int router_command(struct router *router, const char *origin, const char *command);

/* origins.c: the states of the origins, for /metrics and /status. */
void origins_metrics(struct router *router, FILE *out);
void origins_status(struct router *router, FILE *out);

#endif
