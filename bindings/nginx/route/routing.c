/* SPDX-License-Identifier: MIT */
/* Compiling a route. A new one takes its place with one pointer; requests under way keep theirs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/check.h"
#include "memory/counters.h"
#include "memory/machine.h"
#include "memory/zone.h"
#include "module.h"
#include "route/file.h"
#include "route/routing.h"

struct routing *
routing_hold(struct split_site *site)
{
    site->now->refs++;
    return site->now;
}

void
routing_release(struct routing *g)
{
    if (g == NULL || --g->refs > 0)
        return;
    for (uint32_t i = 0; i < g->n_origins; i++)
        origin_close(&g->origins[i]);
    split_plan_free(&g->plan, NULL);
    split_failover_free(&g->rules, NULL);
    split_route_free(&g->route, NULL);
    ngx_free(g->revision_text.data);
    ngx_free(g);
}

int32_t
routing_origin(const struct split_site *site, const struct routing *g, int32_t machine)
{
    if (machine < 0 || machine >= NAMES_MAX || site->now->of_machine[machine] < 0)
        return -1;
    uint32_t at = (uint32_t)site->now->of_machine[machine];
    if (g == site->now)
        return (int32_t)at;
    for (uint32_t i = 0; i < g->n_origins; i++)
        if (strcmp(g->origins[i].info.name, site->now->origins[at].info.name) == 0)
            return (int32_t)i;
    return -1;
}

static int
compile_machine(struct routing *g)
{
    split_failover_options options;
    split_failover_options_init(&options);
    int rc = split_route_failover_options(g->route, &options);
    if (rc != 0)
        return rc;
    g->stay = options.sticky == SPLIT_FAILOVER_STICKY_STAY;
    for (uint32_t v = 0; v < g->n_variants && v < options.n_chains; v++)
        g->home[v] = options.chains[v].origins[0];
    return split_failover_new(&options, NULL, &g->rules);
}

static int
compile_origins(struct routing *g, char *why, size_t why_bytes)
{
    for (uint32_t i = 0; i < g->n_origins; i++) {
        struct origin *o = &g->origins[i];
        int rc = split_route_origin(g->route, i, &o->info);
        if (rc != 0)
            return rc;
        const char *fault = origin_parse(o);
        if (fault == NULL)
            fault = check_origin(g, i);
        if (fault != NULL) {
            snprintf(why, why_bytes, "origin %s: %s", o->info.name, fault);
            return SPLIT_ERR_VALUE;
        }
    }
    return 0;
}

static int
compile_parts(struct routing *g, char *why, size_t why_bytes)
{
    split_plan_options plan;
    split_plan_options_init(&plan);
    split_route_cookie(g->route, &g->cookie);
    g->n_variants = (uint32_t)split_route_n_variants(g->route);
    g->n_origins = (uint32_t)split_route_n_origins(g->route);
    for (uint32_t v = 0; v < g->n_variants; v++)
        g->variants[v] = split_route_variant(g->route, v);
    int rc = split_route_plan_options(g->route, &plan);
    if (rc == 0)
        rc = split_plan_new(&plan, NULL, &g->plan);
    if (rc == 0)
        rc = compile_machine(g);
    return rc != 0 ? rc : compile_origins(g, why, why_bytes);
}

/* The route is taken over, or freed on an error. */
static struct routing *
compile(split_route *route, uint64_t revision, char *why, size_t why_bytes)
{
    struct routing *g = ngx_calloc(sizeof *g, ngx_cycle->log);
    u_char *text = ngx_alloc(NGX_INT64_LEN, ngx_cycle->log);
    why[0] = '\0';
    if (g == NULL || text == NULL) {
        ngx_free(g);
        ngx_free(text);
        split_route_free(&route, NULL);
        snprintf(why, why_bytes, "out of memory");
        return NULL;
    }
    g->refs = 1;
    g->route = route;
    g->revision = revision;
    g->revision_text.data = text;
    g->revision_text.len = (size_t)(ngx_sprintf(text, "%uL", revision) - text);
    int rc = compile_parts(g, why, why_bytes);
    if (rc == 0)
        return g;
    if (why[0] == '\0')
        snprintf(why, why_bytes, "%s", split_strerror(rc));
    routing_release(g);
    return NULL;
}

/* Places in the counters; under no lock the names of others could be half written. */
static void
note_places(struct split_site *site, struct routing *g)
{
    struct zone_memory *mem = site->zone->mem;
    zone_lock(mem);
    for (uint32_t v = 0; v < g->n_variants; v++)
        g->variant_place[v] = zone_variant(mem, g->variants[v]);
    for (uint32_t i = 0; i < g->n_origins; i++)
        g->origin_place[i] = zone_origin(mem, g->origins[i].info.name);
    zone_unlock(mem);
}

static split_route *
route_of_policy(const split_policy *policy)
{
    split_plan_options options;
    split_plan *plan = NULL;
    split_route *route = NULL;
    split_plan_options_init(&options);
    if (split_policy_plan_options(policy, &options) == 0 &&
        split_plan_new(&options, NULL, &plan) == 0 &&
        split_route_build(policy, plan, 1, 0, NULL, &route) != 0)
        route = NULL;
    split_plan_free(&plan, NULL);
    return route;
}

static void
say_fault(const char *path, const split_error *fault, size_t n, int rc, char *why, size_t why_bytes)
{
    if (n > 0 && fault->line > 0)
        snprintf(why, why_bytes, "%s:%u:%u: %s: %s", path, (unsigned)fault->line,
                 (unsigned)fault->column, fault->path, fault->text);
    else
        snprintf(why, why_bytes, "%s: %s", path, n > 0 ? fault->text : split_strerror(rc));
}

static split_route *
load_file(const char *path, char *why, size_t why_bytes)
{
    split_error fault = {.size = sizeof fault};
    split_route *route = NULL;
    size_t n_faults = 0;
    char *text = malloc(SPLIT_DOCUMENT_BYTES_MAX + 1);
    ssize_t n = text == NULL ? -1 : file_read(path, text, SPLIT_DOCUMENT_BYTES_MAX + 1);
    if (n < 0) {
        snprintf(why, why_bytes, "%s cannot be read: %s", path,
                 errno == EINVAL ? "it is no regular file" : strerror(errno));
    } else {
        int rc = split_route_load(text, (size_t)n, NULL, &fault, 1, &n_faults, &route);
        if (rc != 0)
            say_fault(path, &fault, n_faults, rc, why, why_bytes);
    }
    free(text);
    return route;
}

/* Names of hosts become addresses while nginx starts, as those of `server` lines. */
static ngx_int_t
look_up(ngx_conf_t *cf, struct split_site *site, struct routing *g)
{
    for (uint32_t i = 0; i < g->n_origins; i++) {
        const char *why;
        if (origin_lookup(&g->origins[i], &why))
            continue;
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "origin %s of split \"%V\": %s in \"%V\"; write an address, or a name that "
                      "resolves when nginx starts, in %V:%ui",
                      g->origins[i].info.name, &site->name, why, &g->origins[i].host, &site->file,
                      site->line);
        return NGX_ERROR;
    }
    return NGX_OK;
}

ngx_int_t
routing_first(ngx_conf_t *cf, struct split_site *site)
{
    char why[600] = "out of memory";
    const char *path = (const char *)site->route_path.data;
    bool is_file = site->route_path.len > 0 && access(path, F_OK) == 0;
    split_route *route = is_file ? load_file(path, why, sizeof why) : route_of_policy(site->policy);
    if (route != NULL && is_file &&
        strcmp(split_route_name(route), split_policy_name(site->policy)) != 0) {
        snprintf(why, sizeof why, "%s: it belongs to split \"%s\", the policy to \"%s\"", path,
                 split_route_name(route), split_policy_name(site->policy));
        split_route_free(&route, NULL);
        route = NULL;
    }
    if (route != NULL)
        site->now = compile(route, is_file ? split_route_revision(route) : 0, why, sizeof why);
    if (site->now == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "split \"%V\": %s in %V:%ui", &site->name, why,
                      &site->file, site->line);
        return NGX_ERROR;
    }
    return look_up(cf, site, site->now);
}

void
routing_begin(struct split_site *site, ngx_log_t *log)
{
    note_places(site, site->now);
    int rc = machine_replace(site, site->now, true);
    if (rc != 0)
        ngx_log_error(NGX_LOG_EMERG, log, 0, "split \"%V\": %s", &site->name, split_strerror(rc));
}

/* Is this route for us, and newer? */
static enum routing_change
may_replace(struct split_site *site, const split_route *route, char *why, size_t why_bytes)
{
    const split_route *current = site->now->revision > 0 ? site->now->route : NULL;
    int rc = split_route_accept(current, route);
    if (strcmp(split_route_name(route), split_route_name(site->now->route)) != 0)
        rc = SPLIT_ERR_NAME;
    if (rc == 0 && current != NULL && split_route_revision(route) == site->now->revision)
        return ROUTING_SAME;
    if (rc == 0)
        return ROUTING_TAKEN;
    snprintf(why, why_bytes, "%s: %s", (const char *)site->route_path.data,
             rc == SPLIT_ERR_NAME ? "it belongs to another split" : split_strerror(rc));
    return ROUTING_REFUSED;
}

enum routing_change
routing_load(struct split_site *site, char *why, size_t why_bytes)
{
    split_route *route = load_file((const char *)site->route_path.data, why, why_bytes);
    if (route == NULL)
        return ROUTING_REFUSED;
    enum routing_change change = may_replace(site, route, why, why_bytes);
    if (change != ROUTING_TAKEN) {
        split_route_free(&route, NULL);
        return change;
    }
    struct routing *next = compile(route, split_route_revision(route), why, why_bytes);
    if (next == NULL)
        return ROUTING_REFUSED;
    for (uint32_t i = 0; i < next->n_origins; i++)
        for (uint32_t k = 0; k < site->now->n_origins; k++)
            origin_inherit(&next->origins[i], &site->now->origins[k]);
    note_places(site, next);
    int rc = machine_replace(site, next, false);
    if (rc != 0) {
        snprintf(why, why_bytes, "%s", split_strerror(rc));
        routing_release(next);
        return ROUTING_REFUSED;
    }
    routing_release(site->now);
    site->now = next;
    return ROUTING_TAKEN;
}
