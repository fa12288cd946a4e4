/* SPDX-License-Identifier: MIT */
/* The zone of times that name none. */
#ifndef SPLIT_NET_LOG_ZONE_H
#define SPLIT_NET_LOG_ZONE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct log_zone {
    int32_t east_s;
    bool is_local; /* the process's */
} log_zone;

/* "UTC", "local", "+HH:MM" or "-HH:MM"; NULL is UTC. False for anything else. */
bool split__log_zone(const char *text, log_zone *out);

#endif
