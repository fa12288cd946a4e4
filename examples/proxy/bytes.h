/* SPDX-License-Identifier: MIT */
/* A queue of bytes: append at the end, take from the front. */
#ifndef PROXY_BYTES_H
#define PROXY_BYTES_H

#include <stddef.h>

struct bytes {
    char *data;
    size_t start; /* First byte not yet taken. */
    size_t end;
    size_t room;
};

static inline size_t
bytes_len(const struct bytes *b)
{
    return b->end - b->start;
}

/* 0, or -1 when there is no memory. */
int bytes_append(struct bytes *b, const void *data, size_t n);

/* Copy up to n bytes out and drop them. */
size_t bytes_take(struct bytes *b, void *out, size_t n);
void bytes_free(struct bytes *b);

#endif
