/* SPDX-License-Identifier: MIT */
/*
 * Publishing a route file (design/sinks.md D18, D19). The order of the steps makes it safe:
 *   1. lock,
 *   2. read the revision on disk,
 *   3. write a new file and sync it,
 *   4. rename it over the old one,
 *   5. sync the folder,
 *   6. unlock.
 * A crash at any step leaves the old file or the new one in place. The next writer overwrites what
 * is left over.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "policy/route/data.h"
#include "common/sized.h"

#define PATH_BYTES 4096
#define LOCK_POLL_NS 1000000 /* 1 ms, 5000 times */
#define LOCK_POLLS 5000

static const char held_too_long[] =
    "Another writer has held the lock for 5 s; see that it goes on or ends, and try again.";

typedef struct publisher {
    const split_route *route;
    const char *path;
    char lock_path[PATH_BYTES];
    char new_path[PATH_BYTES];
    split_error *error;
    mode_t mode; /* of the file there, for the new one */
} publisher;

static int
fail(publisher *p, int code, const char *sentence)
{
    fault_list list;
    if (split__fault_list_init(&list, p->error, 1) == SPLIT_OK)
        split__fault_add_file(&list, code, "$", sentence);
    return code;
}

/* A step that the system refused; errno says why. */
static int
fail_step(publisher *p, const char *step, const char *path)
{
    char sentence[sizeof p->error->text];
    snprintf(sentence, sizeof sentence, "Cannot %s %.150s: %.40s; the route is as before.", step,
             path, strerror(errno));
    return fail(p, SPLIT_ERR_IO, sentence);
}

static int
set_paths(publisher *p)
{
    int n = snprintf(p->lock_path, sizeof p->lock_path, "%s.lock", p->path);
    if (n < 0 || (size_t)n >= sizeof p->lock_path)
        return fail(p, SPLIT_ERR_ARG, "The path is too long.");
    snprintf(p->new_path, sizeof p->new_path, "%s.new", p->path);
    return SPLIT_OK;
}

/* Waits for another writer, but not indefinitely: one that was stopped must not hold up a
 * rollback. */
static bool
wait_for_lock(int fd)
{
    const struct timespec pause = {0, LOCK_POLL_NS};
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i == LOCK_POLLS)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static int
take_lock(publisher *p, int *out_fd)
{
    int fd = open(p->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail_step(p, "open", p->lock_path);
    if (!wait_for_lock(fd)) {
        int err = errno == EWOULDBLOCK ? fail(p, SPLIT_ERR_CONFLICT, held_too_long)
                                       : fail_step(p, "lock", p->lock_path);
        close(fd);
        return err;
    }
    *out_fd = fd;
    return SPLIT_OK;
}

/* The revision on disk, 0 when there is no file. */
static int
read_revision(publisher *p, uint64_t *out)
{
    struct stat st;
    split_route *there = NULL;
    *out = 0;
    if (stat(p->path, &st) != 0)
        return errno == ENOENT ? SPLIT_OK : fail_step(p, "look at", p->path);
    p->mode = st.st_mode & 07777;
    int err =
        split_route_load_file(p->path, NULL, p->error, p->error != NULL ? 1 : 0, NULL, &there);
    if (err != SPLIT_OK)
        return err;
    *out = there->revision;
    if (strcmp(there->name, p->route->name) != 0)
        err = fail(p, SPLIT_ERR_NAME,
                   "The file holds the route of another split; give the right path.");
    split_route_free(&there, NULL);
    return err;
}

static int
check_revision(publisher *p, uint64_t there, uint64_t expected)
{
    char sentence[sizeof p->error->text];
    if (there != expected) {
        snprintf(sentence, sizeof sentence,
                 "The route has revision %llu, not %llu: another writer was faster. Look at it and "
                 "try again.",
                 (unsigned long long)there, (unsigned long long)expected);
        return fail(p, SPLIT_ERR_CONFLICT, sentence);
    }
    if (p->route->revision <= there) {
        snprintf(sentence, sizeof sentence,
                 "Revision %llu is not above revision %llu, which is there; use a higher one.",
                 (unsigned long long)p->route->revision, (unsigned long long)there);
        return fail(p, SPLIT_ERR_REVISION, sentence);
    }
    return SPLIT_OK;
}

static bool
write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static int
write_new(publisher *p)
{
    int fd = open(p->new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail_step(p, "create", p->new_path);
    bool good = write_all(fd, p->route->text, p->route->text_len) &&
                (p->mode == 0 || fchmod(fd, p->mode) == 0) && fsync(fd) == 0;
    int err = good ? SPLIT_OK : fail_step(p, "write", p->new_path);
    if (close(fd) != 0 && err == SPLIT_OK)
        err = fail_step(p, "close", p->new_path);
    if (err != SPLIT_OK)
        unlink(p->new_path);
    return err;
}

/* Readers see the new route already. */
static int
fail_sync(publisher *p, const char *folder)
{
    char sentence[sizeof p->error->text];
    snprintf(
        sentence, sizeof sentence,
        "The new route is in force, but may not outlive a power cut: cannot sync %.100s: %.40s.",
        folder, strerror(errno));
    return fail(p, SPLIT_ERR_IO, sentence);
}

/* The rename is on disk only when the folder is. */
static int
sync_folder(publisher *p)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(p->path, '/');
    size_t n = slash == NULL ? 0 : slash == p->path ? 1 : (size_t)(slash - p->path);
    memcpy(folder, n > 0 ? p->path : ".", n > 0 ? n : 1);
    folder[n > 0 ? n : 1] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_sync(p, folder);
    /* Some file systems cannot sync a folder and say EINVAL; their rename is as durable as it
     * gets. */
    int err = fsync(fd) == 0 || errno == EINVAL ? SPLIT_OK : fail_sync(p, folder);
    close(fd);
    return err;
}

static int
replace(publisher *p, uint64_t expected)
{
    uint64_t there;
    int err = read_revision(p, &there);
    if (err == SPLIT_OK)
        err = check_revision(p, there, expected);
    if (err == SPLIT_OK)
        err = write_new(p);
    if (err != SPLIT_OK)
        return err;
    if (rename(p->new_path, p->path) != 0) {
        err = fail_step(p, "rename", p->new_path);
        unlink(p->new_path);
        return err;
    }
    return sync_folder(p);
}

int
split_route_publish(const split_route *route, const char *path, uint64_t expected,
                    split_error *error)
{
    int lock = -1;
    publisher p = {.route = route, .path = path, .error = error};
    if (route == NULL || path == NULL || path[0] == '\0')
        return SPLIT_ERR_ARG;
    if (!split__error_fits(error))
        return SPLIT_ERR_STRUCT;
    int err = set_paths(&p);
    if (err == SPLIT_OK)
        err = take_lock(&p, &lock);
    if (err != SPLIT_OK)
        return err;
    err = replace(&p, expected);
    close(lock); /* and with it the lock goes */
    return err;
}
