/* SPDX-License-Identifier: MIT */
/* Entering and replacing the shared machine. It holds no pointers: the same bytes serve every
 * worker. Rules: design: P14 to P16. */
#include <string.h>

#include "memory/machine.h"
#include "memory/zone.h"
#include "module.h"
#include "route/routing.h"

/* The machine numbers origins by itself, and another worker may have replaced it: find each origin
 * by its name. */
static void
number_origins(struct split_site *site, struct routing *g)
{
    const split_failover *fo = zone_machine(site->zone->mem);
    for (size_t i = 0; i < NAMES_MAX; i++)
        g->of_machine[i] = -1;
    for (uint32_t i = 0; i < g->n_origins; i++) {
        const char *name = g->origins[i].info.name;
        int32_t at = split_failover_find(fo, name, strlen(name));
        if (at >= 0 && at < NAMES_MAX)
            g->of_machine[at] = (int32_t)i;
    }
    site->machine_generation = site->zone->mem->generation;
}

/* Under the lock. The state of an origin belongs to its url. */
static void
note_urls(struct zone_memory *mem, struct routing *g, split_failover *fresh)
{
    for (uint32_t i = 0; i < g->n_origins; i++) {
        const char *name = g->origins[i].info.name;
        uint32_t place = zone_origin(mem, name);
        uint64_t mark = origin_mark(&g->origins[i]), before = mem->origin_mark[place];
        int32_t at = split_failover_find(fresh, name, strlen(name));
        mem->origin_mark[place] = mark;
        if (before != 0 && before != mark && at >= 0 &&
            split_failover_admin(fresh, now_us(), (uint32_t)at, SPLIT_FAILOVER_DO_RESET, NULL) != 0)
            continue;
    }
}

static int
make(struct split_site *site, struct routing *g, split_failover **out, size_t *bytes)
{
    split_failover_options options;
    split_failover_options_init(&options);
    int rc = split_route_failover_options(g->route, &options);
    if (rc != 0)
        return rc;
    options.seed = site->zone->mem->seed;
    *bytes = split_failover_size(&options);
    return split_failover_new(&options, NULL, out);
}

/* Under the lock: the fresh machine takes the place of the one there. */
static int
put(struct zone_memory *mem, struct routing *g, split_failover *fresh, size_t bytes)
{
    int rc = bytes > ZONE_MACHINE_BYTES ? SPLIT_ERR_MEMORY_SIZE : 0;
    if (rc == 0 && mem->must_renew == 0 && mem->machine_revision != 0)
        rc = split_failover_reload(fresh, zone_machine(mem));
    if (rc != 0)
        return rc;
    note_urls(mem, g, fresh);
    memcpy(mem->machine, fresh, bytes);
    mem->machine_revision = g->revision + 1;
    mem->must_renew = 0;
    mem->generation++;
    return 0;
}

int
machine_replace(struct split_site *site, struct routing *next, bool force)
{
    struct zone_memory *mem = site->zone->mem;
    split_failover *fresh = NULL;
    size_t bytes;
    int rc = make(site, next, &fresh, &bytes);
    if (rc != 0)
        return rc;
    zone_lock(mem);
    if (mem->must_renew != 0 || force || mem->machine_revision < next->revision + 1)
        rc = put(mem, next, fresh, bytes);
    if (rc == 0)
        number_origins(site, next);
    zone_unlock(mem);
    split_failover_free(&fresh, NULL);
    return rc;
}

/* A worker died in the middle of a change: its half-done work is thrown away, every origin starts
 * in service. Under the lock, without an allocation: the private machine has the same options. */
static void
make_again(struct split_site *site)
{
    struct zone_memory *mem = site->zone->mem;
    split_failover_options options;
    split_failover *there;
    split_failover_options_init(&options);
    if (split_route_failover_options(site->now->route, &options) != 0)
        return;
    options.seed = mem->seed;
    if (split_failover_init(mem->machine, ZONE_MACHINE_BYTES, &options, &there) == 0) {
        mem->machine_revision = site->now->revision + 1;
        mem->must_renew = 0;
        mem->generation++;
    }
}

split_failover *
machine_enter(struct split_site *site)
{
    struct zone_memory *mem = site->zone->mem;
    zone_lock(mem);
    if (mem->must_renew != 0)
        make_again(site);
    if (mem->generation != site->machine_generation)
        number_origins(site, site->now);
    return zone_machine(mem);
}

void
machine_leave(struct split_site *site)
{
    zone_unlock(site->zone->mem);
}

static void
log_event(struct split_site *site, const split_failover_event *e)
{
    int32_t origin = e->origin < NAMES_MAX ? site->now->of_machine[e->origin] : SPLIT_FAILOVER_NONE;
    if (origin < 0)
        return;
    zone_count(&site->zone->mem->events[site->now->origin_place[origin]][e->cause]);
    /* The cycle's log: that of a request appends its visitor's address and url. */
    ngx_log_error(
        NGX_LOG_WARN, ngx_cycle->log, 0,
        "split \"%V\": origin %s: %s -> %s, %s (level %uD, run %uD of which refused %uD, "
        "keys %uD, span %L ms; window %uD bad of %uD; probes ok %uD, lost %uD; open for %L "
        "ms; admits %uD permille%s)",
        &site->name, site->now->origins[origin].info.name, split_failover_state_name((int)e->from),
        split_failover_state_name((int)e->to), split_failover_cause_name((int)e->cause), e->level,
        e->run, e->hard_run, e->run_keys, e->run_span_us / 1000, e->bad, e->total, e->probe_ok,
        e->lost, e->open_us / 1000, e->permille, e->latched ? "; latched" : "");
}

void
machine_log(struct split_site *site, const split_failover_events *events)
{
    for (uint32_t i = 0; i < events->n && i < SPLIT_FAILOVER_EVENTS_MAX; i++)
        log_event(site, &events->items[i]);
}
