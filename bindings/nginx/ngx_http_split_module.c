/* SPDX-License-Identifier: MIT */
/* The module as nginx sees it: directives, contexts, and what happens at start and in each
 * worker. */
#include <time.h>

#include "config/check.h"
#include "config/settings.h"
#include "memory/counters.h"
#include "memory/zone.h"
#include "module.h"
#include "origins/balancer.h"
#include "page/status.h"
#include "route/routing.h"
#include "visitor/filter.h"
#include "visitor/variables.h"

static split_us
clock_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (split_us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

split_us
now_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

split_us
wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}

static void *
create_main(ngx_conf_t *cf)
{
    struct main_conf *main = ngx_pcalloc(cf->pool, sizeof *main);
    if (main == NULL ||
        ngx_array_init(&main->sites, cf->pool, 1, sizeof(struct split_site *)) != NGX_OK ||
        ngx_array_init(&main->zones, cf->pool, 1, sizeof(struct zone_request)) != NGX_OK)
        return NULL;
    return main;
}

static char *
init_main(ngx_conf_t *cf, void *conf)
{
    return settings_finish(cf, conf);
}

static void *
create_upstream(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct upstream_conf));
}

static void *
create_location(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(struct loc_conf));
}

/* Without `split_use` the variables mean the only split there is. */
static char *
merge_location(ngx_conf_t *cf, void *parent, void *child)
{
    const struct main_conf *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_split_module);
    const struct loc_conf *above = parent;
    struct loc_conf *loc = child;
    if (loc->site == NULL)
        loc->site = above->site;
    if (loc->site == NULL && main->sites.nelts == 1)
        loc->site = *(struct split_site **)main->sites.elts;
    return NGX_CONF_OK;
}

static ngx_int_t
postconfiguration(ngx_conf_t *cf)
{
    const struct main_conf *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_split_module);
    return main->sites.nelts == 0 ? NGX_OK : filter_init(cf);
}

static const struct main_conf *
main_of(ngx_cycle_t *cycle)
{
    return ngx_get_conf(cycle->conf_ctx, ngx_http_module) == NULL
               ? NULL
               : ngx_http_cycle_get_module_main_conf(cycle, ngx_http_split_module);
}

/* In the master, once the configuration is accepted: what workers share is made ready. */
static ngx_int_t
init_module(ngx_cycle_t *cycle)
{
    const struct main_conf *main = main_of(cycle);
    if (main == NULL)
        return NGX_OK;
    struct split_site **sites = main->sites.elts;
    for (ngx_uint_t i = 0; i < main->sites.nelts; i++) {
        int rc = counters_begin(sites[i]);
        if (rc != 0) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "split \"%V\": %s", &sites[i]->name,
                          split_strerror(rc));
            return NGX_ERROR;
        }
        check_readable(cycle, sites[i]);
        routing_begin(sites[i], cycle->log);
    }
    return NGX_OK;
}

static ngx_int_t
init_process(ngx_cycle_t *cycle)
{
    const struct main_conf *main = main_of(cycle);
    if (main == NULL || (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE))
        return NGX_OK;
    struct split_site **sites = main->sites.elts;
    for (ngx_uint_t i = 0; i < main->sites.nelts; i++) {
        split_random_init(&sites[i]->random, (uint64_t)now_us() ^ ((uint64_t)ngx_pid << 32));
        watch_start(sites[i], cycle);
    }
    return NGX_OK;
}

static void
exit_process(ngx_cycle_t *cycle)
{
    const struct main_conf *main = main_of(cycle);
    if (main == NULL || (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE))
        return;
    struct split_site **sites = main->sites.elts;
    for (ngx_uint_t i = 0; i < main->sites.nelts; i++)
        watch_stop(sites[i]);
}

static ngx_command_t commands[] = {
    {ngx_string("split_zone"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, settings_zone,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
    {ngx_string("split"), NGX_HTTP_MAIN_CONF | NGX_CONF_BLOCK | NGX_CONF_TAKE1, settings_split,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL},
    {ngx_string("split_origins"), NGX_HTTP_UPS_CONF | NGX_CONF_TAKE1, balancer_directive,
     NGX_HTTP_SRV_CONF_OFFSET, 0, NULL},
    {ngx_string("split_use"),
     NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_TAKE1, settings_use,
     NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    {ngx_string("split_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE12,
     status_directive, NGX_HTTP_LOC_CONF_OFFSET, 0, NULL},
    ngx_null_command};

static ngx_http_module_t contexts = {variables_add,   postconfiguration, create_main,
                                     init_main,       create_upstream,   NULL,
                                     create_location, merge_location};

#define EXPORTED __attribute__((visibility("default")))

/* clang-format off */
ngx_module_t ngx_http_split_module = {
    NGX_MODULE_V1,
    &contexts, commands, NGX_HTTP_MODULE,
    NULL,         /* init master */
    init_module,
    init_process,
    NULL,         /* init thread */
    NULL,         /* exit thread */
    exit_process,
    NULL,         /* exit master */
    NGX_MODULE_V1_PADDING};
/* clang-format on */

/* What nginx's own build writes into a file beside a dynamic module. Without an order the module is
 * loaded last, so that its header filter runs first. */
extern ngx_module_t *ngx_modules[];
extern char *ngx_module_names[];
extern char *ngx_module_order[];
EXPORTED ngx_module_t *ngx_modules[] = {&ngx_http_split_module, NULL};
EXPORTED char *ngx_module_names[] = {(char[]){"ngx_http_split_module"}, NULL};
EXPORTED char *ngx_module_order[] = {NULL};
