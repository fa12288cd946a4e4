/* SPDX-License-Identifier: MIT */
/* The failover machine in force: of this process alone, or shared with others on this machine. */
#ifndef PROXY_MACHINE_H
#define PROXY_MACHINE_H

#include <split/failover.h>
#include <stddef.h>
#include <stdint.h>

#include "shared.h"

struct router;
struct routing;

struct machine {
    split_failover *own;   /* NULL when it is shared. */
    struct shared *shared; /* NULL when it is not. */
    uint64_t stamp; /* Of the shared machine that the numbers of the origins were read from. */
};

/* Put a fresh machine in force for a route; the one before gives it its state. It is taken over. */
int machine_replace(struct router *router, struct routing *next, split_failover *fresh,
                    size_t bytes);

/* The machine, for the time until machine_leave(); no calls in between that wait. */
split_failover *machine_enter(struct router *router);
void machine_leave(struct router *router);

void machine_close(struct machine *machine);

#endif
