/* SPDX-License-Identifier: MIT */
/* A listening socket with an HTTP server on it, both driven by the loop. */
#ifndef PROXY_LISTEN_H
#define PROXY_LISTEN_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "loop.h"

struct server {
    struct MHD_Daemon *daemon;
    struct loop *loop;
    int epoll_fd; /* Of the HTTP server; it sits inside the loop's own set. */
    bool due;     /* The server must run in this turn. */
    uint16_t port;
};

/* What a server calls; any may be NULL except `access`. `ctx` goes to all of them. */
struct server_calls {
    MHD_AccessHandlerCallback access;
    void *(*uri)(void *ctx, const char *uri, struct MHD_Connection *conn);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void *ctx;
};

struct server_limits {
    unsigned connections;
    unsigned idle_s;     /* Close a connection that is silent for so long. */
    size_t memory_bytes; /* Request line and headers of one connection. */
};

/* Bind "HOST:PORT" (also "[::1]:PORT"; port 0 takes a free one) and listen: the descriptor, or -1
 * with a sentence in `why`. */
int listen_on(const char *address, bool reuse_port, uint16_t *out_port, char *why, size_t why_size);

int server_start(struct server *server, struct loop *loop, int listen_fd,
                 const struct server_calls *calls, const struct server_limits *limits);

/* Serve what is ready; call it once a turn. Returns when it must be called again, at the latest. */
int64_t server_run(struct server *server);

/* Stop accepting; connections live on. */
void server_quiesce(struct server *server);
unsigned server_connections(const struct server *server);
void server_stop(struct server *server);

#endif
