/* SPDX-License-Identifier: MIT */
/* What a value of a line means, whatever the line looks like. */
#ifndef SPLIT_NET_LOG_MEANING_H
#define SPLIT_NET_LOG_MEANING_H

#include "net/source/log/format.h"

typedef enum log_meaning {
    LOG_NOTHING,
    LOG_TIME,
    LOG_STATUS,
    LOG_SECONDS,
    LOG_MILLISECONDS,
    LOG_MICROSECONDS,
    LOG_NANOSECONDS,
    LOG_UPSTREAM,
    LOG_UPSTREAM_STATUS,
    LOG_METHOD,
    LOG_REQUEST,
    LOG_VARIANT,
    LOG_COOKIE,
    LOG_CACHE,
    LOG_FLAGS,
    LOG_MEANING_COUNT
} log_meaning;

/* The meaning that a name stands for in a map, such as "request_time"; LOG_NOTHING for none. */
log_meaning split__log_meaning(const char *name, size_t n);

/* Put a value into the record. "-" and "" are none. False for one that cannot be what it means. */
bool split__log_give(log_meaning meaning, split_log_text value, split_log_record *out);

#endif
