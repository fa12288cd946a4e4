/* SPDX-License-Identifier: MIT */
/* The visitor's connection: its end is noticed while libmicrohttpd is not looking, and requests end
 * with it. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "proxy.h"
#include "request.h"

#define NUDGE_AFTER_US 10000
#define NUDGE_EVERY_US 1000000

void
client_enter(struct request *r)
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

/* libmicrohttpd waits for edges, and the visitor's end came in the same edge as its last bytes: it
 * would notice only at its idle time-out. Ending the direction once more is a new edge. */
static void
nudge(void *ctx)
{
    struct client *client = ctx;

    shutdown(client->fd, SHUT_RD);
    timer_set(&client->proxy->loop.timers, &client->nudge, loop_now() + NUDGE_EVERY_US);
}

/* The visitor closed. Nobody else would see it while the connection is suspended. */
static void
client_gone(void *ctx, int fd, uint32_t events)
{
    struct client *client = ctx;
    struct request *r = client->request;

    (void)events;
    loop_unwatch(&client->proxy->loop, fd);
    timer_set(&client->proxy->loop.timers, &client->nudge, loop_now() + NUDGE_AFTER_US);
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
        if (client) {
            loop_forget(&client->proxy->loop, client->fd);
            timer_cancel(&client->proxy->loop.timers, &client->nudge);
        }
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
    client->nudge.fire = nudge;
    client->nudge.ctx = client;
    *socket_ctx = client;
    loop_watch(&client->proxy->loop, client->fd, EPOLLRDHUP | EPOLLET, client_gone, client);
}
