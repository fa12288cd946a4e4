/* SPDX-License-Identifier: MIT */
/* Lines of windows: each is counted once. */
#ifndef SPLIT_NET_WINDOWS_ROWS_H
#define SPLIT_NET_WINDOWS_ROWS_H

#include "split/source.h"

/* What was taken already. Set `options`; zero the rest. */
typedef struct window_rows {
    const split_source_options *options;
    bool is_begun;     /* a read was taken: what came before it does not count */
    split_us taken_us; /* start of the newest window that was taken */
    split_us floor_us; /* windows that begin before are of the traffic before */
} window_rows;

/* Take the windows of a text that are new. All or nothing: with a fault the state stays as it was.
 * 0, SPLIT_ERR_NO_DATA, SPLIT_ERR_PEER or SPLIT_ERR_NOMEM with a sentence that begins with `name`. */
int split__rows_take(window_rows *w, const char *name, const char *text, size_t len,
                     split_reading *out, split_error *error);

/* Windows that began before now do not count any more. */
void split__rows_mark(window_rows *w);

#endif
