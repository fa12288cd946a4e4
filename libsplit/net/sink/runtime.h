/* SPDX-License-Identifier: MIT */
/* HAProxy's runtime API: one command for each connection. */
#ifndef SPLIT_NET_SINK_RUNTIME_H
#define SPLIT_NET_SINK_RUNTIME_H

#include "net/sink/kind.h"

/* Send a command, with a line end in it, to a socket (a path, or HOST:PORT) and read all that it
 * answers. `*out` is malloc'd. SPLIT_ERR_NET; SPLIT_ERR_NOMEM. */
int split__runtime_ask(sink_call *call, const char *socket, const char *command, char **out);

#endif
