/* SPDX-License-Identifier: MIT */
/* libcurl's multi interface on the loop: sockets, timers, finished transfers, and handles kept for
 * reuse. */
#include <string.h>
#include <sys/epoll.h>

#include "attempt.h"
#include "upstream.h"

static void
reap(struct upstream *up)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(up->multi, &left))) {
        struct attempt *a = NULL;
        CURLcode result = msg->data.result;

        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&a);
        attempt_end(a, result);
    }
}

static void
socket_ready(void *ctx, int fd, uint32_t events)
{
    struct upstream *up = ctx;
    int mask = 0, running;

    if (events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP))
        mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(up->multi, fd, mask, &running);
    reap(up);
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
    struct upstream *up = ctx;
    uint32_t events = 0;

    (void)easy;
    (void)socket_ctx;
    if (what == CURL_POLL_REMOVE) {
        loop_unwatch(up->loop, fd);
        return 0;
    }
    if (what & CURL_POLL_IN)
        events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        events |= EPOLLOUT;
    return loop_watch(up->loop, fd, events, socket_ready, up);
}

static int
on_timer(CURLM *multi, long ms, void *ctx)
{
    struct upstream *up = ctx;

    (void)multi;
    if (ms < 0)
        timer_cancel(&up->loop->timers, &up->timer);
    else if (timer_set(&up->loop->timers, &up->timer, loop_now() + ms * 1000) < 0)
        return -1;
    return 0;
}

static void
timer_due(void *ctx)
{
    struct upstream *up = ctx;
    int running;

    curl_multi_socket_action(up->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    reap(up);
}

int
upstream_open(struct upstream *up, struct loop *loop, long max_idle)
{
    memset(up, 0, sizeof(*up));
    up->loop = loop;
    up->timer.fire = timer_due;
    up->timer.ctx = up;
    up->multi = curl_multi_init();
    if (!up->multi)
        return -1;
    curl_multi_setopt(up->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(up->multi, CURLMOPT_SOCKETDATA, up);
    curl_multi_setopt(up->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(up->multi, CURLMOPT_TIMERDATA, up);
    curl_multi_setopt(up->multi, CURLMOPT_MAXCONNECTS, max_idle);
    return 0;
}

void
upstream_close(struct upstream *up)
{
    while (up->n_spare)
        curl_easy_cleanup(up->spare[--up->n_spare]);
    curl_multi_cleanup(up->multi);
    timer_cancel(&up->loop->timers, &up->timer);
}

CURL *
upstream_take(struct upstream *up)
{
    return up->n_spare ? up->spare[--up->n_spare] : curl_easy_init();
}

void
upstream_give(struct upstream *up, CURL *easy)
{
    if (up->n_spare == UPSTREAM_SPARE) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    up->spare[up->n_spare++] = easy;
}
