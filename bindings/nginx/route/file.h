/* SPDX-License-Identifier: MIT */
/* Reading a small regular file: a FIFO or a device in its place must not stop a worker. */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Up to `room` bytes. The number read, or -1 with errno: EINVAL for what is no regular file. */
ssize_t file_read(const char *path, char *out, size_t room);

#endif
