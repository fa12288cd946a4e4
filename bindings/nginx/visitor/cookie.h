/* SPDX-License-Identifier: MIT */
/* The id cookie: reading it from the Cookie headers (design: P1), and writing Set-Cookie (P2). */
#ifndef COOKIE_H
#define COOKIE_H

#include <stdbool.h>
#include <stddef.h>

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <split/policy.h>

#define COOKIE_ID_MAX 64
#define COOKIE_ID_DRAWN 32 /* Bytes of a fresh id: 128 random bits in hexadecimal. */

enum cookie_secure { COOKIE_SECURE_AUTO, COOKIE_SECURE_ON, COOKIE_SECURE_OFF };

/* Attributes that the configuration adds to those of the policy. Texts are terminated. */
struct cookie_rules {
    ngx_str_t domain;   /* Empty: the host alone. */
    ngx_str_t path;     /* Empty: "/". */
    ngx_str_t samesite; /* Empty: Lax. */
    enum cookie_secure secure;
    bool partitioned;
    bool with_public; /* Set the cookie in answers that shared caches may keep, made private. */
};

/* Is this an id: 1 to 64 bytes of [A-Za-z0-9_-]? */
bool cookie_is_id(const char *text, size_t n);

/*
 * The first value of the cookie `name` in the Cookie headers that `fits` accepts; false when there
 * is none. With `fits` NULL the first value counts, whatever it is.
 */
bool cookie_find(const ngx_http_request_t *r, const char *name,
                 bool (*fits)(const char *text, size_t n), const char **out, size_t *out_n);

/* A fresh id; false when the system has no random bytes. */
bool cookie_draw(char out[COOKIE_ID_MAX + 1]);

/* "NAME=VALUE; Path=/; ..." in the request's pool. */
ngx_int_t cookie_format(ngx_http_request_t *r, const struct cookie_rules *rules, const char *name,
                        const char *value, split_us max_age_us, ngx_str_t *out);

#endif
