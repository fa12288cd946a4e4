/* SPDX-License-Identifier: MIT */
/* One log file that grows: its new bytes become records. The file is held open, so that it is read
 * to its end whatever is done to its name. */
#ifndef SPLIT_NET_LOG_TAIL_H
#define SPLIT_NET_LOG_TAIL_H

#include "split/log.h"

typedef struct log_tail log_tail;

/* Where records go, and what a poll may take and found. */
typedef struct log_sink {
    void (*take)(void *ctx, const split_log_record *r);
    void *ctx;
    uint64_t bytes_left; /* of the poll; 0: there may be more */
    int64_t n_records;
    int64_t n_rejected;
    char first_reject[96];
    bool is_damaged; /* compressed data that no gzip is */
} log_sink;

/* Open the file or pipe behind a path, to be read from its start. An errno value, or 0. */
int split__tail_open(const char *path, const char *format, const char *zone, log_tail **out);
void split__tail_close(log_tail *t);

/* Is this descriptor's file the one that is followed? */
bool split__tail_is(const log_tail *t, int fd);

/* Leave out the lines that are complete now. An errno value, or 0. */
int split__tail_mark(log_tail *t);

/* Take what is there. An errno value, or 0; *out_grew says whether bytes came. */
int split__tail_read(log_tail *t, log_sink *sink, bool *out_grew);

/* Whether the file was truncated or rewritten since the last read. */
bool split__tail_began_anew(log_tail *t);

/* Read from the start of the file again. */
void split__tail_rewind(log_tail *t);

#endif
