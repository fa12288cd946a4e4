/* SPDX-License-Identifier: MIT */
/* How long the calling thread may wait for peers, and who may call it back. */
#include "net/base/scope.h"

#include <poll.h>
#include <stddef.h>

#include "split/net.h"

static const net_scope endless = {.deadline_us = SPLIT_NEVER, .cancel_fd = -1};
static _Thread_local const net_scope *current;

void
split__scope_enter(const net_scope *scope)
{
    current = scope;
}

const net_scope *
split__scope(void)
{
    return current == NULL ? &endless : current;
}

static bool
is_cancelled(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&p, 1, 0) > 0;
}

bool
split__scope_is_over(void)
{
    const net_scope *s = split__scope();
    return split_clock_now() >= s->deadline_us || is_cancelled(s->cancel_fd);
}

/* Rounded up, so that nobody wakes just before his time. */
static int
to_ms(split_us span)
{
    split_us ms = (span + 999) / 1000;
    return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

int
split__scope_await(int fd, split_us timeout_us)
{
    const net_scope *s = split__scope();
    split_us now = split_clock_now();
    split_us until = timeout_us > SPLIT_NEVER - now ? SPLIT_NEVER : now + timeout_us;
    for (;;) {
        struct pollfd p[2] = {{.fd = s->cancel_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        split_us end = until < s->deadline_us ? until : s->deadline_us;
        int n = poll(p, 2, to_ms(end - split_clock_now()));
        if ((n > 0 && p[0].revents != 0) || split_clock_now() >= s->deadline_us)
            return -1;
        if (n > 0)
            return 1;
        if (split_clock_now() >= until)
            return 0;
    }
}

bool
split__scope_sleep_until(split_us instant)
{
    split_us now = split_clock_now();
    return split__scope_await(-1, instant > now ? instant - now : 0) >= 0;
}
