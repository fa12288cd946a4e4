/* SPDX-License-Identifier: MIT */
/* The strictness of a proxy (RFC 9112 3, 5 and 6): a message that the next program might frame or
 * read in another way is the raw material of request smuggling. libmicrohttpd is more patient. */
#include <string.h>
#include <strings.h>

#include "wellformed.h"

struct sight {
    unsigned n_hosts;
    unsigned n_lengths;
    unsigned n_codings;
    bool odd; /* A name that is no token, a value with control characters, an unknown coding. */
};

bool
wellformed_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    return *text && !text[strspn(text, allowed)];
}

/* Bytes from `least` up, without DEL; a TAB passes where a space does. */
static bool
is_text(const char *text, unsigned char least)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c < least || c == 127) && (c != '\t' || least > ' '))
            return false;
    }
    return true;
}

static enum MHD_Result
look(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct sight *sight = ctx;

    (void)kind;
    if (!value)
        value = "";
    sight->n_hosts += !strcasecmp(name, "Host");
    sight->n_lengths += !strcasecmp(name, "Content-Length");
    if (!strcasecmp(name, "Transfer-Encoding")) {
        sight->n_codings++;
        sight->odd |= strcasecmp(value, "chunked") != 0;
    }
    sight->odd |= !wellformed_token(name) || !is_text(value, ' ');
    return sight->odd ? MHD_NO : MHD_YES;
}

/* A path; "OPTIONS *" asks the server itself. */
static bool
is_target(const char *method, const char *target)
{
    if (!strcmp(target, "*"))
        return !strcmp(method, "OPTIONS");
    return target[0] == '/' && is_text(target, ' ' + 1);
}

bool
wellformed_request(struct MHD_Connection *conn, const char *method, const char *target,
                   const char *version)
{
    struct sight sight = {0};

    MHD_get_connection_values(conn, MHD_HEADER_KIND, look, &sight);
    if (sight.odd || sight.n_hosts > 1 || sight.n_lengths + sight.n_codings > 1)
        return false;
    if (sight.n_codings && strcasecmp(version, "HTTP/1.1") != 0)
        return false;
    return wellformed_token(method) && is_target(method, target);
}
