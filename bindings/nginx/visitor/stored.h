/* SPDX-License-Identifier: MIT */
/* Stored decisions (design: P27 to P29): a signed cookie that keeps a visitor's variant while
 * weights change. */
#ifndef STORED_H
#define STORED_H

#include <stdbool.h>
#include <stddef.h>

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <split/policy.h>
#include <split/token.h>

#define STORED_SUFFIX "_v" /* The cookie is called as the one of the id, with this appended. */
#define STORED_NONE (-1)
#define STORED_NAME_BYTES 80
#define STORED_WHY_BYTES 400

struct decision;
struct keys;
struct routing;
struct split_site;

struct stored {
    split_token *token; /* NULL: nothing is stored, the plan alone decides. */
    struct keys *keys;
    split_us max_age_us, idle_us;
    char name[STORED_NAME_BYTES];
};

/*
 * Read the keys that a route asks for. On a fault the keys in use go on with the route's lifetimes;
 * without any, nothing is stored. False with a sentence.
 */
bool stored_load(struct split_site *site, const struct routing *g, char why[STORED_WHY_BYTES]);
void stored_close(struct stored *stored);

/* Decide by the visitor's cookie. False: nothing is stored under this route. */
bool stored_decide(struct split_site *site, ngx_http_request_t *r, struct decision *d);

/* The value to set; false when there is none. */
bool stored_value(const struct split_site *site, const struct decision *d,
                  char out[SPLIT_TOKEN_TEXT_MAX + 1]);

#endif
