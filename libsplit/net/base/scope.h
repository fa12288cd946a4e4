/* SPDX-License-Identifier: MIT */
/* How long the calling thread may wait for peers, and who may call it back. */
#ifndef SPLIT_NET_SCOPE_H
#define SPLIT_NET_SCOPE_H

#include <stdbool.h>

#include "split/base.h"

/* A span of work with one deadline. Everything that waits within it ends when the deadline passes
 * or `cancel_fd` becomes readable. */
typedef struct net_scope {
    split_us deadline_us; /* monotonic; SPLIT_NEVER for none */
    int cancel_fd;        /* -1 for none */
} net_scope;

/* Set the scope of the calling thread; NULL ends it. It is borrowed until then. */
void split__scope_enter(const net_scope *scope);

/* The present scope; never NULL. */
const net_scope *split__scope(void);

/* Whether nothing may be waited for any more. */
bool split__scope_is_over(void);

/* Sleep until the instant or the end of the scope, whichever comes first. False when the scope is
 * over. */
bool split__scope_sleep_until(split_us instant);

/* Wait until one of two descriptors can be read (-1 for none), `timeout_us` passed, or the scope is
 * over: 1, 0 or -1. */
int split__scope_await(int fd, split_us timeout_us);

#endif
