/* SPDX-License-Identifier: MIT */
/* Lines of a file, a gzip file or standard input, in constant memory. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BUFFER_BYTES (4 * LOG_LINE_MAX)

struct log_input {
    gzFile file;
    const char *path;
    uint64_t size;
    char *begin; /* of what is not taken yet, */
    char *end;   /* and its end */
    bool at_end;
    bool skipping; /* inside a line that is too long */
    char buffer[BUFFER_BYTES];
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
    in->begin = in->buffer;
    in->end = in->buffer;
    in->at_end = false;
    in->skipping = false;
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

/* Move what is left to the front and read behind it. False on an error. */
static bool
refill(log_input *in)
{
    size_t left = (size_t)(in->end - in->begin);
    memmove(in->buffer, in->begin, left);
    in->begin = in->buffer;
    in->end = in->buffer + left;
    int n = gzread(in->file, in->end, (unsigned)(BUFFER_BYTES - left));
    int code = Z_OK;
    const char *why = n <= 0 ? gzerror(in->file, &code) : "";
    if (n < 0 || code == Z_BUF_ERROR) { /* the latter: a gzip file that was cut off */
        fprintf(stderr, "splitctl: %s: %s\n", in->path, why);
        return false;
    }
    in->end += n;
    in->at_end = n == 0;
    return true;
}

static log_line
take(log_input *in, const char *stop, const char *after, const char **out_line, size_t *out_len)
{
    bool skipped = in->skipping;
    *out_line = in->begin;
    *out_len = (size_t)(stop - in->begin);
    if (*out_len > 0 && in->begin[*out_len - 1] == '\r')
        (*out_len)--;
    in->begin += after - in->begin;
    in->skipping = false;
    return skipped ? LOG_LINE_TOO_LONG : LOG_LINE;
}

log_line
log_input_next(log_input *in, const char **out_line, size_t *out_len)
{
    size_t looked = 0;
    for (;;) {
        /* a log that was truncated under its writer begins with a hole of zeros */
        while (looked == 0 && in->begin < in->end && *in->begin == '\0')
            in->begin++;
        size_t n = (size_t)(in->end - in->begin);
        char *stop = n > looked ? memchr(in->begin + looked, '\n', n - looked) : NULL;
        if (stop != NULL)
            return take(in, stop, stop + 1, out_line, out_len);
        if (n >= LOG_LINE_MAX) {
            in->skipping = true;
            in->begin = in->end;
            n = 0;
        }
        looked = n;
        if (in->at_end)
            return n == 0 && !in->skipping ? LOG_LINE_END
                                           : take(in, in->end, in->end, out_line, out_len);
        if (!refill(in))
            return LOG_LINE_ERROR;
    }
}
