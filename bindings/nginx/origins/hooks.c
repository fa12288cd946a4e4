/* SPDX-License-Identifier: MIT */
/* Three functions of the upstream, wrapped. A balancer's `free` knows neither the status nor the
 * reason; these do. They touch nothing while no attempt is under way: nginx's cache uses the same
 * functions for stored heads. */
#include <string.h>

#include "origins/hooks.h"
#include "origins/outcome.h"

/* The copy of the configuration lies in the attempt. */
static struct attempt *
attempt_of(ngx_http_request_t *r)
{
    return (struct attempt *)(void *)((char *)r->upstream->conf - offsetof(struct attempt, conf));
}

static bool
header_is(const ngx_table_elt_t *h, const char *name, size_t n)
{
    return h->key.len == n && ngx_strncasecmp(h->key.data, (u_char *)name, n) == 0;
}

/* What the origin's own cache did: "x-cache: HIT", Cache-Status (RFC 9211), or an Age above 0. */
static void
note_cache(struct attempt *a)
{
    const ngx_list_part_t *part = &a->u->headers_in.headers.part;
    if ((a->r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0)
        return;
    for (; part != NULL; part = part->next) {
        const ngx_table_elt_t *h = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (header_is(&h[i], "x-cache", 7) || header_is(&h[i], "cache-status", 12)) {
                a->looked_up = true;
                a->missed = ngx_strlcasestrn(h[i].value.data, h[i].value.data + h[i].value.len,
                                             (u_char *)"hit", 3 - 1) == NULL;
                return;
            }
            if (header_is(&h[i], "age", 3)) {
                a->looked_up = true;
                a->missed = ngx_atoi(h[i].value.data, h[i].value.len) <= 0;
            }
        }
    }
}

static bool
is_event_stream(const ngx_http_upstream_t *u)
{
    const ngx_table_elt_t *type = u->headers_in.content_type;
    return type != NULL && type->value.len >= 17 &&
           ngx_strncasecmp(type->value.data, (u_char *)"text/event-stream", 17) == 0;
}

/* After the head, silence is what times out. */
static void
expect_body(struct attempt *a)
{
    split_us us = a->d->routing->origins[a->hop.origin].info.timeout_us;
    a->conf.read_timeout = us < 1000 ? 1 : (ngx_msec_t)(us / 1000);
}

/* nginx goes on by itself for these; for any other status the head is called invalid. */
static ngx_int_t
pass_over(struct attempt *a)
{
    a->u->peer.tries = 2;
    switch (a->u->headers_in.status_n) {
    case 500:
    case 502:
    case 503:
    case 504:
        return NGX_OK;
    default:
        return NGX_HTTP_UPSTREAM_INVALID_HEADER;
    }
}

static ngx_int_t
take_head(struct attempt *a)
{
    ngx_uint_t status = a->u->headers_in.status_n;
    split_failover_class klass = split_failover_classify_status(
        a->d->routing->rules, (uint32_t)status, now_us() - a->began_us);
    a->headed = true;
    a->head_class = klass;
    if (klass == SPLIT_FAILOVER_CLASS_FAIL_STATUS || klass == SPLIT_FAILOVER_CLASS_BUSY) {
        attempt_report(a, klass, false, outcome_push_back(a->u));
        a->stream = true; /* Reported: a later end changes nothing. */
        if (a->next.live)
            return pass_over(a);
    }
    note_cache(a);
    if (!a->stream && (is_event_stream(a->u) || a->u->upgrade || status == 101)) {
        attempt_report(a, klass, true, 0);
        a->stream = true;
    }
    a->u->peer.tries = 0;
    expect_body(a);
    return NGX_OK;
}

static ngx_int_t head(ngx_http_request_t *r);

/* The buffer begins with the answer: a cache stores it from its start. */
static void
drop_bytes(struct attempt *a, const u_char *until)
{
    ngx_buf_t *buffer = &a->u->buffer;
    size_t n = (size_t)(buffer->last - until);
    u_char *to = buffer->start;
#if (NGX_HTTP_CACHE)
    if (a->r->cache != NULL)
        to += a->r->cache->header_start;
#endif
    memmove(to, until, n);
    buffer->pos = to;
    buffer->last = to + n;
}

/* 100 and 103 before the answer: nginx 1.22 would take them for it. The protocol's parser begins
 * again with what follows. */
static ngx_int_t
skip_interim(struct attempt *a)
{
    ngx_http_request_t *r = a->r;
    ngx_http_upstream_t *u = a->u;
    u_char *pos = u->buffer.pos;
    if (a->reinit_request(r) != NGX_OK)
        return NGX_ERROR;
    if (u->process_header != head)
        a->process_header = u->process_header;
    u->process_header = head;
    ngx_memzero(&u->headers_in, sizeof u->headers_in);
    u->headers_in.content_length_n = -1;
    u->headers_in.last_modified_time = -1;
    if (ngx_list_init(&u->headers_in.headers, r->pool, 8, sizeof(ngx_table_elt_t)) != NGX_OK ||
        ngx_list_init(&u->headers_in.trailers, r->pool, 2, sizeof(ngx_table_elt_t)) != NGX_OK)
        return NGX_ERROR;
    drop_bytes(a, pos);
    return u->buffer.pos < u->buffer.last ? head(r) : NGX_AGAIN;
}

static bool
is_interim(const struct attempt *a)
{
    ngx_uint_t status = a->u->headers_in.status_n;
    bool grpc = a->u->schema.len >= 4 && ngx_strncmp(a->u->schema.data, "grpc", 4) == 0;
    return status >= 100 && status < 200 && status != NGX_HTTP_SWITCHING_PROTOCOLS && !grpc;
}

static ngx_int_t
head(ngx_http_request_t *r)
{
    struct attempt *a = attempt_of(r);
    ngx_http_upstream_t *u = a->u;
    bool ours = a->started && a->hop.live && !a->headed && u->peer.sockaddr != NULL;
    ngx_int_t rc = a->process_header(r);
    if (u->process_header != head) { /* From the status line to the headers. */
        a->process_header = u->process_header;
        u->process_header = head;
    }
    if (rc != NGX_OK || !ours)
        return rc;
    if (u->headers_in.status_n == 0) {
        /* Bytes that are no HTTP, which nginx calls HTTP/0.9. */
        r->http_version = a->http_version;
        return NGX_HTTP_UPSTREAM_INVALID_HEADER;
    }
    if (u->headers_in.status_n == NGX_HTTP_SWITCHING_PROTOCOLS && r->headers_in.upgrade == NULL)
        return NGX_HTTP_UPSTREAM_INVALID_HEADER;
    if (is_interim(a))
        return skip_interim(a);
    return take_head(a);
}

static ngx_int_t
reinit(ngx_http_request_t *r)
{
    struct attempt *a = attempt_of(r);
    ngx_int_t rc = a->reinit_request(r);
    if (r->upstream->process_header != head) { /* gRPC's leaves it as it is. */
        a->process_header = r->upstream->process_header;
        r->upstream->process_header = head;
    }
    return rc;
}

static void
finalize(ngx_http_request_t *r, ngx_int_t rc)
{
    struct attempt *a = attempt_of(r);
    a->ended = true;
    a->rc = rc;
    attempt_drop_next(a);
    a->finalize_request(r, rc);
}

void
hooks_install(struct attempt *a)
{
    ngx_http_upstream_t *u = a->u;
    a->http_version = a->r->http_version;
    a->process_header = u->process_header;
    a->reinit_request = u->reinit_request;
    a->finalize_request = u->finalize_request;
    u->process_header = head;
    u->reinit_request = reinit;
    u->finalize_request = finalize;
}
