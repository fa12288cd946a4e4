/* SPDX-License-Identifier: MIT */
/* Urls and addresses. While nginx starts, names are resolved as nginx resolves those of `server`
 * lines; afterwards by its `resolver`, again and again, so that an origin may move. */
#include <string.h>

#include "module.h"
#include "route/routing.h"

const char *
origin_parse(struct origin *o)
{
    const char *url = o->info.url;
    o->https = strncmp(url, "https://", 8) == 0;
    const char *at = url + (o->https ? 8 : 7);
    if (!o->https && strncmp(url, "http://", 7) != 0)
        return "its url is neither http nor https";
    size_t n = strcspn(at, "/?#");
    if (at[n] != '\0' && strcmp(at + n, "/") != 0)
        return "its url has a path or a query; nginx asks every origin of an upstream for the same "
               "path: write scheme, host and port only";
    if (memchr(at, '@', n) != NULL)
        return "its url has a user; write scheme, host and port only";
    const char *colon = NULL;
    for (size_t i = 0; i < n; i++)
        if (at[i] == ':')
            colon = at + i;
    if (at[0] == '[' && colon != NULL && memchr(colon, ']', (size_t)(at + n - colon)) != NULL)
        colon = NULL;
    o->port = o->https ? 443 : 80;
    o->host.data = (u_char *)at;
    o->host.len = n;
    if (colon != NULL) {
        ngx_int_t port = ngx_atoi((u_char *)(colon + 1), (size_t)(at + n - colon - 1));
        if (port < 1 || port > 65535)
            return "its url has a port that is not from 1 to 65535";
        o->port = (in_port_t)port;
        o->host.len = (size_t)(colon - at);
    }
    if (o->host.len == 0 || o->host.len > 255)
        return "its url has no host";
    o->ssl_name = o->host;
    return NULL;
}

uint64_t
origin_mark(const struct origin *o)
{
    uint64_t mark = 0xcbf29ce484222325U;
    for (const char *p = o->info.url; *p != '\0'; p++)
        mark = (mark ^ (unsigned char)*p) * 0x100000001b3U;
    return mark == 0 ? 1 : mark;
}

static void
add_address(struct origin *o, const struct sockaddr *sa, socklen_t n)
{
    if (o->n_addresses == ORIGIN_ADDRESSES || n > sizeof(struct sockaddr_storage))
        return;
    struct origin_address *a = &o->addresses[o->n_addresses++];
    memset(&a->sockaddr, 0, sizeof a->sockaddr);
    memcpy(&a->sockaddr, sa, n);
    a->socklen = n;
    ngx_inet_set_port((struct sockaddr *)&a->sockaddr, o->port);
    a->text.data = a->text_bytes;
    a->text.len =
        ngx_sock_ntop((struct sockaddr *)&a->sockaddr, n, a->text_bytes, sizeof a->text_bytes, 1);
}

/* An address in the url needs no resolver. */
static bool
take_literal(struct origin *o)
{
    ngx_pool_t *pool = ngx_create_pool(1024, ngx_cycle->log);
    ngx_addr_t addr;
    u_char *host = o->host.data;
    size_t n = o->host.len;
    if (pool == NULL)
        return false;
    if (n > 2 && host[0] == '[') {
        host++;
        n -= 2;
    }
    ngx_int_t rc = ngx_parse_addr(pool, &addr, host, n);
    if (rc == NGX_OK)
        add_address(o, addr.sockaddr, addr.socklen);
    ngx_destroy_pool(pool);
    return rc == NGX_OK;
}

bool
origin_lookup(struct origin *o, const char **why)
{
    *why = NULL;
    o->is_literal = take_literal(o);
    if (o->is_literal)
        return true;
    ngx_pool_t *pool = ngx_create_pool(4096, ngx_cycle->log);
    ngx_url_t u;
    if (pool == NULL) {
        *why = "out of memory";
        return false;
    }
    ngx_memzero(&u, sizeof u);
    u.url = o->host;
    u.default_port = o->port;
    ngx_int_t rc = ngx_parse_url(pool, &u);
    for (ngx_uint_t i = 0; rc == NGX_OK && i < u.naddrs; i++)
        add_address(o, u.addrs[i].sockaddr, u.addrs[i].socklen);
    if (rc != NGX_OK)
        *why = u.err != NULL ? u.err : "its host cannot be resolved";
    ngx_destroy_pool(pool);
    return rc == NGX_OK;
}

void
origin_inherit(struct origin *o, const struct origin *before)
{
    if (o->port != before->port || o->host.len != before->host.len ||
        ngx_strncmp(o->host.data, before->host.data, o->host.len) != 0)
        return;
    o->is_literal = before->is_literal;
    o->n_addresses = before->n_addresses;
    for (uint32_t i = 0; i < before->n_addresses; i++) {
        o->addresses[i] = before->addresses[i];
        o->addresses[i].text.data = o->addresses[i].text_bytes;
    }
}

/* What a running question to the resolver belongs to. */
struct question {
    struct split_site *site;
    struct routing *routing;
    struct origin *origin;
    ngx_log_t *log;
};

static void
resolved(ngx_resolver_ctx_t *ctx)
{
    struct question *q = ctx->data;
    struct origin *o = q->origin;
    o->resolving = false;
    if (ctx->state != 0) {
        ngx_log_error(NGX_LOG_WARN, q->log, 0,
                      "split \"%V\": origin %s: host \"%V\" is not resolved: %s; %ui known "
                      "addresses stay",
                      &q->site->name, o->info.name, &ctx->name, ngx_resolver_strerror(ctx->state),
                      (ngx_uint_t)o->n_addresses);
    } else {
        o->n_addresses = 0;
        for (ngx_uint_t i = 0; i < ctx->naddrs; i++)
            add_address(o, ctx->addrs[i].sockaddr, ctx->addrs[i].socklen);
    }
    ngx_resolve_name_done(ctx);
    routing_release(q->routing);
    ngx_free(q);
}

static void
resolve_one(struct split_site *site, struct origin *o, ngx_log_t *log)
{
    ngx_resolver_ctx_t *ctx = ngx_resolve_start(site->core->resolver, NULL);
    if (ctx == NULL || ctx == NGX_NO_RESOLVER)
        return;
    struct question *q = ngx_alloc(sizeof *q, log);
    if (q == NULL)
        return;
    q->site = site;
    q->routing = routing_hold(site);
    q->origin = o;
    q->log = log;
    ctx->name = o->host;
    ctx->handler = resolved;
    ctx->data = q;
    ctx->timeout = site->core->resolver_timeout;
    o->resolving = true;
    if (ngx_resolve_name(ctx) != NGX_OK) {
        o->resolving = false;
        routing_release(q->routing);
        ngx_free(q);
    }
}

void
origin_resolve_all(struct split_site *site, ngx_log_t *log)
{
    struct routing *g = site->now;
    bool can = site->core->resolver != NULL && site->core->resolver->connections.nelts > 0;
    for (uint32_t i = 0; i < g->n_origins; i++) {
        struct origin *o = &g->origins[i];
        if (o->is_literal || o->resolving)
            continue;
        if (o->n_addresses == 0 && take_literal(o)) {
            o->is_literal = true;
            continue;
        }
        if (can)
            resolve_one(site, o, log);
        else if (o->n_addresses == 0)
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          "split \"%V\": origin %s: host \"%V\" came with a new route and there is "
                          "no \"resolver\" in http { }; it gets no requests",
                          &site->name, o->info.name, &o->host);
    }
}

const struct origin_address *
origin_next(struct origin *o)
{
    if (o->n_addresses == 0)
        return NULL;
    return &o->addresses[o->turn++ % o->n_addresses];
}

void
origin_close(struct origin *o)
{
#if (NGX_HTTP_SSL)
    if (o->session != NULL)
        ngx_ssl_free_session(o->session);
    o->session = NULL;
#else
    (void)o;
#endif
}
