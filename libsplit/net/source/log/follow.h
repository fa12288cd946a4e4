/* SPDX-License-Identifier: MIT */
/* A log by its name, whatever rotation does to its file. */
#ifndef SPLIT_NET_LOG_FOLLOW_H
#define SPLIT_NET_LOG_FOLLOW_H

#include "net/source/log/tail.h"

#define FOLLOW_OLD_MAX 8 /* files that were renamed and may still be written */

typedef struct log_follow {
    const char *path;   /* borrowed */
    const char *zone;   /* as split_log_options */
    const char *format; /* borrowed; NULL: found from the lines */
    log_tail *now;      /* the file that the path meant last; NULL before there was one */
    log_tail *old[FOLLOW_OLD_MAX];    /* those that it meant before, oldest first, */
    split_us grew_us[FOLLOW_OLD_MAX]; /* and when they grew last, on the monotonic clock */
    size_t n_old;
    bool is_marked; /* the first poll is over: a new file is read from its start */
    bool is_missing;
} log_follow;

void split__follow_close(log_follow *f);

/* Take what was written since the last poll; the first poll takes nothing. An errno value, or 0:
 * a file that is not there is no error. */
int split__follow_look(log_follow *f, log_sink *sink);

#endif
