/* SPDX-License-Identifier: MIT */
/* A file that several writers may replace: a lock beside it, and a new text by rename. */
#ifndef SPLIT_NET_SINK_LOCK_H
#define SPLIT_NET_SINK_LOCK_H

#include "net/sink/kind.h"

/* Lock PATH.lock until split__lock_end(). SPLIT_ERR_CONFLICT when another writer holds it to the
 * end of the scope; SPLIT_ERR_IO. */
int split__lock_begin(sink_call *call, const char *path, int *out_fd);
void split__lock_end(int fd);

/* Replace a file by a rename, synced. SPLIT_ERR_IO, with the file as before. */
int split__lock_write(sink_call *call, const char *path, const char *text, size_t len);

/* The whole file, malloc'd; `*out` NULL when there is none. SPLIT_ERR_IO; SPLIT_ERR_NOMEM. */
int split__lock_read(sink_call *call, const char *path, char **out);

#endif
