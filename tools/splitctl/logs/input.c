/* SPDX-License-Identifier: MIT */
/* Bytes of a file, a gzip file or standard input. */
#include "logs/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct log_input {
    gzFile file;
    const char *path;
    uint64_t size;
};

static log_input *
open_failed(log_input *in, const char *path)
{
    fprintf(stderr, "splitctl: %s: %s\n", path, errno != 0 ? strerror(errno) : "out of memory");
    free(in);
    return NULL;
}

log_input *
log_input_open(const char *path)
{
    struct stat st;
    log_input *in = malloc(sizeof *in);
    if (in == NULL)
        return open_failed(in, path);
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return open_failed(in, path);
    if (S_ISDIR(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        return open_failed(in, path);
    }
    in->file = gzdopen(fd, "rb");
    if (in->file == NULL) {
        close(fd);
        return open_failed(in, path);
    }
    gzbuffer(in->file, 128 * 1024);
    in->path = is_stdin ? "standard input" : path;
    in->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return in;
}

void
log_input_close(log_input *in)
{
    if (in == NULL)
        return;
    gzclose(in->file);
    free(in);
}

uint64_t
log_input_position(const log_input *in)
{
    z_off_t at = gzoffset(in->file);
    return at > 0 ? (uint64_t)at : 0;
}

uint64_t
log_input_size(const log_input *in)
{
    return in->size;
}

int
log_input_read(log_input *in, char *buf, size_t buf_size)
{
    int n = gzread(in->file, buf, (unsigned)buf_size);
    int code = Z_OK;
    const char *why = n <= 0 ? gzerror(in->file, &code) : "";
    if (n < 0 || code == Z_BUF_ERROR) { /* the latter: a gzip file that was cut off */
        fprintf(stderr, "splitctl: %s: %s\n", in->path, why);
        return -1;
    }
    return n;
}
