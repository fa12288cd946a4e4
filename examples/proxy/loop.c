/* SPDX-License-Identifier: MIT */
/* The event loop: waits for descriptors and deadlines, and knows nothing of HTTP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define LOOP_BATCH 256

int64_t
loop_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int
loop_open(struct loop *loop)
{
    memset(loop, 0, sizeof(*loop));
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->epoll_fd < 0 ? -1 : 0;
}

void
loop_close(struct loop *loop)
{
    close(loop->epoll_fd);
    free(loop->watches);
    timer_heap_free(&loop->timers);
}

static int
room_for(struct loop *loop, int fd)
{
    size_t need = (size_t)fd + 1;
    size_t n = loop->n_watches ? loop->n_watches : 64;
    struct loop_watch *grown;

    if (need <= loop->n_watches)
        return 0;
    while (n < need)
        n *= 2;
    grown = realloc(loop->watches, n * sizeof(*grown));
    if (!grown)
        return -1;
    memset(grown + loop->n_watches, 0, (n - loop->n_watches) * sizeof(*grown));
    loop->watches = grown;
    loop->n_watches = n;
    return 0;
}

int
loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready_fn *ready, void *ctx)
{
    struct epoll_event ev = {.events = events, .data.fd = fd};
    int rc;

    if (room_for(loop, fd) < 0)
        return -1;
    rc = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
    if (rc < 0 && errno == EEXIST)
        rc = epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
    if (rc < 0)
        return -1;
    loop->watches[fd] = (struct loop_watch){ready, ctx};
    return 0;
}

void
loop_unwatch(struct loop *loop, int fd)
{
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    loop_forget(loop, fd);
}

void
loop_forget(struct loop *loop, int fd)
{
    if (fd >= 0 && (size_t)fd < loop->n_watches)
        loop->watches[fd] = (struct loop_watch){NULL, NULL};
}

static int
wait_ms(const struct loop *loop, int64_t until_us)
{
    int64_t next = timer_next(&loop->timers);
    int64_t left;

    if (next < until_us)
        until_us = next;
    if (until_us == TIMER_NEVER)
        return -1;
    left = until_us - loop_now();
    if (left <= 0)
        return 0;
    /* Round up: waking a hair early would spin. */
    return left > 3600000000 ? 3600000 : (int)((left + 999) / 1000);
}

void
loop_turn(struct loop *loop, int64_t until_us)
{
    struct epoll_event ev[LOOP_BATCH];
    int i, n;

    n = epoll_wait(loop->epoll_fd, ev, LOOP_BATCH, wait_ms(loop, until_us));
    for (i = 0; i < n; i++) {
        int fd = ev[i].data.fd;
        struct loop_watch w = loop->watches[fd];

        if (w.ready)
            w.ready(w.ctx, fd, ev[i].events);
    }
    timer_fire_due(&loop->timers, loop_now());
}
