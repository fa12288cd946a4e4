/* SPDX-License-Identifier: MIT */
/* open() of a FIFO waits for its writer, read() of a device may wait for anything. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "route/file.h"

ssize_t
file_read(const char *path, char *out, size_t room)
{
    struct stat st;
    size_t n = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return -1;
    }
    while (n < room && got > 0) {
        got = read(fd, out + n, room - n);
        if (got > 0)
            n += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    close(fd);
    return got < 0 ? -1 : (ssize_t)n;
}
