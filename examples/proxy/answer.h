/* SPDX-License-Identifier: MIT */
/* An answer on its way to the visitor: held back while another origin could still do better, then
 * streamed. */
#ifndef PROXY_ANSWER_H
#define PROXY_ANSWER_H

#include <curl/curl.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

#define ANSWER_HIGH_BYTES 65536 /* Above this an origin is paused until the visitor has read. */
#define ANSWER_LOW_BYTES 16384

struct answer {
    struct MHD_Response *response; /* NULL: no answer yet. */
    struct MHD_Connection *conn;
    struct bytes bytes; /* Received and not yet given to the visitor. */
    uint64_t declared;  /* Length, or MHD_SIZE_UNKNOWN. */
    uint64_t given;     /* Bytes given to the visitor. */
    unsigned status;
    bool prompt;                /* An event stream: never held back. */
    bool committed;             /* It is this answer or none: a byte may be on its way. */
    bool ended;                 /* All of it was received. */
    bool cut;                   /* It broke off: the visitor's connection must break too. */
    bool waiting;               /* The visitor's connection is suspended until more arrives. */
    void (*drained)(void *ctx); /* Fewer than ANSWER_LOW_BYTES are left. */
    void *ctx;
};

/* Begin an answer from an origin's status and headers. 0, or -1 when the headers need more than
 * `room` bytes or there is no memory. */
int answer_begin(struct answer *answer, CURL *easy, unsigned status, bool bodyless, size_t room);

/* Begin an answer of the proxy itself. 0, or -1. */
int answer_local(struct answer *answer, unsigned status, const char *text);

/* Forget an answer that was not committed. */
void answer_discard(struct answer *answer);

int answer_header(struct answer *answer, const char *name, const char *value);

/* Whether it may be held until it is complete (`limit` bytes at most). */
bool answer_fits(const struct answer *answer, size_t limit);

void answer_free(struct answer *answer);

#endif
