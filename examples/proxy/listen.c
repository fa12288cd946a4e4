/* SPDX-License-Identifier: MIT */
/* Sockets that listen, and the glue between libmicrohttpd's epoll mode and the loop. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"

/* Cut "HOST:PORT" or "[V6]:PORT" into its parts; false when it is neither. */
static bool
cut_address(const char *address, char *host, size_t host_size, const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t n;

    if (!colon || !colon[1])
        return false;
    *port = colon + 1;
    n = (size_t)(colon - address);
    if (n >= 2 && address[0] == '[' && colon[-1] == ']') {
        address++;
        n -= 2;
    }
    if (!n || n >= host_size)
        return false;
    memcpy(host, address, n);
    host[n] = '\0';
    return true;
}

static int
bind_one(const struct addrinfo *ai, bool reuse_port)
{
    int one = 1;
    int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (reuse_port)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 1024) == 0)
        return fd;
    one = errno;
    close(fd);
    errno = one;
    return -1;
}

static uint16_t
port_of(int fd)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof(ss);

    if (getsockname(fd, (struct sockaddr *)&ss, &len) < 0)
        return 0;
    if (ss.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&ss)->sin6_port);
    return ntohs(((struct sockaddr_in *)&ss)->sin_port);
}

int
listen_on(const char *address, bool reuse_port, uint16_t *out_port, char *why, size_t why_size)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char host[64];
    const char *port;
    int fd;

    if (!cut_address(address, host, sizeof(host), &port) ||
        getaddrinfo(host, port, &hints, &list)) {
        snprintf(why, why_size, "'%s' is not an address; write IP:PORT, such as 127.0.0.1:8080",
                 address);
        return -1;
    }
    fd = bind_one(list, reuse_port);
    freeaddrinfo(list);
    if (fd < 0) {
        snprintf(why, why_size, "cannot listen on %s: %s", address, strerror(errno));
        return -1;
    }
    *out_port = port_of(fd);
    return fd;
}

static void
server_ready(void *ctx, int fd, uint32_t events)
{
    (void)fd;
    (void)events;
    ((struct server *)ctx)->due = true;
}

int
server_start(struct server *server, struct loop *loop, int listen_fd,
             const struct server_calls *calls, const struct server_limits *limits)
{
    const union MHD_DaemonInfo *info;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;

    memset(server, 0, sizeof(*server));
    server->loop = loop;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, calls->access, calls->ctx, MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, limits->connections, MHD_OPTION_CONNECTION_TIMEOUT,
        limits->idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->memory_bytes,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, calls->uri, calls->ctx,
        MHD_OPTION_NOTIFY_COMPLETED, calls->completed, calls->ctx, MHD_OPTION_NOTIFY_CONNECTION,
        calls->connection, calls->ctx, MHD_OPTION_END);
    if (!server->daemon)
        return -1;
    info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info)
        return -1;
    server->epoll_fd = info->epoll_fd;
    return loop_watch(loop, server->epoll_fd, EPOLLIN, server_ready, server);
}

int64_t
server_run(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;

    if (!server->daemon)
        return TIMER_NEVER;
    if (!server->due && (MHD_get_timeout(server->daemon, &ms) != MHD_YES || ms > 0))
        goto out;
    server->due = false;
    MHD_run(server->daemon);
out:
    /* A request may have resumed another while the server ran. */
    if (server->due)
        return 0;
    if (MHD_get_timeout(server->daemon, &ms) != MHD_YES)
        return TIMER_NEVER;
    return loop_now() + (int64_t)ms * 1000;
}

void
server_quiesce(struct server *server)
{
    MHD_socket fd = MHD_quiesce_daemon(server->daemon);

    if (fd != MHD_INVALID_SOCKET)
        close(fd);
}

unsigned
server_connections(const struct server *server)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

    return info ? info->num_connections : 0;
}

void
server_stop(struct server *server)
{
    if (!server->daemon)
        return;
    loop_unwatch(server->loop, server->epoll_fd);
    MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
