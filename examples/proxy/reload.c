/* SPDX-License-Identifier: MIT */
/* inotify on the folder, not on the file: the file is replaced by a rename, and may not exist yet.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reload.h"

#define LOOK_EVERY_US 1000000

static void
look(struct reload *r)
{
    struct stat st;

    if (stat(r->path, &st) < 0)
        return; /* No route now: the one in force stays. */
    if (st.st_ino == r->inode && st.st_size == r->bytes && st.st_mtim.tv_sec == r->mtime.tv_sec &&
        st.st_mtim.tv_nsec == r->mtime.tv_nsec)
        return;
    r->inode = st.st_ino;
    r->bytes = st.st_size;
    r->mtime = st.st_mtim;
    r->changed(r->ctx, r->path);
}

static void
events_ready(void *ctx, int fd, uint32_t events)
{
    char buffer[8192];

    (void)events;
    while (read(fd, buffer, sizeof(buffer)) > 0)
        ;
    look(ctx);
}

static void
look_due(void *ctx)
{
    struct reload *r = ctx;

    look(r);
    timer_set(&r->loop->timers, &r->look, loop_now() + LOOK_EVERY_US);
}

static int
watch_folder(int fd, const char *path)
{
    char *folder = strdup(path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    int rc;

    if (!folder)
        return -1;
    if (slash)
        slash[slash == folder] = '\0';
    rc = inotify_add_watch(fd, slash ? folder : ".",
                           IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_ONLYDIR);
    free(folder);
    return rc < 0 ? -1 : 0;
}

int
reload_open(struct reload *r, struct loop *loop, const char *path,
            void (*changed)(void *ctx, const char *path), void *ctx)
{
    memset(r, 0, sizeof(*r));
    r->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (r->fd < 0 || watch_folder(r->fd, path) < 0)
        return -1;
    r->loop = loop;
    r->path = path;
    r->changed = changed;
    r->ctx = ctx;
    r->look.fire = look_due;
    r->look.ctx = r;
    if (loop_watch(loop, r->fd, EPOLLIN, events_ready, r) < 0)
        return -1;
    look_due(r);
    return 0;
}

void
reload_close(struct reload *r)
{
    if (!r->loop)
        return;
    timer_cancel(&r->loop->timers, &r->look);
    loop_unwatch(r->loop, r->fd);
    close(r->fd);
}
