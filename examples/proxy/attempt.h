/* SPDX-License-Identifier: MIT */
/* One attempt at one origin: a libcurl transfer with connect, first-byte and total time-outs. */
#ifndef PROXY_ATTEMPT_H
#define PROXY_ATTEMPT_H

#include <curl/curl.h>
#include <split/policy.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "body.h"
#include "upstream.h"

struct attempt;

/* What an attempt tells its owner. */
struct attempt_calls {
    /* Status and headers are complete. False: drop the answer; `end` follows. */
    bool (*head)(void *ctx, struct attempt *attempt);
    /* Part of the answer's body: n, or CURL_WRITEFUNC_PAUSE to get it again after attempt_go_on().
     */
    size_t (*data)(void *ctx, const char *data, size_t n);
    /* A streamed request body has room for more. */
    void (*drained)(void *ctx);
    /* The transfer is over; the owner frees the attempt now or later. */
    void (*end)(void *ctx, struct attempt *attempt);
};

/* What to send. */
struct attempt_spec {
    const split_origin_info *origin;
    const char *method;
    const char *target;         /* Path and query as the visitor sent them. */
    struct curl_slist *headers; /* Taken over. */
    struct body *body;
    bool may_resend; /* libcurl may send it again when a kept connection turns out to be dead. */
};

struct attempt {
    struct upstream *up;
    CURL *easy;
    const struct attempt_calls *calls;
    void *ctx;
    struct attempt_spec spec;
    char *url;
    struct timer deadline;
    int64_t started_us;
    int64_t ended_us;
    int64_t first_byte_at_us; /* Time-out for the head; TIMER_NEVER until the request was sent. */
    int64_t waiting_since_us; /* For the visitor, in either direction; 0 when not. */
    int64_t waited_us;        /* Sum of such pauses: not the origin's time. */
    long status;
    unsigned sends; /* How often the request went out: 0 = certainly never. */
    CURLcode result;
    bool reused; /* The last sending used a kept connection. */
    bool resend_refused;
    bool headed;  /* The head has arrived. */
    bool dropped; /* The owner did not want the answer. */
    bool timed_out;
    bool running;
    bool paused;  /* The visitor reads slowly. */
    bool starved; /* The visitor sends slowly. */
};

/* Start a transfer; NULL when there is no memory (the headers are freed all the same). */
struct attempt *attempt_start(struct upstream *up, const struct attempt_spec *spec,
                              const struct attempt_calls *calls, void *ctx);

/* The owner can take data again. */
void attempt_go_on(struct attempt *attempt);

/* There is more of a streamed request body, or its end. */
void attempt_feed(struct attempt *attempt);

/* Time that the origin took, up to its end or now. */
int64_t attempt_latency_us(const struct attempt *attempt);

/* The transfer is over: upstream.c says so. */
void attempt_end(struct attempt *attempt, CURLcode result);

/* Stop it if it runs, without a call, and free it. Sets the pointer to NULL; never from `head` or
 * `data`. */
void attempt_free(struct attempt **attempt);

#endif
