/* SPDX-License-Identifier: MIT */
/* The visitor id: read from the request's cookie, or drawn anew and set in the answer. */
#ifndef PROXY_COOKIE_H
#define PROXY_COOKIE_H

#include <microhttpd.h>
#include <split/policy.h>
#include <stdbool.h>
#include <stddef.h>

#define COOKIE_ID_BYTES 33 /* 128 random bits in hex, and the NUL. */
#define COOKIE_ID_MAX 64   /* Longest id taken from a visitor. */

/* The value of the first cookie of this name, as the edge routers find it: whatever stands in the
 * other cookies. A longer value than fits is cut. False when there is none. */
bool cookie_find(struct MHD_Connection *conn, const char *name, char *out, size_t out_size);

/* The visitor's own id. False when there is none or it has bytes that no id has. */
bool cookie_read(struct MHD_Connection *conn, const char *name, char out_id[COOKIE_ID_MAX + 1]);

/* Draw a new id. 0, or -1 when the system has no random bytes. */
int cookie_draw(char out_id[COOKIE_ID_BYTES]);

/* The value of Set-Cookie for an id; the number of bytes it takes, as snprintf. */
int cookie_format(char *out, size_t out_size, const split_cookie_info *cookie, const char *id,
                  bool secure);

#endif
