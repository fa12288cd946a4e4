/* SPDX-License-Identifier: MIT */
/* Entering and replacing the failover machine. It holds no pointers: a shared one is the same bytes
 * in every process. */
#include <string.h>

#include "log.h"
#include "routing.h"

/* The machine numbers origins by itself, and another process may have replaced it: find each origin
 * by its name. */
static void
number_origins(struct routing *g, const split_failover *failover)
{
    size_t i;

    memset(g->machine_origin, 0, sizeof(g->machine_origin));
    for (i = 0; i < g->n_origins; i++) {
        int32_t at = split_failover_find(failover, g->origins[i].name, strlen(g->origins[i].name));

        if (at >= 0 && at < ROUTING_MAX)
            g->machine_origin[at] = (uint32_t)i;
    }
}

/* The route newest among the processes makes the shared machine; the others use it as it is. */
static int
replace_shared(struct router *router, struct routing *next, split_failover *fresh, size_t bytes)
{
    struct machine *m = &router->machine;
    bool intact = shared_lock(m->shared);
    split_failover *there = shared_block(m->shared);
    uint64_t *stamp = shared_stamp(m->shared);
    int rc = bytes > SHARED_BLOCK_BYTES ? SPLIT_ERR_MEMORY_SIZE : 0;

    if (!intact)
        *stamp = 0;
    if (rc == 0 && *stamp < next->revision + 1) {
        if (*stamp)
            rc = split_failover_reload(fresh, there);
        if (rc == 0) {
            memcpy(there, fresh, bytes);
            *stamp = next->revision + 1;
        }
    }
    m->stamp = *stamp;
    if (rc == 0)
        number_origins(next, there);
    shared_unlock(m->shared);
    split_failover_free(&fresh, NULL);
    return rc;
}

int
machine_replace(struct router *router, struct routing *next, split_failover *fresh, size_t bytes)
{
    struct machine *m = &router->machine;
    int rc = 0;

    if (m->shared)
        return replace_shared(router, next, fresh, bytes);
    if (m->own)
        rc = split_failover_reload(fresh, m->own);
    if (rc) {
        split_failover_free(&fresh, NULL);
        return rc;
    }
    split_failover_free(&m->own, NULL);
    m->own = fresh;
    number_origins(next, fresh);
    return 0;
}

/* A process died in the middle of a change: its half-done work is thrown away, all origins start in
 * service. */
static void
make_anew(struct router *router)
{
    split_failover_options options;
    split_failover *there;

    log_say("a process died inside the shared failover state; it starts anew");
    if (split_route_failover_options(router->now->route, &options) != 0)
        return;
    options.seed = router->seed;
    if (split_failover_init(shared_block(router->machine.shared), SHARED_BLOCK_BYTES, &options,
                            &there) == 0)
        *shared_stamp(router->machine.shared) = router->now->revision + 1;
}

split_failover *
machine_enter(struct router *router)
{
    struct machine *m = &router->machine;

    if (!m->shared)
        return m->own;
    if (!shared_lock(m->shared))
        make_anew(router);
    if (*shared_stamp(m->shared) != m->stamp) {
        m->stamp = *shared_stamp(m->shared);
        number_origins(router->now, shared_block(m->shared));
    }
    return shared_block(m->shared);
}

void
machine_leave(struct router *router)
{
    if (router->machine.shared)
        shared_unlock(router->machine.shared);
}

void
machine_close(struct machine *m)
{
    split_failover_free(&m->own, NULL);
    shared_close(m->shared);
    m->shared = NULL;
}
