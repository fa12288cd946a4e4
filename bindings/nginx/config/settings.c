/* SPDX-License-Identifier: MIT */
/* Reading the configuration. Whatever is wrong ends `nginx -t` with file, line and cure. */
#include <string.h>

#include "config/attributes.h"
#include "config/check.h"
#include "config/settings.h"
#include "memory/counters.h"
#include "memory/zone.h"
#include "route/routing.h"

#define RESOLVE_MS 10000

struct split_site *
site_find(struct main_conf *main, const ngx_str_t *name)
{
    struct split_site **sites = main->sites.elts;
    for (ngx_uint_t i = 0; i < main->sites.nelts; i++)
        if (sites[i]->name.len == name->len &&
            ngx_strncmp(sites[i]->name.data, name->data, name->len) == 0)
            return sites[i];
    return NULL;
}

char *
settings_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct main_conf *main = conf;
    ngx_str_t *words = cf->args->elts;
    ssize_t bytes = ngx_parse_size(&words[2]);
    struct zone_request *zones = main->zones.elts;
    (void)cmd;
    for (ngx_uint_t i = 0; i < main->zones.nelts; i++)
        if (zones[i].name.len == words[1].len &&
            ngx_strncmp(zones[i].name.data, words[1].data, words[1].len) == 0)
            return "is duplicate";
    if (bytes == NGX_ERROR || (size_t)bytes < zone_needs(1, 1) || bytes > 1 << 30) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" cannot have the size \"%V\": write %uzk to 1024m; 1m is "
                           "enough for most splits",
                           &words[1], &words[2], (zone_needs(1, 1) + 1023) / 1024);
        return NGX_CONF_ERROR;
    }
    struct zone_request *zone = ngx_array_push(&main->zones);
    if (zone == NULL)
        return NGX_CONF_ERROR;
    memset(zone, 0, sizeof *zone);
    zone->name = words[1];
    zone->bytes = (size_t)bytes;
    zone->file = cf->conf_file->file.name;
    zone->line = cf->conf_file->line;
    return NGX_CONF_OK;
}

static char *
take_path(ngx_conf_t *cf, ngx_str_t *out)
{
    ngx_str_t *words = cf->args->elts;
    if (out->len > 0)
        return "is duplicate";
    *out = words[1];
    return ngx_conf_full_name(cf->cycle, out, 1) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

static char *
take_policy(ngx_conf_t *cf, struct split_site *site)
{
    return take_path(cf, &site->policy_path);
}

static char *
take_route(ngx_conf_t *cf, struct split_site *site)
{
    return take_path(cf, &site->route_path);
}

/* "cookie" is the id cookie by the library's grammar; $cookie_NAME of the policy's own cookie means
 * the same, which is known only when the policy is read. */
static char *
take_keys(ngx_conf_t *cf, struct split_site *site)
{
    ngx_str_t *words = cf->args->elts;
    if (site->keys.nelts > 0)
        return "is duplicate";
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        struct key_source *key = ngx_array_push(&site->keys);
        ngx_str_t name = words[i];
        if (key == NULL)
            return NGX_CONF_ERROR;
        key->variable = NGX_ERROR;
        key->is_cookie = ngx_strcmp(name.data, "cookie") == 0;
        if (key->is_cookie)
            continue;
        if (name.len < 2 || name.data[0] != '$') {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no source of a key: write \"cookie\" or a variable such "
                               "as $http_x_user_id or $remote_addr",
                               &words[i]);
            return NGX_CONF_ERROR;
        }
        name.data++;
        name.len--;
        key->variable = ngx_http_get_variable_index(cf, &name);
        if (key->variable == NGX_ERROR)
            return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static char *
take_resolve(ngx_conf_t *cf, struct split_site *site)
{
    ngx_str_t *words = cf->args->elts;
    ngx_int_t ms = ngx_parse_time(&words[1], 0);
    if (ms == NGX_ERROR || ms < 1000)
        return "must be a time of 1s or more";
    site->resolve_ms = (ngx_msec_t)ms;
    return NGX_CONF_OK;
}

static const struct {
    const char *word;
    ngx_uint_t least, most; /* Arguments. */
    char *(*take)(ngx_conf_t *cf, struct split_site *site);
} lines[] = {{"policy", 1, 1, take_policy},
             {"route", 1, 1, take_route},
             {"key", 1, 8, take_keys},
             {"cookie", 1, 8, attributes_take},
             {"resolve", 1, 1, take_resolve}};

/* One line inside `split NAME { }`. */
static char *
take_line(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    const ngx_str_t *words = cf->args->elts;
    ngx_uint_t n = cf->args->nelts - 1;
    (void)cmd;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (ngx_strcmp(words[0].data, lines[i].word) != 0)
            continue;
        if (n < lines[i].least || n > lines[i].most) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" takes %ui to %ui arguments", &words[0],
                               lines[i].least, lines[i].most);
            return NGX_CONF_ERROR;
        }
        char *rv = lines[i].take(cf, conf);
        if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR)
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" %s", &words[0], rv);
        return rv == NGX_CONF_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown word \"%V\" in \"split\": there are policy, route, key, cookie and "
                       "resolve",
                       &words[0]);
    return NGX_CONF_ERROR;
}

static void
free_site(void *data)
{
    struct split_site *site = data;
    routing_release(site->now);
    site->now = NULL;
    split_policy_free(&site->policy, NULL);
    stored_close(&site->stored);
    if (site->zone != NULL)
        zone_unmap(site->zone);
}

static ngx_int_t
load_policy(ngx_conf_t *cf, struct split_site *site)
{
    split_error fault = {.size = sizeof fault};
    size_t n = 0;
    const char *path = (const char *)site->policy_path.data;
    int rc = split_policy_load_file(path, NULL, &fault, 1, &n, &site->policy);
    if (rc == 0)
        return NGX_OK;
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "split \"%V\": %s:%uD:%uD: %s: %s", &site->name, path,
                       fault.line, fault.column, fault.path,
                       n > 0 ? fault.text : split_strerror(rc));
    return NGX_ERROR;
}

/* $cookie_NAME of the id cookie is the id cookie. */
static ngx_int_t
finish_keys(ngx_conf_t *cf, struct split_site *site)
{
    const ngx_http_core_main_conf_t *core =
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    const ngx_http_variable_t *variables = core->variables.elts;
    split_cookie_info cookie;
    split_policy_cookie(site->policy, &cookie);
    if (site->keys.nelts == 0) {
        struct key_source *key = ngx_array_push(&site->keys);
        if (key == NULL)
            return NGX_ERROR;
        key->is_cookie = true;
    }
    struct key_source *keys = site->keys.elts;
    for (ngx_uint_t i = 0; i < site->keys.nelts; i++) {
        ngx_str_t rest;
        if (!keys[i].is_cookie &&
            attributes_starts(&variables[keys[i].variable].name, "cookie_", &rest) &&
            rest.len == strlen(cookie.name) &&
            ngx_strncasecmp(rest.data, (u_char *)cookie.name, rest.len) == 0)
            keys[i].is_cookie = true;
        site->wants_cookie = site->wants_cookie || keys[i].is_cookie;
    }
    return NGX_OK;
}

static struct split_site *
new_site(ngx_conf_t *cf, const ngx_str_t *name)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, sizeof(struct split_site));
    struct split_site *site = cleanup == NULL ? NULL : cleanup->data;
    if (site == NULL)
        return NULL;
    memset(site, 0, sizeof *site);
    cleanup->handler = free_site;
    site->name = *name;
    site->file = cf->conf_file->file.name;
    site->line = cf->conf_file->line;
    site->resolve_ms = RESOLVE_MS;
    if (ngx_array_init(&site->keys, cf->pool, 2, sizeof(struct key_source)) != NGX_OK)
        return NULL;
    return site;
}

char *
settings_split(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct main_conf *main = conf;
    const ngx_str_t *words = cf->args->elts;
    (void)cmd;
    if (site_find(main, &words[1]) != NULL)
        return "is duplicate";
    struct split_site *site = new_site(cf, &words[1]);
    struct split_site **place = site == NULL ? NULL : ngx_array_push(&main->sites);
    if (place == NULL)
        return NGX_CONF_ERROR;
    *place = site;
    ngx_conf_t save = *cf;
    cf->handler = take_line;
    cf->handler_conf = (void *)site;
    char *rv = ngx_conf_parse(cf, NULL);
    *cf = save;
    if (rv != NGX_CONF_OK)
        return rv;
    if (site->policy_path.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "split \"%V\" has no \"policy PATH;\"",
                           &site->name);
        return NGX_CONF_ERROR;
    }
    if (load_policy(cf, site) != NGX_OK || finish_keys(cf, site) != NGX_OK)
        return NGX_CONF_ERROR;
    return routing_first(cf, site) == NGX_OK && check_cookie(cf, site) == NGX_OK ? NGX_CONF_OK
                                                                                 : NGX_CONF_ERROR;
}

char *
settings_use(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct main_conf *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_split_module);
    struct loc_conf *loc = conf;
    const ngx_str_t *words = cf->args->elts;
    (void)cmd;
    if (loc->site != NULL)
        return "is duplicate";
    loc->site = site_find(main, &words[1]);
    return loc->site != NULL ? NGX_CONF_OK : "names a split that does not stand above it";
}

static struct zone_request *
request_of(struct main_conf *main, const ngx_str_t *name)
{
    struct zone_request *zones = main->zones.elts;
    for (ngx_uint_t i = 0; i < main->zones.nelts; i++)
        if (zones[i].name.len == name->len &&
            ngx_strncmp(zones[i].name.data, name->data, name->len) == 0)
            return &zones[i];
    return NULL;
}

static ngx_int_t
make_zone(ngx_conf_t *cf, struct main_conf *main, struct split_site *site)
{
    struct zone_request *request = request_of(main, &site->name);
    size_t needs = zone_needs(site->now->n_variants, site->now->n_origins);
    site->zone_bytes = request != NULL ? request->bytes : ZONE_BYTES_DEFAULT;
    if (request == NULL && site->zone_bytes < needs * 2)
        site->zone_bytes = needs * 2;
    if (site->zone_bytes < needs) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "zone \"%V\" is too small for %uD variants and %uD origins: write %uzk or "
                      "more in %V:%ui",
                      &request->name, site->now->n_variants, site->now->n_origins,
                      (needs + 1023) / 1024, &request->file, request->line);
        return NGX_ERROR;
    }
    if (request != NULL)
        request->used = true;
    site->zone_bytes = ngx_align(site->zone_bytes, (size_t)ngx_pagesize);
    site->zone = ngx_pcalloc(cf->pool, sizeof *site->zone);
    if (site->zone == NULL ||
        !zone_map(site->zone, (const char *)site->name.data, site->zone_bytes)) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno, "split \"%V\": no memory for its zone",
                      &site->name);
        return NGX_ERROR;
    }
    return NGX_OK;
}

/* While a reload may still be refused: later a fault would end nginx. */
static ngx_int_t
make_ready(ngx_conf_t *cf, struct split_site *site)
{
    char why[STORED_WHY_BYTES];
    if (!counters_fit(site)) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "split \"%V\": its metrics need more memory than a "
                      "zone has for them; take some away in %V",
                      &site->name, &site->policy_path);
        return NGX_ERROR;
    }
    if (stored_load(site, site->now, why))
        return NGX_OK;
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "split \"%V\": %s in %V:%ui", &site->name, why,
                  &site->file, site->line);
    return NGX_ERROR;
}

char *
settings_finish(ngx_conf_t *cf, struct main_conf *main)
{
    struct split_site **sites = main->sites.elts;
    for (ngx_uint_t i = 0; i < main->sites.nelts; i++) {
        if (make_zone(cf, main, sites[i]) != NGX_OK || make_ready(cf, sites[i]) != NGX_OK)
            return NGX_CONF_ERROR;
        sites[i]->core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    }
    const struct zone_request *zones = main->zones.elts;
    for (ngx_uint_t i = 0; i < main->zones.nelts; i++) {
        if (zones[i].used)
            continue;
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "zone \"%V\" is that of no split: name it as the split, in %V:%ui",
                      &zones[i].name, &zones[i].file, zones[i].line);
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}
