/* SPDX-License-Identifier: MIT */
/* Compiling a route: plan, failover machine and origins; the machine keeps its state over a change
 * of route. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "counters.h"
#include "log.h"
#include "loop.h"
#include "routing.h"

struct routing *
router_hold(struct router *router)
{
    router->now->refs++;
    return router->now;
}

void
router_release(struct routing *routing)
{
    if (!routing || --routing->refs)
        return;
    split_plan_free(&routing->plan, NULL);
    split_route_free(&routing->route, NULL);
    free(routing);
}

/* Places of names in the counters, which outlive a route. */
static int
note_names(struct routing *g, struct counters *counters)
{
    size_t i;

    for (i = 0; i < g->n_variants; i++) {
        g->variants[i] = split_route_variant(g->route, i);
        g->variant_slot[i] = counters_variant(counters, g->variants[i]);
    }
    for (i = 0; i < g->n_origins; i++) {
        int rc = split_route_origin(g->route, i, &g->origins[i]);

        if (rc)
            return rc;
        g->origin_slot[i] = counters_origin(counters, g->origins[i].name);
    }
    return 0;
}

static int
compile_parts(struct routing *g, struct router *router)
{
    split_plan_options plan;
    split_failover_options machine;
    split_failover *fresh = NULL;
    int rc;

    split_route_cookie(g->route, &g->cookie);
    g->n_variants = split_route_n_variants(g->route);
    g->n_origins = split_route_n_origins(g->route);
    rc = split_route_plan_options(g->route, &plan);
    if (rc == 0)
        rc = split_plan_new(&plan, NULL, &g->plan);
    if (rc == 0)
        rc = split_route_failover_options(g->route, &machine);
    if (rc)
        return rc;
    rc = note_names(g, router->counters);
    if (rc)
        return rc;
    machine.seed = router->seed;
    rc = split_failover_new(&machine, NULL, &fresh);
    return rc ? rc : machine_replace(router, g, fresh, split_failover_size(&machine));
}

/* Put a route in force; it is taken over, or freed on an error. */
static int
install(struct router *router, split_route *route, uint64_t revision)
{
    struct routing *g = calloc(1, sizeof(*g));
    int rc = SPLIT_ERR_NOMEM;

    if (!g) {
        split_route_free(&route, NULL);
        return rc;
    }
    g->refs = 1;
    g->route = route;
    g->revision = revision;
    rc = compile_parts(g, router);
    if (rc) {
        router_release(g);
        return rc;
    }
    router_release(router->now);
    router->now = g;
    return 0;
}

int
router_open(struct router *router, const split_policy *policy, struct counters *counters,
            struct shared *shared)
{
    split_plan_options options;
    split_plan *plan = NULL;
    split_route *route = NULL;
    int rc;

    memset(router, 0, sizeof(*router));
    router->counters = counters;
    router->machine.shared = shared;
    if (getrandom(&router->seed, sizeof(router->seed), 0) != (ssize_t)sizeof(router->seed))
        router->seed = (uint64_t)loop_now();
    split_random_init(&router->random, router->seed);
    split_even_init(&router->even);
    rc = split_policy_plan_options(policy, &options);
    if (rc == 0)
        rc = split_plan_new(&options, NULL, &plan);
    if (rc == 0)
        rc = split_route_build(policy, plan, 1, 0, NULL, &route);
    split_plan_free(&plan, NULL);
    return rc ? rc : install(router, route, 0);
}

void
router_close(struct router *router)
{
    machine_close(&router->machine);
    stored_close(&router->stored);
    router_release(router->now);
    router->now = NULL;
}

static int
complain(int code, const char *text, const char *path, char *why, size_t why_size)
{
    if (path && *path)
        snprintf(why, why_size, "%s: %s", path, text);
    else
        snprintf(why, why_size, "%s", text);
    return code;
}

int
router_load(struct router *router, const char *path, char *why, size_t why_size)
{
    const split_route *current = router->now->revision ? router->now->route : NULL;
    split_error fault = {.size = sizeof(fault)};
    split_route *route = NULL;
    size_t n = 0;
    int rc = split_route_load_file(path, NULL, &fault, 1, &n, &route);

    if (rc)
        return complain(rc, n ? fault.text : split_strerror(rc), n ? fault.path : NULL, why,
                        why_size);
    rc = split_route_accept(current, route);
    if (rc == 0 && strcmp(split_route_name(route), split_route_name(router->now->route)) != 0)
        rc = SPLIT_ERR_NAME;
    if (rc == 0 && current && split_route_revision(route) == router->now->revision) {
        split_route_free(&route, NULL);
        return 1;
    }
    if (rc) {
        split_route_free(&route, NULL);
        return complain(rc,
                        rc == SPLIT_ERR_NAME ? "it belongs to another split" : split_strerror(rc),
                        NULL, why, why_size);
    }
    rc = install(router, route, split_route_revision(route));
    return rc ? complain(rc, split_strerror(rc), NULL, why, why_size) : 0;
}
