/* SPDX-License-Identifier: MIT */
/* /metrics and /healthz of a follower: one small answer for each connection. */
#ifndef SPLITCTL_HEALTH_H
#define SPLITCTL_HEALTH_H

#include <stdint.h>

#include "split/base.h"

typedef struct health {
    int listener; /* -1: nobody asks */
    uint64_t revision;
    uint64_t n_errors;
    split_us seen_us;         /* monotonic: when the sink was read last; 0 never */
    split_us changed_wall_us; /* when the file changed */
    split_us stale_us;        /* not healthy without the sink for so long */
} health;

/* Listen at "HOST:PORT"; NULL for not at all. CTL_OK; CTL_USAGE or CTL_BAD_INPUT, reported. */
int health_open(health *h, const char *listen);
void health_close(health *h);

/* Answer whoever asks within the time, and at least sleep so long. */
void health_serve(health *h, split_us span_us);

#endif
