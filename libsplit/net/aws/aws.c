/* SPDX-License-Identifier: MIT */
/* W8. A signed request to AWS: credentials, address, and attempts. */
#include "net/aws/aws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/http.h"
#include "net/source/source.h"

/* Credentials of one call; they live on the stack of the call only. */
typedef struct identity {
    char id[SPLIT_SECRET_BYTES];
    char secret[SPLIT_SECRET_BYTES];
    char token[SPLIT_SECRET_BYTES + 32]; /* as a header; "" for none */
} identity;

bool
split__aws_region(const char *text, char region[AWS_REGION_BYTES])
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (n == 0 || n >= AWS_REGION_BYTES || (text[n] != '\0' && text[n] != ':'))
        return false;
    memcpy(region, text, n);
    region[n] = '\0';
    return true;
}

static int
read_identity(const aws_call *call, identity *who, split_error *error)
{
    char session[SPLIT_SECRET_BYTES];
    int rc = split_secret_read(call->key_id, who->id, error);
    if (rc == SPLIT_OK)
        rc = split_secret_read(call->secret, who->secret, error);
    if (rc != SPLIT_OK)
        return rc;
    bool temporary = split_secret_read(call->session, session, NULL) == SPLIT_OK;
    who->token[0] = '\0';
    if (temporary)
        snprintf(who->token, sizeof who->token, "X-Amz-Security-Token: %s", session);
    return SPLIT_OK;
}

/* An empty variable is none, as the SDKs have it. */
static const char *
endpoint_of(const aws_call *call)
{
    const char *const names[] = {call->endpoint_env, "AWS_ENDPOINT_URL"};
    if (call->endpoint != NULL)
        return call->endpoint;
    for (size_t i = 0; i < 2; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return NULL;
}

static void
put_url(const aws_call *call, char *url, size_t url_size)
{
    const char *endpoint = endpoint_of(call);
    size_t n = endpoint != NULL ? strlen(endpoint) : 0;
    if (endpoint != NULL)
        snprintf(url, url_size, "%s%s", endpoint, n > 0 && endpoint[n - 1] == '/' ? "" : "/");
    else
        snprintf(url, url_size, "https://%s.%s.amazonaws.com%s/", call->name, call->region,
                 strncmp(call->region, "cn-", 3) == 0 ? ".cn" : "");
}

static bool
may_ask_again(const aws_call *call, int rc, const split_http_answer *answer)
{
    aws_error e;
    if (rc != SPLIT_OK)
        return rc == SPLIT_ERR_NET && call->repeatable;
    if (answer->status >= 500)
        return call->repeatable;
    split__aws_error_read(answer, &e);
    return e.fault == AWS_FAULT_THROTTLED;
}

static int
send_until_done(split_http *http, const aws_call *call, const split_http_request *request,
                split_http_answer *out, split_error *error)
{
    split_error own = {.size = sizeof own};
    for (uint32_t tries = 1;; tries++) {
        int rc = split_http_send(http, request, out, &own);
        if (rc == SPLIT_OK && out->status / 100 == 2)
            return SPLIT_OK;
        if (tries < call->tries && may_ask_again(call, rc, out)) {
            split__http_wait(http, tries);
            continue;
        }
        if (rc == SPLIT_OK)
            return split__aws_refused(call, out, error);
        return split__net_fault(error, rc, "%s cannot be reached: %s", call->service, own.text);
    }
}

int
split__aws_send(split_http *http, const aws_call *call, split_http_answer *out, split_error *error)
{
    identity who;
    char url[512];
    char scope[AWS_REGION_BYTES + 32];
    const char *headers[AWS_HEADERS_MAX + 1];
    size_t n = 0;
    int rc = read_identity(call, &who, error);
    if (rc != SPLIT_OK)
        return rc;
    put_url(call, url, sizeof url);
    snprintf(scope, sizeof scope, "%s:%s", call->region, call->name);
    for (; n < call->n_headers; n++)
        headers[n] = call->headers[n];
    if (who.token[0] != '\0')
        headers[n++] = who.token;
    const split_http_request request = {.size = sizeof request,
                                        .url = url,
                                        .headers = headers,
                                        .n_headers = n,
                                        .body = call->body,
                                        .body_len = strlen(call->body),
                                        .user = who.id,
                                        .password = who.secret,
                                        .want_header = "x-amzn-RequestId",
                                        .aws = scope};
    return send_until_done(http, call, &request, out, error);
}
