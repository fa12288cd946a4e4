/* SPDX-License-Identifier: MIT */
/* One request to AWS on the wire: Version 4 is signed by libcurl, Version 4A here. */
#include "net/aws/signed.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/aws/v4a/canonical.h"
#include "net/aws/v4a/key.h"
#include "net/aws/v4a/v4a.h"
#include "net/base/fault.h"

#define URL_BYTES 2048
#define LINES_MAX (AWS_HEADERS_MAX + 4)
#define TOKEN_NAME "X-Amz-Security-Token"

/* An empty variable counts as absent, as in the SDKs. */
static const char *
endpoint_of(const aws_call *call)
{
    const char *const names[] = {call->endpoint_env, "AWS_ENDPOINT_URL"};
    if (call->endpoint != NULL)
        return call->endpoint;
    for (size_t i = 0; i < 2; i++) {
        const char *value = names[i] != NULL ? getenv(names[i]) : NULL;
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return call->public_url;
}

static void
put_url(const aws_call *call, char *url, size_t url_size)
{
    const char *endpoint = endpoint_of(call);
    const char *path = call->path != NULL ? call->path : "/";
    size_t n = endpoint != NULL ? strlen(endpoint) : 0;
    if (endpoint != NULL)
        snprintf(url, url_size, "%.*s%s", (int)(endpoint[n - 1] == '/' ? n - 1 : n), endpoint,
                 path);
    else
        snprintf(url, url_size, "https://%s.%s.amazonaws.com%s%s", call->name, call->region,
                 strncmp(call->region, "cn-", 3) == 0 ? ".cn" : "", path);
}

static int
send_v4(split_http *http, const aws_call *call, const aws_identity *who,
        split_http_request *request, const char **lines, split_http_answer *out, split_error *why)
{
    char scope[AWS_REGION_BYTES + 32];
    char token[SPLIT_SECRET_BYTES + 32];
    snprintf(scope, sizeof scope, "%s:%s", call->region, call->name);
    snprintf(token, sizeof token, TOKEN_NAME ": %s", who->token);
    if (who->token[0] != '\0')
        lines[request->n_headers++] = token;
    request->user = who->id;
    request->password = who->secret;
    request->aws = scope;
    int rc = split_http_send(http, request, out, why);
    OPENSSL_cleanse(token, sizeof token);
    return rc;
}

/* "Name: value" lines of the call as names and values; `copies` holds the names' text. */
static size_t
part_headers(const aws_call *call, char *copies[AWS_HEADERS_MAX], v4a_header *out)
{
    size_t n = 0;
    for (size_t i = 0; i < call->n_headers; i++) {
        char *copy = strdup(call->headers[i]);
        char *colon = copy != NULL ? strchr(copy, ':') : NULL;
        copies[i] = copy;
        if (colon == NULL)
            continue;
        *colon = '\0';
        out[n++] = (v4a_header){copy, colon + 1};
    }
    return n;
}

/* "https://host:port/path": the host with its port, and the path. */
static const char *
part_url(const char *url, char *host, size_t host_size)
{
    const char *from = strstr(url, "://");
    from = from != NULL ? from + 3 : url;
    size_t n = strcspn(from, "/");
    snprintf(host, host_size, "%.*s", (int)n, from);
    return from[n] != '\0' ? from + n : "/";
}

/* The value of Authorization; NULL without memory. */
static char *
authorize(const aws_call *call, const aws_identity *who, const split_http_request *request,
          const char *date)
{
    char host[256];
    char *copies[AWS_HEADERS_MAX] = {NULL};
    v4a_header headers[LINES_MAX];
    size_t n = part_headers(call, copies, headers);
    const char *path = part_url(request->url, host, sizeof host);
    headers[n++] = (v4a_header){"host", host};
    headers[n++] = (v4a_header){"x-amz-date", date};
    headers[n++] = (v4a_header){"x-amz-region-set", "*"};
    if (who->token[0] != '\0')
        headers[n++] = (v4a_header){TOKEN_NAME, who->token};
    const v4a_request what = {.method = request->method,
                              .path = path,
                              .query = "",
                              .headers = headers,
                              .n_headers = n,
                              .body = request->body != NULL ? request->body : "",
                              .body_len = request->body_len,
                              .service = call->name,
                              .date = date};
    v4a_key *key = split__v4a_key(who->id, who->secret);
    char *value = key != NULL ? split__v4a_authorization(&what, who->id, key) : NULL;
    split__v4a_key_free(key);
    for (size_t i = 0; i < AWS_HEADERS_MAX; i++)
        free(copies[i]);
    return value;
}

static int
send_v4a(split_http *http, const aws_call *call, const aws_identity *who,
         split_http_request *request, const char **lines, split_http_answer *out, split_error *why)
{
    char date[V4A_DATE_BYTES];
    char date_line[64];
    char token[SPLIT_SECRET_BYTES + 32];
    char authorization[2048];
    time_t now = (time_t)(split_clock_wall() / 1000000);
    struct tm parts;
    (void)strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &parts));
    char *value = authorize(call, who, request, date);
    if (value == NULL)
        return split__net_fault(why, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    snprintf(date_line, sizeof date_line, "X-Amz-Date: %s", date);
    snprintf(authorization, sizeof authorization, "Authorization: %s", value);
    snprintf(token, sizeof token, TOKEN_NAME ": %s", who->token);
    free(value);
    lines[request->n_headers++] = "X-Amz-Region-Set: *";
    lines[request->n_headers++] = date_line;
    lines[request->n_headers++] = authorization;
    if (who->token[0] != '\0')
        lines[request->n_headers++] = token;
    int rc = split_http_send(http, request, out, why);
    OPENSSL_cleanse(token, sizeof token);
    return rc;
}

int
split__aws_send_signed(split_http *http, const aws_call *call, const aws_identity *who,
                       split_http_answer *out, split_error *why)
{
    char url[URL_BYTES];
    const char *lines[LINES_MAX];
    put_url(call, url, sizeof url);
    for (size_t i = 0; i < call->n_headers; i++)
        lines[i] = call->headers[i];
    split_http_request request = {.size = sizeof request,
                                  .method = call->method != NULL ? call->method : "POST",
                                  .url = url,
                                  .headers = lines,
                                  .n_headers = call->n_headers,
                                  .body = call->body,
                                  .body_len = call->body != NULL ? strlen(call->body) : 0,
                                  .want_header = call->want_header != NULL ? call->want_header
                                                                           : "x-amzn-RequestId"};
    return call->v4a ? send_v4a(http, call, who, &request, lines, out, why)
                     : send_v4(http, call, who, &request, lines, out, why);
}
