/* SPDX-License-Identifier: MIT */
/* The attempts of one request of nginx (or subrequest) at the origins. */
#ifndef ATTEMPT_H
#define ATTEMPT_H

#include "visitor/decide.h"

/* What failover decided for an attempt. */
struct hop {
    split_failover_token token;
    uint32_t origin; /* In the request's routing. */
    split_failover_kind kind;
    split_failover_reason reason;
    bool live; /* The token waits for its report. */
};

struct attempt {
    ngx_http_request_t *r;
    ngx_http_upstream_t *u;
    struct decision *d;
    struct split_site *site;
    struct hop hop;  /* The attempt under way, or the last one. */
    struct hop next; /* Decided when the one before was reported. */
    split_us began_us;
    split_us took_us;
    split_failover_state home_state; /* When the request was first routed. */
    split_failover_class head_class;
    uint32_t flags; /* split_failover_flag bits of the first answer. */
    bool home_down; /* An operator holds the home origin down. */
    bool first_is_home;
    bool fail_fast;
    bool counts;  /* For its arm: the visitor's own request, the first time. */
    bool pending; /* The arm waits for the outcome. */
    bool started; /* nginx works on the attempt. */
    bool headed;  /* The head of the answer is complete. */
    bool stream;  /* The outcome was reported at the head. */
    bool again;   /* The same origin on a fresh connection: a kept one was dead. */
    bool again_used;
    bool ended;     /* rc says how the request ended. */
    bool looked_up; /* The answer named a cache result. */
    bool missed;
    bool was_http; /* http_version before an answer that is no HTTP may have changed it. */
    bool safe, replayable;
    ngx_uint_t http_version;
    ngx_int_t rc;
    ngx_int_t (*process_header)(ngx_http_request_t *r);
    ngx_int_t (*reinit_request)(ngx_http_request_t *r);
    void (*finalize_request)(ngx_http_request_t *r, ngx_int_t rc);
    ngx_http_upstream_conf_t conf; /* A copy: time-outs of the origin, retries by the machine. */
};

/* Choose the first origin. */
void attempt_first(struct attempt *a);

/* Report the attempt under way once; whether another one follows stands in a->next.live. */
void attempt_report(struct attempt *a, split_failover_class klass, bool committed,
                    split_us push_back_us);

/* The next attempt never began: give its token back. */
void attempt_drop_next(struct attempt *a);

#endif
