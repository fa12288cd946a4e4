/* SPDX-License-Identifier: MIT */
/* The decision for a visitor's request: made once, when a variable or the balancer first asks, and
 * the same for its subrequests, error pages and redirects. */
#ifndef DECIDE_H
#define DECIDE_H

#include "module.h"
#include "route/routing.h"

#define DECIDE_ATTEMPTS_MAX 12

/* One attempt of the request, for $split_outcomes. */
struct outcome_note {
    uint8_t origin;
    uint8_t klass;
};

struct decision {
    struct decision *next; /* Of another split in the same request. */
    struct split_site *site;
    struct routing *routing;
    ngx_http_request_t *main;
    const char *key; /* "" without a usable one. */
    size_t key_len;
    uint64_t key_hash;
    split_assignment who;
    int32_t stored;                   /* A split_token_status, or STORED_NONE. */
    split_stored to_store;            /* Its variant is "" when nothing is to be stored. */
    char fresh_id[COOKIE_ID_MAX + 1]; /* "" unless the id is new. */
    int32_t pinned;                   /* Origin of the session, or -1. */
    int32_t origin;                   /* Whose answer the visitor gets; -1: none's. */
    bool repin;
    bool counted;     /* The request counts for its arm already, or is left out. */
    bool cookies_set; /* The answer has its Set-Cookie. */
    bool user_error;  /* The answer broke off. */
    bool replayable;
    uint32_t n_outcomes;
    struct outcome_note outcomes[DECIDE_ATTEMPTS_MAX];
};

/* The decision of this request for a site; made when there is none. NULL: out of memory. */
struct decision *decide(ngx_http_request_t *r, struct split_site *site);

/* The decisions of this request that were made so far. */
struct decision *decide_made(ngx_http_request_t *r);

/* The site that unnamed variables of this request mean; NULL: none. */
struct split_site *decide_site(ngx_http_request_t *r);

#endif
