/* SPDX-License-Identifier: MIT */
/* A file that several writers may replace: a lock beside it, and a new text by rename. */
#include "net/sink/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/base/fault.h"
#include "net/base/scope.h"
#include "net/sink/setting.h"

#define STEP_US 1000
#define READ_MAX (1u << 20)

static int
failed(sink_call *call, const char *what, const char *path)
{
    return split__net_fault(call->error, SPLIT_ERR_IO, "cannot %s %.160s: %.60s", what, path,
                            strerror(errno));
}

int
split__lock_begin(sink_call *call, const char *path, int *out_fd)
{
    char lock[SINK_PATH_BYTES + 8];
    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return failed(call, "open", lock);
    while (flock(fd, LOCK_EX | LOCK_NB) != 0)
        if (!split__scope_sleep_until(split_clock_now() + STEP_US)) {
            close(fd);
            return split__net_fault(call->error, SPLIT_ERR_CONFLICT, "another writer holds %.160s",
                                    lock);
        }
    *out_fd = fd;
    return SPLIT_OK;
}

void
split__lock_end(int fd)
{
    close(fd);
}

static bool
write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno != EINTR)
            return false;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

int
split__lock_write(sink_call *call, const char *path, const char *text, size_t len)
{
    char fresh[SINK_PATH_BYTES + 8];
    struct stat st;
    snprintf(fresh, sizeof fresh, "%s.new", path);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return failed(call, "create", fresh);
    bool good = write_all(fd, text, len) &&
                (stat(path, &st) != 0 || fchmod(fd, st.st_mode & 07777) == 0) && fsync(fd) == 0;
    int rc = good ? SPLIT_OK : failed(call, "write", fresh);
    if (close(fd) != 0 && rc == SPLIT_OK)
        rc = failed(call, "close", fresh);
    if (rc == SPLIT_OK && rename(fresh, path) != 0)
        rc = failed(call, "rename", fresh);
    if (rc != SPLIT_OK)
        unlink(fresh);
    return rc;
}

int
split__lock_read(sink_call *call, const char *path, char **out)
{
    FILE *file = fopen(path, "re");
    *out = NULL;
    if (file == NULL)
        return errno == ENOENT ? SPLIT_OK : failed(call, "read", path);
    char *text = malloc(READ_MAX + 1);
    size_t n = text != NULL ? fread(text, 1, READ_MAX, file) : 0;
    bool bad = ferror(file) != 0;
    fclose(file);
    if (text == NULL)
        return split__sink_no_memory(call);
    if (bad) {
        free(text);
        return failed(call, "read", path);
    }
    text[n] = '\0';
    *out = text;
    return SPLIT_OK;
}
