/* SPDX-License-Identifier: MIT */
/* Origins as peers: the url's parts and the addresses of its host. */
#ifndef ORIGIN_H
#define ORIGIN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <split/policy.h>

#define ORIGIN_ADDRESSES 8

struct routing;
struct split_site;

struct origin_address {
    struct sockaddr_storage sockaddr;
    socklen_t socklen;
    ngx_str_t text;
    u_char text_bytes[NGX_SOCKADDR_STRLEN];
};

struct origin {
    split_origin_info info;
    ngx_str_t host;     /* Without a terminator; points into the url. */
    ngx_str_t ssl_name; /* The same, for SNI and verification. */
    in_port_t port;
    bool https;
    bool is_literal; /* An address: nothing to resolve. */
    bool resolving;
    uint32_t n_addresses;
    uint32_t turn;
    struct origin_address addresses[ORIGIN_ADDRESSES];
#if (NGX_HTTP_SSL)
    ngx_ssl_session_t *session; /* One, for the next TLS connection. */
#endif
};

/*
 * Take an origin's url apart. NULL, or what is wrong with it: a path, a query, or a host that is
 * not valid.
 */
const char *origin_parse(struct origin *origin);

/* Mark of what an origin is, so that a change of its url is seen. */
uint64_t origin_mark(const struct origin *origin);

/* Ask the system's resolver, which blocks: only while nginx starts. False with a text. */
bool origin_lookup(struct origin *origin, const char **why);

/* The addresses of an older route's origin of the same host and port. */
void origin_inherit(struct origin *origin, const struct origin *before);

/* Ask nginx's resolver for every name of the route in force. */
void origin_resolve_all(struct split_site *site, ngx_log_t *log);

/* The next address; NULL when none is known. */
const struct origin_address *origin_next(struct origin *origin);

void origin_close(struct origin *origin);

#endif
