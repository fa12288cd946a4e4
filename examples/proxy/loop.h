/* SPDX-License-Identifier: MIT */
/* One epoll set for every descriptor of the process, and one heap of deadlines. */
#ifndef PROXY_LOOP_H
#define PROXY_LOOP_H

#include <stddef.h>
#include <stdint.h>

#include "timer.h"

typedef void loop_ready_fn(void *ctx, int fd, uint32_t events);

struct loop_watch {
    loop_ready_fn *ready; /* NULL: nobody watches this descriptor. */
    void *ctx;
};

struct loop {
    int epoll_fd;
    struct loop_watch *watches; /* By descriptor: a late event of a closed one finds nobody. */
    size_t n_watches;
    struct timer_heap timers;
};

int loop_open(struct loop *loop);
void loop_close(struct loop *loop);

/* Add or change a watch; `events` are those of epoll. 0, or -1 with errno. */
int loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready_fn *ready, void *ctx);
void loop_unwatch(struct loop *loop, int fd);

/* Forget a descriptor that somebody else has closed or will close. */
void loop_forget(struct loop *loop, int fd);

/* Wait for events until `until_us` at most, serve them, then serve the timers that are due. */
void loop_turn(struct loop *loop, int64_t until_us);

/* The monotonic clock in microseconds. */
int64_t loop_now(void);

#endif
