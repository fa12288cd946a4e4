/* SPDX-License-Identifier: MIT */
/* Whether a request means one thing only. */
#ifndef PROXY_WELLFORMED_H
#define PROXY_WELLFORMED_H

#include <microhttpd.h>
#include <stdbool.h>

/* One or more characters of a method or of a header's name (RFC 9110 5.6.2). */
bool wellformed_token(const char *text);

/* False for a request that two programs in a row could read differently: it must not be passed on.
 */
bool wellformed_request(struct MHD_Connection *conn, const char *method, const char *target,
                        const char *version);

#endif
