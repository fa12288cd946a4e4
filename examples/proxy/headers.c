/* SPDX-License-Identifier: MIT */
/* Header rules of a proxy (RFC 9110 7.6): hop-by-hop ones stop here, X-Forwarded-* and
 * x-split-variant are added. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "headers.h"
#include "wellformed.h"

/* Of one connection only, or written anew by the library that sends the message. */
static const char *const hop_by_hop[] = {
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Content-Length",
    "Expect",
    "HTTP2-Settings",
    NULL,
};
/* Ours to say: a visitor who sends them is not believed. */
static const char *const ours[] = {
    "Host", HEADER_VARIANT, "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", NULL};
/* libcurl would add these by itself; an empty value tells it not to. */
static const char *const uninvited[] = {"Accept", "Content-Type", "Expect", NULL};

static bool
is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (!strcasecmp(name, *list))
            return true;
    return false;
}

bool
headers_has_token(const char *list, const char *token, size_t token_len)
{
    while (list && *list) {
        size_t n;

        list += strspn(list, " \t,");
        n = strcspn(list, " \t,");
        if (n == token_len && !strncasecmp(list, token, n))
            return true;
        list += n;
    }
    return false;
}

struct scan {
    struct MHD_Connection *conn;
    struct curl_slist *list;
    bool failed;
    const char *wanted; /* For named_by_connection(): the header looked for. */
    bool found;
};

static enum MHD_Result
look_in_connection(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct scan *scan = ctx;

    (void)kind;
    if (!strcasecmp(name, "Connection") &&
        headers_has_token(value, scan->wanted, strlen(scan->wanted)))
        scan->found = true;
    return scan->found ? MHD_NO : MHD_YES;
}

/* A Connection header may come several times and names further hop-by-hop headers. */
static bool
named_by_connection(struct MHD_Connection *conn, const char *name)
{
    struct scan scan = {.conn = conn, .wanted = name};

    if (!MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Connection"))
        return false;
    MHD_get_connection_values(conn, MHD_HEADER_KIND, look_in_connection, &scan);
    return scan.found;
}

static void
append(struct scan *scan, const char *name, const char *value)
{
    struct curl_slist *grown;
    char *line;

    /* "Name;" is libcurl's way to send a header without a value. */
    if (asprintf(&line, *value ? "%s: %s" : "%s;", name, value) < 0) {
        scan->failed = true;
        return;
    }
    grown = curl_slist_append(scan->list, line);
    free(line);
    if (grown)
        scan->list = grown;
    else
        scan->failed = true;
}

static enum MHD_Result
pass_to_origin(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct scan *scan = ctx;

    (void)kind;
    if (is_one_of(name, hop_by_hop) || is_one_of(name, ours) ||
        named_by_connection(scan->conn, name))
        return MHD_YES;
    append(scan, name, value ? value : "");
    return scan->failed ? MHD_NO : MHD_YES;
}

static enum MHD_Result
join_forwarded(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    char **chain = ctx;
    char *longer;

    (void)kind;
    if (strcasecmp(name, "X-Forwarded-For") || !value || !*value)
        return MHD_YES;
    if (asprintf(&longer, "%s%s, ", *chain ? *chain : "", value) < 0)
        return MHD_NO;
    free(*chain);
    *chain = longer;
    return MHD_YES;
}

static void
append_forwarded(struct scan *scan, const struct header_facts *facts)
{
    const char *proto =
        MHD_lookup_connection_value(scan->conn, MHD_HEADER_KIND, "X-Forwarded-Proto");
    const char *host = MHD_lookup_connection_value(scan->conn, MHD_HEADER_KIND, "X-Forwarded-Host");
    char *before = NULL, *chain;

    if (facts->trust_forwarded)
        MHD_get_connection_values(scan->conn, MHD_HEADER_KIND, join_forwarded, &before);
    else
        proto = host = NULL;
    if (asprintf(&chain, "%s%s", before ? before : "", facts->client) >= 0) {
        append(scan, "X-Forwarded-For", chain);
        free(chain);
    } else
        scan->failed = true;
    free(before);
    append(scan, "X-Forwarded-Proto", proto ? proto : "http");
    if (!host)
        host = MHD_lookup_connection_value(scan->conn, MHD_HEADER_KIND, "Host");
    if (host)
        append(scan, "X-Forwarded-Host", host);
}

static void
silence_libcurl(struct scan *scan)
{
    const char *const *name;
    char line[32];

    for (name = uninvited; *name; name++) {
        struct curl_slist *grown;

        if (strcmp(*name, "Expect") != 0 &&
            MHD_lookup_connection_value(scan->conn, MHD_HEADER_KIND, *name))
            continue;
        snprintf(line, sizeof(line), "%s:", *name);
        grown = curl_slist_append(scan->list, line);
        if (!grown) {
            scan->failed = true;
            return;
        }
        scan->list = grown;
    }
}

struct curl_slist *
headers_to_origin(struct MHD_Connection *conn, const struct header_facts *facts)
{
    struct scan scan = {.conn = conn};

    MHD_get_connection_values(conn, MHD_HEADER_KIND, pass_to_origin, &scan);
    append_forwarded(&scan, facts);
    append(&scan, HEADER_VARIANT, facts->variant);
    if (facts->host)
        append(&scan, "Host", facts->host);
    silence_libcurl(&scan);
    if (scan.failed) {
        curl_slist_free_all(scan.list);
        return NULL;
    }
    return scan.list;
}

/* All values of the answer's Connection headers, which name further hop-by-hop headers; to be
 * freed. Collected before the walk over the headers: a look-up in between would move libcurl's
 * place in the list. */
static int
connection_names(CURL *easy, char **out)
{
    struct curl_header *h;
    size_t i = 0;
    char *longer;

    *out = NULL;
    while (curl_easy_header(easy, "Connection", i++, CURLH_HEADER, -1, &h) == CURLHE_OK) {
        if (asprintf(&longer, "%s%s,", *out ? *out : "", h->value) < 0) {
            free(*out);
            *out = NULL;
            return -1;
        }
        free(*out);
        *out = longer;
    }
    return 0;
}

int
headers_to_visitor(CURL *easy, struct MHD_Response *response, size_t room)
{
    struct curl_header *h = NULL;
    size_t bytes = 0;
    char *names;
    int rc = connection_names(easy, &names);

    while (rc == 0 && (h = curl_easy_nextheader(easy, CURLH_HEADER, -1, h))) {
        if (is_one_of(h->name, hop_by_hop) || !strcasecmp(h->name, HEADER_VARIANT) ||
            headers_has_token(names, h->name, strlen(h->name)))
            continue;
        /* A header without a value says nothing, a name that is none is nobody's to pass on;
         * libmicrohttpd can send neither. */
        if (!*h->value || !wellformed_token(h->name))
            continue;
        bytes += strlen(h->name) + strlen(h->value) + strlen(": \r\n");
        if (bytes > room || MHD_add_response_header(response, h->name, h->value) != MHD_YES)
            rc = -1;
    }
    free(names);
    return rc;
}

bool
headers_say_https(struct MHD_Connection *conn)
{
    const char *proto = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "X-Forwarded-Proto");
    size_t n = proto ? strcspn(proto, " \t,") : 0;

    return n == 5 && !strncasecmp(proto, "https", 5);
}
