/* SPDX-License-Identifier: MIT */
/* Stored decisions (libsplit/design/stored.md): a signed cookie that keeps a visitor's variant
 * while weights change. */
#ifndef PROXY_STORED_H
#define PROXY_STORED_H

#include <split/policy.h>
#include <split/token.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "keys.h"

#define STORED_SUFFIX "_v" /* The cookie is called as the one of the id, with this behind. */
#define STORED_NAME_BYTES 80
#define STORED_NONE (-1)

struct choice;
struct counters;
struct routing;

struct stored {
    split_token *token; /* NULL: nothing is stored, the plan alone decides. */
    struct keys *keys;
    split_cookie_info cookie; /* Name and life of the cookie that keeps the decision. */
    char name[STORED_NAME_BYTES];
};

/*
 * Read the keys that a route asks for. On a fault the keys in use go on, with the route's own
 * lifetimes; without any, nothing is stored. 0, also for a route that stores nothing; -1 with a
 * sentence in `why`. A reading is counted.
 */
int stored_load(struct stored *stored, const struct routing *routing, struct counters *counters,
                char *why, size_t why_size);
void stored_close(struct stored *stored);

/* The same while the proxy runs: a fault is logged. */
void stored_reload(struct stored *stored, const struct routing *routing, struct counters *counters);

/* Decide by the value of the cookie, which may be NULL. False: nothing is stored under this route.
 */
bool stored_decide(const struct stored *stored, const struct routing *routing, const char *text,
                   const char *id, struct choice *out);

/* The value of Set-Cookie for a decision that is to be stored; false when there is none. */
bool stored_format(const struct stored *stored, const struct choice *choice, const char *id,
                   bool secure, char *out, size_t out_size);

/* For /metrics and /status. */
void stored_metrics(const struct stored *stored, const struct counters *counters, FILE *out);
void stored_status(const struct stored *stored, const struct counters *counters, FILE *out);

#endif
