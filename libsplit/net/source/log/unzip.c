/* SPDX-License-Identifier: MIT */
/* gzip data that arrives in pieces, member after member, as loggers append it. */
#include "net/source/log/unzip.h"

#include <string.h>

#define GZIP_ONLY (16 + MAX_WBITS)

bool
split__unzip_begin(log_unzip *u)
{
    memset(&u->z, 0, sizeof u->z);
    u->is_full = false;
    u->is_lost = false;
    return inflateInit2(&u->z, GZIP_ONLY) == Z_OK;
}

void
split__unzip_end(log_unzip *u)
{
    (void)inflateEnd(&u->z);
}

void
split__unzip_restart(log_unzip *u)
{
    (void)inflateReset(&u->z);
    u->z.avail_in = 0;
    u->is_full = false;
    u->is_lost = false;
}

bool
split__unzip_wants(const log_unzip *u)
{
    return u->z.avail_in == 0 && !u->is_full;
}

void
split__unzip_put(log_unzip *u, size_t n)
{
    u->z.next_in = u->in;
    u->z.avail_in = (unsigned)n;
}

/* Past a byte that cannot be read, to where a member may begin. */
static void
find_member(log_unzip *u)
{
    while (u->z.avail_in > 0 && *u->z.next_in != 0x1F) {
        u->z.next_in++;
        u->z.avail_in--;
    }
    if (u->z.avail_in > 0)
        u->is_lost = false;
}

size_t
split__unzip_take(log_unzip *u, char *buf, size_t buf_size, bool *io_damaged)
{
    u->z.next_out = (unsigned char *)buf;
    u->z.avail_out = (unsigned)buf_size;
    while (u->z.avail_out > 0) {
        if (u->is_lost)
            find_member(u);
        if (u->is_lost)
            break;
        int rc = inflate(&u->z, Z_NO_FLUSH);
        if (rc == Z_BUF_ERROR || (rc == Z_OK && u->z.avail_in == 0))
            break;
        if (rc != Z_OK) /* the end of a member, or damage */
            (void)inflateReset(&u->z);
        if (rc != Z_OK && rc != Z_STREAM_END) {
            *io_damaged = true;
            u->is_lost = true;
            break;
        }
    }
    u->is_full = u->z.avail_out == 0;
    return buf_size - u->z.avail_out;
}
