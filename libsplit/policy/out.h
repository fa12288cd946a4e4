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
    bool failed; /* no memory: the text is incomplete */
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

void split__out_free(text_out *out);

#endif
