/* SPDX-License-Identifier: MIT */
/* Signals as events of the loop. */
#ifndef PROXY_SIGNALS_H
#define PROXY_SIGNALS_H

#include "loop.h"

struct signal_calls {
    void (*stop)(void *ctx);   /* SIGTERM, SIGINT. */
    void (*reopen)(void *ctx); /* SIGHUP. */
};

/* Catch them from now on; `calls` outlives the loop. 0, or -1 with errno. */
int signals_open(struct loop *loop, const struct signal_calls *calls, void *ctx);

#endif
