/* SPDX-License-Identifier: MIT */
/* Lines that a container's log driver wrapped into JSON. */
#ifndef SPLIT_NET_LOG_DOCKER_H
#define SPLIT_NET_LOG_DOCKER_H

#include <stdbool.h>
#include <stddef.h>

/* Replace `{"log":"LINE\n",...}` by LINE, in its place. False when the line is not wrapped. */
bool split__log_unwrap(char *line, size_t *io_len);

#endif
