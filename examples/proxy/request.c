/* SPDX-License-Identifier: MIT */
/* The visitor's side of a request: reading it within limits, suspending it while origins work, answering it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "headers.h"
#include "log.h"
#include "proxy.h"
#include "request.h"

void *
request_on_uri(void *ctx, const char *uri, struct MHD_Connection *conn)
{
    struct request *r = calloc(1, sizeof(*r));
    const char *rest;

    if (!r)
        return NULL;
    r->proxy = ctx;
    r->conn = conn;
    r->begun_us = loop_now();
    r->answer.conn = conn;
    /* "GET http://host/path" means the same as "GET /path" here. */
    if (!strncasecmp(uri, "http://", 7) || !strncasecmp(uri, "https://", 8)) {
        rest = strchr(strstr(uri, "://") + 3, '/');
        uri = rest ? rest : "/";
    }
    r->target = strdup(uri);
    return r;
}

static bool
is_safe(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD") || !strcmp(method, "OPTIONS") ||
           !strcmp(method, "TRACE");
}

static void
note_address(struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *sa = info ? info->client_addr : NULL;

    if (sa && sa->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, r->address,
                  sizeof(r->address));
    else if (sa && sa->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, r->address,
                  sizeof(r->address));
}

static void
note_body(struct request *r)
{
    const char *length = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Length");
    const char *coding = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Transfer-Encoding");

    r->body.present = length || coding;
    r->body.declared = length && !coding ? strtoll(length, NULL, 10) : -1;
}

static void
note_visitor(struct request *r)
{
    const char *id = cookie_read(r->conn, r->routing->cookie.name);

    if (id) {
        memcpy(r->id, id, strlen(id) + 1);
        return;
    }
    r->fresh_id = cookie_draw(r->id) == 0;
    if (!r->fresh_id)
        r->id[0] = '\0'; /* No random bytes: the plan's default variant serves. */
}

static void
list_add(struct request *r)
{
    struct proxy *p = r->proxy;

    r->after = p->requests;
    if (r->after)
        r->after->before = r;
    p->requests = r;
    p->n_requests++;
}

static void
list_remove(struct request *r)
{
    struct proxy *p = r->proxy;

    if (r->after)
        r->after->before = r->before;
    if (r->before)
        r->before->after = r->after;
    else
        p->requests = r->after;
    p->n_requests--;
}

/* The headers are complete: all that can be refused at once is refused here. */
static enum MHD_Result
take_headers(struct request *r, const char *method)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    r->seen = true;
    r->client = info ? info->socket_context : NULL;
    if (!r->client || !r->target)
        return MHD_NO;
    r->client->request = r;
    list_add(r);
    r->routing = router_hold(&r->proxy->router);
    strncpy(r->method, method, sizeof(r->method) - 1);
    r->safe = is_safe(method);
    note_address(r);
    note_body(r);
    note_visitor(r);
    router_assign(&r->proxy->router, r->routing, r->id, &r->choice);
    if (strlen(method) >= sizeof(r->method) || !strcmp(method, "CONNECT"))
        request_refuse(r, MHD_HTTP_NOT_IMPLEMENTED, "this method is not served here\n");
    else if (r->body.declared > 0 && (uint64_t)r->body.declared > r->proxy->options.max_body_bytes)
        request_refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the request body is too large\n");
    return r->dead ? MHD_NO : MHD_YES;
}

void
request_renew(struct request *r)
{
    struct router *router = &r->proxy->router;

    if (r->routing == router->now)
        return;
    router_release(r->routing);
    r->routing = router_hold(router);
    router_assign(router, r->routing, r->id, &r->choice);
}

static void
suspend(struct request *r)
{
    r->suspended = true;
    MHD_suspend_connection(r->conn);
}

void
request_resume(struct request *r)
{
    if (!r->suspended && !r->answer.waiting)
        return;
    r->suspended = r->answer.waiting = false;
    r->proxy->visitors.due = true;
    MHD_resume_connection(r->conn);
}

/* Too large to hold: from here on the body goes to the origin as it comes. */
static void
start_streaming(struct request *r)
{
    r->body.streaming = true;
    exchange_start(r);
}

static enum MHD_Result
take_data(struct request *r, const char *data, size_t *n_data)
{
    struct body *body = &r->body;

    if (r->oversize || r->status || r->answer.committed) { /* Answered already: read the rest and drop it. */
        *n_data = 0;
        return MHD_YES;
    }
    if (body->streaming && bytes_len(&body->bytes) >= ANSWER_HIGH_BYTES) {
        suspend(r); /* Until exchange_drained(). */
        return MHD_YES;
    }
    body->received += *n_data;
    if (body->received > r->proxy->options.max_body_bytes) {
        r->oversize = true;
        exchange_cancel(r);
    } else if (bytes_append(&body->bytes, data, *n_data) < 0)
        return MHD_NO;
    *n_data = 0;
    if (!r->oversize && !body->streaming && bytes_len(&body->bytes) > r->proxy->options.replay_bytes)
        start_streaming(r);
    else if (r->attempt)
        attempt_feed(r->attempt);
    return r->dead ? MHD_NO : MHD_YES;
}

static void
set_cookie(struct request *r)
{
    const struct options *o = &r->proxy->options;
    bool secure = o->secure == SECURE_ALWAYS ||
                  (o->secure == SECURE_AUTO && o->trust_forwarded && headers_say_https(r->conn));
    char text[512];
    int n = cookie_format(text, sizeof(text), &r->routing->cookie, r->id, secure);

    if (n > 0 && (size_t)n < sizeof(text))
        answer_header(&r->answer, "Set-Cookie", text);
}

static enum MHD_Result
queue_answer(struct request *r)
{
    enum MHD_Result rc;

    r->status = r->answer.status;
    if (r->choice.variant_name)
        answer_header(&r->answer, HEADER_VARIANT, r->choice.variant_name);
    if (r->fresh_id)
        set_cookie(r);
    if (r->proxy->stopping)
        answer_header(&r->answer, "Connection", "close");
    rc = MHD_queue_response(r->conn, r->status, r->answer.response);
    MHD_destroy_response(r->answer.response);
    r->answer.response = NULL;
    return rc;
}

/* All of the request was read: decide, or hand over the answer that is ready, or wait for it. */
static enum MHD_Result
take_end(struct request *r)
{
    bool first = !r->body.complete;

    r->body.complete = true;
    if (r->oversize && !r->answer.committed)
        request_refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "the request body is too large\n");
    if (!r->started && !r->answer.committed)
        exchange_start(r);
    else if (first && r->attempt)
        attempt_feed(r->attempt);
    if (r->dead)
        return MHD_NO;
    if (r->answer.committed)
        return queue_answer(r);
    suspend(r);
    return MHD_YES;
}

enum MHD_Result
request_on_access(void *ctx, struct MHD_Connection *conn, const char *url, const char *method,
                  const char *version, const char *data, size_t *n_data, void **state)
{
    struct request *r = *state;
    enum MHD_Result rc;

    (void)ctx;
    (void)conn;
    (void)url;
    (void)version;
    if (!r || r->dead)
        return MHD_NO;
    if (!r->seen) {
        rc = take_headers(r, method);
        /* A refusal can go out at once; libmicrohttpd then closes the connection instead of reading the body. */
        return rc == MHD_YES && r->answer.committed ? queue_answer(r) : rc;
    }
    return *n_data ? take_data(r, data, n_data) : take_end(r);
}

void
request_commit(struct request *r)
{
    if (r->answer.committed)
        return;
    r->answer.committed = true;
    timer_cancel(&r->proxy->loop.timers, &r->hold);
    if (r->suspended && r->body.complete && queue_answer(r) != MHD_YES)
        r->dead = true;
    request_resume(r);
}

void
request_refuse(struct request *r, unsigned status, const char *text)
{
    answer_discard(&r->answer);
    r->served_by_origin = false;
    if (answer_local(&r->answer, status, text) < 0)
        r->dead = true;
    else
        request_commit(r);
    if (r->dead)
        request_resume(r);
}

void
request_on_completed(void *ctx, struct MHD_Connection *conn, void **state,
                     enum MHD_RequestTerminationCode why)
{
    struct request *r = *state;
    struct proxy *p = ctx;
    bool complete = why == MHD_REQUEST_TERMINATED_COMPLETED_OK;

    (void)conn;
    *state = NULL;
    if (!r)
        return;
    if (r->seen && r->client) {
        r->client->request = NULL;
        if (complete)
            exchange_finish(r);
        else
            exchange_cancel(r);
        proxy_note(p, r, complete);
        list_remove(r);
    }
    timer_cancel(&p->loop.timers, &r->hold);
    if (r->routing)
        router_release(r->routing);
    answer_free(&r->answer);
    bytes_free(&r->body.bytes);
    free(r->target);
    free(r);
}

/* The visitor gets no more: stop the origin and let libmicrohttpd close the connection. */
static void
cut(struct request *r)
{
    r->dead = true;
    exchange_cancel(r);
    r->answer.cut = true;
    request_resume(r);
}

void
request_cut_all(struct proxy *p)
{
    struct request *r;

    for (r = p->requests; r; r = r->after)
        cut(r);
}

/* The visitor closed. Nobody else would see it while the connection is suspended. */
static void
client_gone(void *ctx, int fd, uint32_t events)
{
    struct client *client = ctx;
    struct request *r = client->request;

    (void)events;
    loop_unwatch(&client->proxy->loop, fd);
    if (r && !r->dead && !r->answer.ended)
        cut(r);
}

void
request_on_connection(void *ctx, struct MHD_Connection *conn, void **socket_ctx,
                      enum MHD_ConnectionNotificationCode what)
{
    const union MHD_ConnectionInfo *info;
    struct client *client = *socket_ctx;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (client)
            loop_forget(&client->proxy->loop, client->fd);
        free(client);
        *socket_ctx = NULL;
        return;
    }
    info = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    client = calloc(1, sizeof(*client));
    if (!client || !info) {
        free(client);
        return;
    }
    client->proxy = ctx;
    client->fd = info->connect_fd;
    *socket_ctx = client;
    loop_watch(&client->proxy->loop, client->fd, EPOLLRDHUP | EPOLLET, client_gone, client);
}
