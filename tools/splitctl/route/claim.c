/* SPDX-License-Identifier: MIT */
/* The right to drive a route, whatever the journal: a lock beside it. */
#include "route/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/cli.h"

static void
lock_path(const char *route_path, char path[CLI_PATH_MAX + 8])
{
    snprintf(path, CLI_PATH_MAX + 8, "%s.run", route_path);
}

int
claim_route(const char *route_path, int *out_fd)
{
    char path[CLI_PATH_MAX + 8];
    lock_path(route_path, path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *out_fd = fd;
        return CTL_OK;
    }
    if (fd >= 0 && errno == EWOULDBLOCK)
        fprintf(stderr, "splitctl: another 'splitctl run' drives this route (it holds %s)\n", path);
    else
        fprintf(stderr, "splitctl: %s: %s; a run needs it beside the route\n", path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    return CTL_NOT_PUBLISHED;
}

void
claim_release(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool
claim_is_held(const char *route_path)
{
    char path[CLI_PATH_MAX + 8];
    lock_path(route_path, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return held;
}
