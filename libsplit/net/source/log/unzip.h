/* SPDX-License-Identifier: MIT */
/* gzip data that arrives in pieces, member after member, as loggers append it. */
#ifndef SPLIT_NET_LOG_UNZIP_H
#define SPLIT_NET_LOG_UNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include <zlib.h>

typedef struct log_unzip {
    z_stream z;
    bool is_full; /* the last room was too small: bytes wait inside */
    bool is_lost; /* inside damaged data: the next member is looked for */
    unsigned char in[32768];
} log_unzip;

/* False without memory. */
bool split__unzip_begin(log_unzip *u);
void split__unzip_end(log_unzip *u);

/* Forget what came: another file begins. */
void split__unzip_restart(log_unzip *u);

/* Room for the next piece; only when the piece before is used up. */
bool split__unzip_wants(const log_unzip *u);
void split__unzip_put(log_unzip *u, size_t n);

/* Write the next bytes; call it until the next piece is wanted. *io_damaged becomes true, and what
 * was written ends, where no data follows. */
size_t split__unzip_take(log_unzip *u, char *buf, size_t buf_size, bool *io_damaged);

#endif
