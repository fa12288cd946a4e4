/* SPDX-License-Identifier: MIT */
/* Text that grows while it is written; JSON escapes. */
#ifndef SPLIT_POLICY_OUT_H
#define SPLIT_POLICY_OUT_H

#include "split/base.h"

typedef struct text_out {
    const split_alloc *alloc;
    char *text; /* not terminated */
    size_t len;
    size_t room;
    bool fixed;  /* `text` is the caller's, with `room` bytes: nothing grows */
    bool failed; /* no memory or no room: the text is incomplete */
} text_out;

void split__out_raw(text_out *out, const char *text);
void split__out_bytes(text_out *out, const char *bytes, size_t n);
void split__out_whole(text_out *out, int64_t value);

/* A string in quotes with what must be escaped. */
void split__out_string(text_out *out, const char *text, size_t n);
void split__out_name(text_out *out, const char *text);

/* `"name":` with a comma before it unless the text ends in an opening bracket. */
void split__out_key(text_out *out, const char *name);

/* A comma unless the text ends in an opening bracket. */
void split__out_comma(text_out *out);

/* A number that reads back to the same double; null for one that JSON does not have. */
void split__out_double(text_out *out, double value);

/* End a fixed text: close it with a zero. Returns 0 or SPLIT_ERR_SPACE; writes the length when
 * out_len is given. */
int split__out_finish(text_out *out, size_t *out_len);

void split__out_free(text_out *out);

#endif
