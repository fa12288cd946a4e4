/* SPDX-License-Identifier: MIT */
/* The right to drive the rollout of a journal. */
#include "journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "journal/db.h"

static char *
lock_path(const char *journal_path)
{
    size_t n = strlen(journal_path) + sizeof ".run";
    char *path = malloc(n);
    if (path != NULL)
        snprintf(path, n, "%s.run", journal_path);
    return path;
}

int
journal_lock(journal *j)
{
    char *path = lock_path(j->path);
    if (path == NULL)
        return CTL_BAD_INPUT;
    j->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    int code = CTL_OK;
    if (j->lock < 0 || flock(j->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            fprintf(stderr, "splitctl: another 'splitctl run' drives this rollout (it holds %s)\n",
                    path);
        else
            fprintf(stderr, "splitctl: %s: %s\n", path, strerror(errno));
        code = CTL_NOT_PUBLISHED;
    }
    free(path);
    return code;
}

bool
journal_is_driven(const char *journal_path)
{
    char *path = lock_path(journal_path);
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    free(path);
    if (fd < 0)
        return false;
    bool driven = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return driven;
}
