/* SPDX-License-Identifier: MIT */
/* Peers for nginx. `get` names the origin that the machine chose, `free` reports how it went; with
 * `tries` 0 nginx repeats nothing by itself. */
#include <string.h>

#include "origins/attempt.h"
#include "origins/balancer.h"
#include "origins/hooks.h"
#include "origins/outcome.h"

/* Failures after which nginx asks for the next peer; whether there is one the machine says. */
#define NEXT_ALWAYS                                                                                \
    (NGX_CONF_BITMASK_SET | NGX_HTTP_UPSTREAM_FT_ERROR | NGX_HTTP_UPSTREAM_FT_TIMEOUT |            \
     NGX_HTTP_UPSTREAM_FT_INVALID_HEADER | NGX_HTTP_UPSTREAM_FT_HTTP_500 |                         \
     NGX_HTTP_UPSTREAM_FT_HTTP_502 | NGX_HTTP_UPSTREAM_FT_HTTP_503 |                               \
     NGX_HTTP_UPSTREAM_FT_HTTP_504 | NGX_HTTP_UPSTREAM_FT_NON_IDEMPOTENT)

static ngx_msec_t
msec_of(split_us us)
{
    return us < 1000 ? 1 : (ngx_msec_t)(us / 1000);
}

static void
set_peer(struct attempt *a, ngx_peer_connection_t *pc, const struct origin_address *address)
{
    struct origin *o = &a->d->routing->origins[a->hop.origin];
    pc->sockaddr = (struct sockaddr *)(uintptr_t)&address->sockaddr;
    pc->socklen = address->socklen;
    pc->name = (ngx_str_t *)(uintptr_t)&address->text;
    pc->cached = 0;
    pc->connection = NULL;
    a->conf.connect_timeout = msec_of(o->info.connect_timeout_us);
    a->conf.read_timeout = msec_of(o->info.first_byte_timeout_us);
    a->conf.send_timeout = msec_of(o->info.timeout_us);
#if (NGX_HTTP_SSL)
    a->u->ssl = o->https;
    a->u->ssl_name = o->ssl_name;
#endif
}

/* Nothing can be sent there at all: the machine learns it as a refused connection. */
static const char *
why_not(const struct attempt *a, const struct origin *o)
{
#if (NGX_HTTP_SSL)
    if (o->https && a->u->conf->ssl == NULL)
        return "it speaks https: write \"proxy_pass https://...\", which plain origins of the same "
               "upstream also accept";
#else
    if (o->https)
        return "it speaks https, and this nginx is built without TLS";
#endif
    return o->n_addresses == 0 ? "no address of its host is known" : NULL;
}

static void
begin(struct attempt *a)
{
    if (a->started) /* The first one began when its origin was chosen. */
        a->began_us = now_us();
    a->started = true;
    a->headed = a->stream = false;
    a->head_class = SPLIT_FAILOVER_CLASS_OK;
    if (a->r == a->r->main)
        a->d->origin = (int32_t)a->hop.origin;
}

/* Origins that cannot be asked are passed over here. */
static ngx_int_t
get(ngx_peer_connection_t *pc, void *data)
{
    struct attempt *a = data;
    if (a->next.live) {
        a->hop = a->next;
        a->next.live = false;
    } else if (!a->again && (a->fail_fast || a->started))
        return NGX_BUSY;
    a->again = false;
    for (;;) {
        struct origin *o = &a->d->routing->origins[a->hop.origin];
        const char *fault = why_not(a, o);
        begin(a);
        if (fault == NULL) {
            set_peer(a, pc, origin_next(o));
            return NGX_OK;
        }
        ngx_log_error(NGX_LOG_ERR, pc->log, 0, "split \"%V\": origin %s: %s", &a->site->name,
                      o->info.name, fault);
        attempt_report(a, SPLIT_FAILOVER_CLASS_FAIL_CONNECT, false, 0);
        if (!a->next.live)
            return NGX_BUSY;
        a->hop = a->next;
        a->next.live = false;
    }
}

/* A kept connection that ended under a request proves nothing when the request may be sent again:
 * the same origin is asked once more on another one. */
static bool
goes_again(struct attempt *a, const ngx_peer_connection_t *pc, ngx_uint_t state)
{
    bool harmless = (a->safe && a->replayable) || outcome_nothing_sent(pc);
    if (!pc->cached || (state & NGX_PEER_FAILED) == 0 || a->headed || a->again_used || !harmless ||
        (pc->connection != NULL && pc->connection->read->timedout))
        return false;
    a->again = a->again_used = true;
    return true;
}

static void
give_back(ngx_peer_connection_t *pc, void *data, ngx_uint_t state)
{
    struct attempt *a = data;
    if (!a->started)
        return;
    if (a->hop.live && goes_again(a, pc, state)) {
        pc->tries = 1;
        pc->cached = 0;
        return;
    }
    /* nginx adds a try after an error on a kept connection, whatever the balancer says. */
    pc->cached = 0;
    split_failover_class klass = outcome_of_end(a, pc, state);
    bool broke = a->headed && outcome_is_failure(klass) && klass != a->head_class;
    if (broke && !a->next.live && a->r == a->r->main)
        a->d->user_error = true;
    if (!a->stream)
        attempt_report(a, klass, a->headed, 0);
    pc->tries = a->next.live ? 1 : 0;
}

#if (NGX_HTTP_SSL)
static ngx_int_t
set_session(ngx_peer_connection_t *pc, void *data)
{
    const struct attempt *a = data;
    ngx_ssl_session_t *session = a->d->routing->origins[a->hop.origin].session;
    return session == NULL ? NGX_OK : ngx_ssl_set_session(pc->connection, session);
}

static void
save_session(ngx_peer_connection_t *pc, void *data)
{
    const struct attempt *a = data;
    struct origin *o = &a->d->routing->origins[a->hop.origin];
    ngx_ssl_session_t *session = ngx_ssl_get_session(pc->connection);
    if (session == NULL)
        return;
    if (o->session != NULL)
        ngx_ssl_free_session(o->session);
    o->session = session;
}
#endif

static bool
is_safe(const ngx_http_request_t *r)
{
    return (r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD | NGX_HTTP_OPTIONS | NGX_HTTP_TRACE)) != 0;
}

static void
copy_conf(struct attempt *a)
{
    a->conf = *a->u->conf;
    a->conf.next_upstream = NEXT_ALWAYS;
    a->conf.next_upstream_tries = 0;
    a->conf.next_upstream_timeout = 0;
    a->u->conf = &a->conf;
}

/* A request ended without any of the ways above, such as the end of the worker: the token is given
 * back. */
static void
forget(void *data)
{
    struct attempt *a = data;
    attempt_drop_next(a);
    if (a->hop.live)
        attempt_report(a, SPLIT_FAILOVER_CLASS_NEUTRAL, true, 0);
    attempt_drop_next(a);
}

static ngx_int_t
init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
    const struct upstream_conf *conf = ngx_http_conf_upstream_srv_conf(us, ngx_http_split_module);
    struct decision *d = decide(r, conf->site);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(struct attempt));
    if (d == NULL || cleanup == NULL)
        return NGX_ERROR;
    struct attempt *a = cleanup->data;
    memset(a, 0, offsetof(struct attempt, conf));
    cleanup->handler = forget;
    a->r = r;
    a->u = r->upstream;
    a->d = d;
    a->site = conf->site;
    a->safe = is_safe(r);
    a->replayable = !r->request_body_no_buffering;
    a->counts = r == r->main && !d->counted;
    if (a->counts) {
        d->counted = true;
        d->replayable = a->safe && a->replayable;
    }
    copy_conf(a);
    attempt_first(a);
    hooks_install(a);
    ngx_peer_connection_t *pc = &r->upstream->peer;
    pc->data = a;
    pc->get = get;
    pc->free = give_back;
    pc->tries = 1;
#if (NGX_HTTP_SSL)
    pc->set_session = set_session;
    pc->save_session = save_session;
#endif
    return NGX_OK;
}

static ngx_int_t
init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
#if (NGX_HTTP_UPSTREAM_ZONE)
    if (us->shm_zone != NULL) {
        ngx_log_error(
            NGX_LOG_EMERG, cf->log, 0,
            "upstream \"%V\": \"zone\" does not go with \"split_origins\", whose state is "
            "in the split's own zone; take it away in %s:%ui",
            &us->host, us->file_name, us->line);
        return NGX_ERROR;
    }
#endif
    us->peer.init = init_peer;
    return NGX_OK;
}

/* nginx refuses an upstream without servers. This entry only satisfies it: the peers come from the route. */
static ngx_int_t
add_server(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    if (us->servers == NULL)
        us->servers = ngx_array_create(cf->pool, 1, sizeof(ngx_http_upstream_server_t));
    ngx_http_upstream_server_t *server = us->servers == NULL ? NULL : ngx_array_push(us->servers);
    if (server == NULL)
        return NGX_ERROR;
    memset(server, 0, sizeof *server);
    ngx_str_set(&server->name, "split");
    server->down = 1;
    return NGX_OK;
}

char *
balancer_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    struct upstream_conf *upstream = conf;
    ngx_http_upstream_srv_conf_t *us =
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);
    const ngx_str_t *words = cf->args->elts;
    struct main_conf *main = ngx_http_conf_get_module_main_conf(cf, ngx_http_split_module);
    (void)cmd;
    if (upstream->site != NULL)
        return "is duplicate";
    upstream->site = site_find(main, &words[1]);
    if (upstream->site == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there is no split \"%V\"; its \"split %V { }\" must stand above this "
                           "upstream",
                           &words[1], &words[1]);
        return NGX_CONF_ERROR;
    }
    if (us->peer.init_upstream != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"split_origins\" must stand before \"keepalive\" and any other "
                           "balancer");
        return NGX_CONF_ERROR;
    }
    if (us->servers != NULL && us->servers->nelts > 0) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "\"server\" does not go with \"split_origins\": the origins are those of "
            "the policy");
        return NGX_CONF_ERROR;
    }
    us->flags = NGX_HTTP_UPSTREAM_CREATE;
    us->peer.init_upstream = init_upstream;
    return add_server(cf, us) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}
