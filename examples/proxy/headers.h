/* SPDX-License-Identifier: MIT */
/* Which headers pass in each direction, which are removed, and which are added. */
#ifndef PROXY_HEADERS_H
#define PROXY_HEADERS_H

#include <curl/curl.h>
#include <microhttpd.h>
#include <stdbool.h>

#define HEADER_VARIANT "x-split-variant"

/* What the origin's request needs beyond the visitor's own headers. */
struct header_facts {
    const char *variant;  /* Name of the variant the visitor is assigned to. */
    const char *host;     /* Host header for the origin, or NULL for that of its URL. */
    const char *client;   /* The visitor's address. */
    bool trust_forwarded; /* A proxy in front sets X-Forwarded-*: extend them, do not replace them.
                           */
};

/* Headers for the origin, to be freed with curl_slist_free_all(); NULL when there is no memory. */
struct curl_slist *headers_to_origin(struct MHD_Connection *conn, const struct header_facts *facts);

/* Copy the end-to-end headers of an origin's answer. 0, or -1 when they need more than `room` bytes
 * or there is no memory. */
int headers_to_visitor(CURL *easy, struct MHD_Response *response, size_t room);

/* Whether the visitor's own connection is known to be TLS, at a proxy in front. */
bool headers_say_https(struct MHD_Connection *conn);

/* Whether a comma-separated list, which may be NULL, has this token in any case of letters. */
bool headers_has_token(const char *list, const char *token, size_t token_len);

#endif
