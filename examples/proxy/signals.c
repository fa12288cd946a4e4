/* SPDX-License-Identifier: MIT */
/* Signals come through a file descriptor, so that no handler interrupts anything. */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"

static const struct signal_calls *calls;

static void
ready(void *ctx, int fd, uint32_t events)
{
    struct signalfd_siginfo info;

    (void)events;
    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            calls->reopen(ctx);
        else
            calls->stop(ctx);
    }
}

int
signals_open(struct loop *loop, const struct signal_calls *wanted, void *ctx)
{
    sigset_t set;
    int fd;

    calls = wanted;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return fd < 0 ? -1 : loop_watch(loop, fd, EPOLLIN, ready, ctx);
}
