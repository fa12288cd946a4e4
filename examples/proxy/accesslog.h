/* SPDX-License-Identifier: MIT */
/* One line a request: key=value, made to be searched with grep and cut with awk. */
#ifndef PROXY_ACCESSLOG_H
#define PROXY_ACCESSLOG_H

#include <stdbool.h>
#include <stdio.h>

#include "timer.h"

struct request;

struct access_log {
    FILE *file;
    const char *path;
    bool dirty;
};

/* Open or open anew (after the file was moved away). A NULL path means no log. 0, or -1 with errno.
 */
int access_log_open(struct access_log *log, const char *path);
void access_log_write(struct access_log *log, const struct request *r, bool complete);
void access_log_flush(struct access_log *log);

#endif
