/* SPDX-License-Identifier: MIT */
/* A queue of bytes in one block that moves to the front when it would have to grow. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

static int
make_room(struct bytes *b, size_t n)
{
    size_t len = bytes_len(b);
    size_t room = b->room ? b->room : 2048;
    char *grown;

    if (b->start) {
        memmove(b->data, b->data + b->start, len);
        b->start = 0;
        b->end = len;
    }
    while (room < len + n)
        room *= 2;
    if (room == b->room)
        return 0;
    grown = realloc(b->data, room);
    if (!grown)
        return -1;
    b->data = grown;
    b->room = room;
    return 0;
}

int
bytes_append(struct bytes *b, const void *data, size_t n)
{
    if (!n)
        return 0;
    if (b->room - b->end < n && make_room(b, n) < 0)
        return -1;
    memcpy(b->data + b->end, data, n);
    b->end += n;
    return 0;
}

size_t
bytes_take(struct bytes *b, void *out, size_t n)
{
    if (n > bytes_len(b))
        n = bytes_len(b);
    if (n)
        memcpy(out, b->data + b->start, n);
    b->start += n;
    if (b->start == b->end)
        b->start = b->end = 0;
    return n;
}

void
bytes_free(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}
