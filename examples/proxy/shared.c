/* SPDX-License-Identifier: MIT */
/* Shared memory with a robust mutex. What it holds has no pointers, so each process may map it
 * where it likes. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <split/base.h>

#include "shared.h"

struct shared {
    char made_by[96]; /* Library version and boot: anything else is made anew, never trusted. */
    pthread_mutex_t lock;
    uint64_t stamp;
    uint64_t block[SHARED_BLOCK_BYTES / sizeof(uint64_t)];
};

/* A lock of before the last boot would be held by nobody and for ever. */
static void
sign(char out[96])
{
    char boot[48] = "";
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");

    if (file) {
        if (!fgets(boot, sizeof(boot), file))
            boot[0] = '\0';
        fclose(file);
    }
    memset(out, 0, 96);
    snprintf(out, 96, "split-proxy %s %s", split_version(), boot);
}

static int
make_lock(struct shared *s)
{
    pthread_mutexattr_t attr;
    int rc;

    if (pthread_mutexattr_init(&attr) != 0)
        return -1;
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    rc = pthread_mutex_init(&s->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return rc == 0 ? 0 : -1;
}

/* Called under the file's lock: one process makes the block, the others find it made. */
static struct shared *
map(int fd)
{
    struct shared *s;
    struct stat st;
    char mine[96];

    if (fstat(fd, &st) < 0)
        return NULL;
    if ((size_t)st.st_size != sizeof(*s) && (ftruncate(fd, 0) < 0 || ftruncate(fd, sizeof(*s)) < 0))
        return NULL;
    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s == MAP_FAILED)
        return NULL;
    sign(mine);
    if (memcmp(s->made_by, mine, sizeof(mine)) == 0)
        return s;
    memset(s, 0, sizeof(*s));
    if (make_lock(s) < 0) {
        munmap(s, sizeof(*s));
        return NULL;
    }
    memcpy(s->made_by, mine, sizeof(mine));
    return s;
}

/* /dev/shm is everybody's: a file that others may write could hold anything. */
static bool
is_ours(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
           !(st.st_mode & (S_IWGRP | S_IWOTH));
}

struct shared *
shared_open(const char *path, char *why, size_t why_size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct shared *s = NULL;

    if (fd >= 0 && !is_ours(fd)) {
        snprintf(why, why_size, "cannot share %s: it is not a file of this user alone", path);
        close(fd);
        return NULL;
    }
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        s = map(fd);
    if (!s)
        snprintf(why, why_size, "cannot share %s: %s", path, strerror(errno));
    if (fd >= 0) {
        flock(fd, LOCK_UN); /* Said aloud: the mapping keeps the open file, and its lock, alive. */
        close(fd);
    }
    return s;
}

void
shared_close(struct shared *s)
{
    if (s)
        munmap(s, sizeof(*s));
}

bool
shared_lock(struct shared *s)
{
    if (pthread_mutex_lock(&s->lock) != EOWNERDEAD)
        return true;
    pthread_mutex_consistent(&s->lock);
    return false;
}

void
shared_unlock(struct shared *s)
{
    pthread_mutex_unlock(&s->lock);
}

void *
shared_block(struct shared *s)
{
    return s->block;
}

uint64_t *
shared_stamp(struct shared *s)
{
    return &s->stamp;
}
