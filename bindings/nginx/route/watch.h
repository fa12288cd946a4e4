/* SPDX-License-Identifier: MIT */
/* Noticing that route.json was replaced: inotify on its folder, and a timer for what inotify does
 * not see (network file systems, folders replaced). */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include <ngx_config.h>
#include <ngx_core.h>

struct split_site;

struct watch {
    ngx_connection_t *connection; /* Of the inotify descriptor; NULL: the timer alone. */
    ngx_event_t timer;
    ngx_msec_t resolved_at;
    ino_t inode;
    off_t bytes;
    struct timespec mtime;
    bool seen;
};

/* For a worker: begin to watch, and read the route once. */
void watch_start(struct split_site *site, ngx_cycle_t *cycle);

/* For a worker that ends. */
void watch_stop(struct split_site *site);

#endif
