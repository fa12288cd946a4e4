/* SPDX-License-Identifier: MIT */
/* /metrics and /healthz of a follower: one small answer for each connection. */
#include "route/health.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "split/net.h"

#include "cli/cli.h"

#define REQUEST_US 200000 /* nobody holds the follower up for longer */

int
health_open(health *h, const char *listen_at)
{
    char host[256];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    const char *colon = listen_at != NULL ? strrchr(listen_at, ':') : NULL;
    h->listener = -1;
    if (listen_at == NULL)
        return CTL_OK;
    if (colon == NULL || (size_t)(colon - listen_at) >= sizeof host)
        return cli_usage_error("follow", "'%s' is not HOST:PORT", listen_at);
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen_at), listen_at);
    if (getaddrinfo(host, colon + 1, &hints, &found) == 0)
        h->listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    if (h->listener < 0 || setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(h->listener, found->ai_addr, found->ai_addrlen) != 0 || listen(h->listener, 16) != 0) {
        fprintf(stderr, "splitctl follow: cannot listen at %s: %s\n", listen_at, strerror(errno));
        health_close(h);
    }
    if (found != NULL)
        freeaddrinfo(found);
    return h->listener >= 0 ? CTL_OK : CTL_BAD_INPUT;
}

void
health_close(health *h)
{
    if (h->listener >= 0)
        close(h->listener);
    h->listener = -1;
}

/* Seconds since the sink was read; -1 never. */
static double
age_s(const health *h)
{
    return h->seen_us == 0 ? -1 : (double)(split_clock_now() - h->seen_us) / 1e6;
}

static bool
is_healthy(const health *h)
{
    return h->revision > 0 && h->seen_us != 0 && split_clock_now() - h->seen_us <= h->stale_us;
}

static int
put_metrics(const health *h, char *body, size_t body_size)
{
    return snprintf(
        body, body_size,
        "# TYPE split_follow_revision gauge\nsplit_follow_revision %llu\n"
        "# TYPE split_follow_sink_age_seconds gauge\nsplit_follow_sink_age_seconds %.3f\n"
        "# TYPE split_follow_changed_seconds gauge\nsplit_follow_changed_seconds %.3f\n"
        "# TYPE split_follow_errors_total counter\nsplit_follow_errors_total %llu\n",
        (unsigned long long)h->revision, age_s(h), (double)h->changed_wall_us / 1e6,
        (unsigned long long)h->n_errors);
}

static void
answer(const health *h, int fd)
{
    char request[1024];
    char body[512];
    char text[1024];
    const struct timeval limit = {.tv_usec = REQUEST_US};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ssize_t n = read(fd, request, sizeof request - 1);
    request[n > 0 ? n : 0] = '\0';
    bool metrics = strncmp(request, "GET /metrics ", 13) == 0;
    bool asked = strncmp(request, "GET /healthz ", 13) == 0;
    const char *status = metrics || (asked && is_healthy(h)) ? "200 OK"
                         : asked                             ? "503 Service Unavailable"
                                                             : "404 Not Found";
    int len = metrics ? put_metrics(h, body, sizeof body)
                      : snprintf(body, sizeof body, "%s\n", status + 4);
    int all = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\n"
                       "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                       status, len, body);
    (void)!send(fd, text, (size_t)all, MSG_NOSIGNAL);
    close(fd);
}

void
health_serve(health *h, split_us span_us)
{
    split_us until = split_clock_now() + span_us;
    struct pollfd p = {.fd = h->listener, .events = POLLIN};
    do {
        split_us left = until - split_clock_now();
        if (poll(&p, 1, left > 0 ? (int)(left / 1000) + 1 : 0) <= 0)
            return;
        int fd = accept(h->listener, NULL, NULL);
        if (fd >= 0)
            answer(h, fd);
    } while (split_clock_now() < until);
}
