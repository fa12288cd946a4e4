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
    const uint16_t *statuses;
    size_t n_statuses;
    split_cookie_info cookie;
    uint64_t revision;              /* 0: made from the policy. */
    uint32_t variant_slot[ROUTING_MAX]; /* Places in the counters, by name: they outlive a route. */
    uint32_t origin_slot[ROUTING_MAX];
};

/* What the plan decided for a visitor. */
struct choice {
    split_assignment who;
    uint64_t key_hash;
    const char *variant_name;
};

/* What failover decided for an attempt. */
struct hop {
    uint32_t origin; /* Index in the routing. */
    uint32_t home;   /* The origin that the variant's chain begins with. */
    split_failover_token token;
    uint32_t kind;
};

struct hop_facts {
    uint64_t key_hash;
    bool safe;
    bool replayable;
};
#endif
