/* SPDX-License-Identifier: MIT */
/* Who asks: the visitor's address, id and cookie. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"
#include "proxy.h"
#include "request.h"

static bool
is_safe(const char *method)
{
    return !strcmp(method, "GET") || !strcmp(method, "HEAD") || !strcmp(method, "OPTIONS") ||
           !strcmp(method, "TRACE");
}

static void
note_address(struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *sa = info ? info->client_addr : NULL;

    if (sa && sa->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, r->address,
                  sizeof(r->address));
    else if (sa && sa->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, r->address,
                  sizeof(r->address));
}

static void
note_body(struct request *r)
{
    const char *length = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Content-Length");
    const char *coding = MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, "Transfer-Encoding");

    r->body.present = length || coding;
    r->body.declared = length && !coding ? strtoll(length, NULL, 10) : -1;
}

static void
note_id(struct request *r)
{
    if (cookie_read(r->conn, r->routing->cookie.name, r->id))
        return;
    r->fresh_id = cookie_draw(r->id) == 0;
    if (!r->fresh_id)
        r->id[0] = '\0'; /* No random bytes: the plan's default variant serves. */
}

void
visitor_note(struct request *r, const char *method)
{
    strncpy(r->method, method, sizeof(r->method) - 1);
    r->safe = is_safe(method);
    note_address(r);
    note_body(r);
    note_id(r);
}

void
visitor_decide(struct request *r)
{
    struct router *router = &r->proxy->router;
    char
        text[SPLIT_TOKEN_TEXT_MAX + 2]; /* One more than a value may have: longer stays too long. */
    bool stored =
        router->stored.token && cookie_find(r->conn, router->stored.name, text, sizeof(text));

    router_assign(router, r->routing, r->id, stored ? text : NULL, &r->choice);
}

void
visitor_set_cookies(struct request *r)
{
    const struct options *o = &r->proxy->options;
    bool secure = o->secure == SECURE_ALWAYS ||
                  (o->secure == SECURE_AUTO && o->trust_forwarded && headers_say_https(r->conn));
    char text[512];
    int n;

    if (r->fresh_id) {
        n = cookie_format(text, sizeof(text), &r->routing->cookie, r->id, secure);
        if (n > 0 && (size_t)n < sizeof(text))
            answer_header(&r->answer, "Set-Cookie", text);
    }
    if (stored_format(&r->proxy->router.stored, &r->choice, r->id, secure, text, sizeof(text)))
        answer_header(&r->answer, "Set-Cookie", text);
}
