/* SPDX-License-Identifier: MIT */
/* Requests to a sink's own peer: credentials of the settings, certificates, JSON bodies. */
#ifndef SPLIT_NET_SINK_PEER_H
#define SPLIT_NET_SINK_PEER_H

#include "net/sink/kind.h"

#define PEER_HEADERS_MAX 6

typedef struct peer_request {
    const char *method;
    const char *url;
    const char *headers[PEER_HEADERS_MAX];
    size_t n_headers;
    const char *body; /* NULL for none */
    size_t body_len;
    const char *want_header;
    const char *token; /* value of Authorization; NULL: user, password and token of the settings */
    bool repeatable;
} peer_request;

/* Send with the deadline of the call. 0 with any status; `name` is for the sentence. */
int split__peer_send(sink_call *call, const char *name, const peer_request *request,
                     split_http_answer *out);

/* Base64 both ways, malloc'd with a final zero; NULL without memory, or for what is not base64. */
char *split__peer_base64(const char *data, size_t len);
char *split__peer_unbase64(const char *text, size_t *out_len);

#endif
