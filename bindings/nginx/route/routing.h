/* SPDX-License-Identifier: MIT */
/* One route, compiled: plan, origins, names. A worker holds the one in force, and running requests
 * the one they began with. */
#ifndef ROUTING_H
#define ROUTING_H

#include "module.h"
#include "origins/origin.h"

struct routing {
    unsigned refs;
    split_route *route;
    split_plan *plan;
    split_failover *rules; /* Private machine of the same options: classes without the lock. */
    uint64_t revision;     /* 0: made from the policy. */
    split_cookie_info cookie;
    bool stay; /* Sessions stay on the origin that took them over. */
    uint32_t n_variants, n_origins;
    const char *variants[NAMES_MAX];
    uint32_t variant_place[NAMES_MAX]; /* In the zone, by name: places outlive a route. */
    uint32_t origin_place[NAMES_MAX];
    uint32_t home[NAMES_MAX];      /* First origin of each variant's chain. */
    int32_t of_machine[NAMES_MAX]; /* Origin of the machine -> origin here, or -1. */
    struct origin origins[NAMES_MAX];
    ngx_str_t revision_text;
};

/* Compile the policy's own weights, or the route at the site's path when there is one. Messages go
 * to the configuration's log. For the master. */
ngx_int_t routing_first(ngx_conf_t *cf, struct split_site *site);

/* Put the compiled route and its machine in force in the shared memory. For the master, when the
 * configuration is accepted. */
void routing_begin(struct split_site *site, ngx_log_t *log);

/* Read the route again. */
enum routing_change { ROUTING_TAKEN, ROUTING_SAME, ROUTING_REFUSED };
enum routing_change routing_load(struct split_site *site, char *why, size_t why_bytes);

struct routing *routing_hold(struct split_site *site);
void routing_release(struct routing *routing);

/* Origin of this routing by the index of the machine; -1 when it does not have it. */
int32_t routing_origin(const struct split_site *site, const struct routing *g, int32_t machine);

#endif
