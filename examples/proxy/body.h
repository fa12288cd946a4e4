/* SPDX-License-Identifier: MIT */
/* A request body on its way through: held whole so that it can be sent again, or streamed when it
 * is too large for that. */
#ifndef PROXY_BODY_H
#define PROXY_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

struct body {
    struct bytes bytes;
    int64_t declared;  /* Content-Length, or -1. */
    uint64_t received; /* So far, from the visitor. */
    bool present;      /* The request has a body, perhaps of 0 bytes. */
    bool complete;     /* All of it was received. */
    bool streaming;    /* Bytes are dropped once they were sent: no second sending. */
    bool started;      /* Streaming, and some bytes are gone. */
    bool lost;         /* Some bytes were dropped unsent: it must not look complete. */
};

/* All of it is here and can be sent any number of times. */
static inline bool
body_is_whole(const struct body *body)
{
    return body->complete && !body->streaming;
}

#endif
