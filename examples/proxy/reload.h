/* SPDX-License-Identifier: MIT */
/* Watching route.json: a rename over it is seen at once, and a look each second catches what
 * inotify cannot. */
#ifndef PROXY_RELOAD_H
#define PROXY_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "loop.h"

struct reload {
    struct loop *loop;
    const char *path;
    int fd; /* inotify; -1 without a route file. */
    struct timer look;
    struct timespec mtime; /* Of the file last read. */
    ino_t inode;
    off_t bytes;
    void (*changed)(void *ctx, const char *path);
    void *ctx;
};

/* Watch the folder of `path`. 0, or -1 with errno. `changed` is called when the file may be another
 * one. */
int reload_open(struct reload *reload, struct loop *loop, const char *path,
                void (*changed)(void *ctx, const char *path), void *ctx);
void reload_close(struct reload *reload);

#endif
