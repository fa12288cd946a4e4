/* SPDX-License-Identifier: MIT */
/* What every file of the module needs: nginx's headers, the library's, and the module's own
 * configuration. */
#ifndef MODULE_H
#define MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <split/policy.h>
#include <split/route.h>
#include <split/split.h>
#include <split/token.h>

#include "route/watch.h"
#include "visitor/cookie.h"
#include "visitor/stored.h"

#define NAMES_MAX 64

struct routing;
struct zone;

/* One source of a visitor's key: the id cookie, or any variable of nginx. */
struct key_source {
    bool is_cookie;
    ngx_int_t variable;
};

/* One `split NAME { }` of the configuration, and what a worker keeps for it. */
struct split_site {
    ngx_str_t name;
    ngx_str_t policy_path;
    ngx_str_t route_path; /* Empty: the policy's own weights hold. */
    ngx_str_t file;       /* Of the configuration, for messages. */
    ngx_uint_t line;
    ngx_array_t keys; /* struct key_source */
    bool wants_cookie;
    struct cookie_rules cookie_rules;
    ngx_msec_t resolve_ms;
    split_policy *policy;
    struct zone *zone;
    size_t zone_bytes;
    struct routing *now; /* In force in this process. */
    uint64_t machine_generation;
    struct stored stored;
    struct watch watch;
    split_random random;
    ngx_http_core_loc_conf_t *core; /* For its resolver. */
    ngx_uint_t worker_slot;
};

struct main_conf {
    ngx_array_t sites; /* struct split_site * */
    ngx_array_t zones; /* struct zone_request */
};

struct zone_request {
    ngx_str_t name;
    size_t bytes;
    bool used;
    ngx_str_t file;
    ngx_uint_t line;
};

/* Of an upstream { }. */
struct upstream_conf {
    struct split_site *site;
};

/* Of a location { }. */
struct loc_conf {
    struct split_site *site; /* Whose variables are meant; NULL: the only one. */
    struct split_site *page; /* Whose status page this is. */
    bool remote;             /* The page is for others than loopback too; `allow` guards it. */
};

extern ngx_module_t ngx_http_split_module;

/* The monotonic clock in microseconds: the same for every process of the machine. */
split_us now_us(void);
split_us wall_us(void);

struct split_site *site_find(struct main_conf *main, const ngx_str_t *name);

#endif
