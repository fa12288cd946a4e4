/* SPDX-License-Identifier: MIT */
/* The visitor's side of a request: reading it within limits, suspending it while origins work,
 * answering it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "headers.h"
#include "proxy.h"
#include "request.h"
#include "wellformed.h"

/* "GET http://host/path?query" means the same as "GET /path?query" here. */
static char *
target_of(const char *uri)
{
    char *target;

    if (strncasecmp(uri, "http://", 7) != 0 && strncasecmp(uri, "https://", 8) != 0)
        return strdup(uri);
    uri = strstr(uri, "://") + 3;
    uri += strcspn(uri, "/?");
    return asprintf(&target, "%s%s", *uri == '/' ? "" : "/", uri) < 0 ? NULL : target;
}

void *
request_on_uri(void *ctx, const char *uri, struct MHD_Connection *conn)
{
    struct request *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->proxy = ctx;
    r->conn = conn;
    r->begun_us = loop_now();
    r->answer.conn = conn;
    r->target = target_of(uri);
    return r;
}

/* The headers are complete: all that can be refused at once is refused here. */
static enum MHD_Result
take_headers(struct request *r, const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    r->seen = true;
    r->client = info && r->target ? info->socket_context : NULL;
    if (!r->client)
        return MHD_NO;
    r->client->request = r;
    client_enter(r);
    r->routing = router_hold(&r->proxy->router);
    visitor_note(r, method);
    visitor_decide(r);
    r->last = !wellformed_request(r->conn, method, r->target, version);
    if (r->last)
        request_refuse(r, MHD_HTTP_BAD_REQUEST, "this request is malformed\n");
    else if (strlen(method) >= sizeof(r->method) || !strcmp(method, "CONNECT"))
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
    visitor_decide(r);
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

/* An origin may answer before it has read all of the body, and the visitor gets that answer only
 * after all of the body was read. When both sides wait for each other, the body gives way. */
static bool
is_unwanted(struct request *r)
{
    if (r->attempt && r->attempt->paused && bytes_len(&r->body.bytes) >= ANSWER_HIGH_BYTES)
        r->body.lost = true;
    return r->oversize || r->status || r->body.lost || (r->answer.committed && !r->attempt);
}

static enum MHD_Result
take_data(struct request *r, const char *data, size_t *n_data)
{
    struct body *body = &r->body;

    if (is_unwanted(r)) { /* Read the rest and drop it. */
        *n_data = 0;
        return MHD_YES;
    }
    if (body->streaming && bytes_len(&body->bytes) >= ANSWER_HIGH_BYTES) {
        suspend(r); /* Until answer_drained(). */
        return MHD_YES;
    }
    body->received += *n_data;
    if (body->received > r->proxy->options.max_body_bytes) {
        r->oversize = true;
        exchange_cancel(r);
    } else if (bytes_append(&body->bytes, data, *n_data) < 0)
        return MHD_NO;
    *n_data = 0;
    if (!r->oversize && !body->streaming &&
        bytes_len(&body->bytes) > r->proxy->options.replay_bytes)
        start_streaming(r);
    else if (r->attempt)
        attempt_feed(r->attempt);
    return r->dead ? MHD_NO : MHD_YES;
}

static enum MHD_Result
queue_answer(struct request *r)
{
    enum MHD_Result rc;

    r->status = r->answer.status;
    if (r->choice.variant_name)
        answer_header(&r->answer, HEADER_VARIANT, r->choice.variant_name);
    visitor_set_cookies(r);
    if (r->proxy->stopping || r->last)
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
    if (!r || r->dead)
        return MHD_NO;
    if (!r->seen) {
        rc = take_headers(r, method, version);
        /* A refusal can go out at once; libmicrohttpd then closes the connection instead of reading
         * the body. */
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
