/* SPDX-License-Identifier: MIT */
/* Requests to a sink's own peer: credentials of the settings, certificates, JSON bodies. */
#include "net/sink/peer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/http.h"
#include "net/sink/setting.h"
#include "split/notify.h"

#define LINE_BYTES (SPLIT_SECRET_BYTES + 32)

/* "Authorization: ..." of the token setting; "" without one. */
static int
read_token(sink_call *call, const peer_request *request, char line[LINE_BYTES])
{
    char secret[SPLIT_SECRET_BYTES];
    const char *reference = split__sink_setting(call->options, "token");
    line[0] = '\0';
    if (request->token != NULL) {
        if (request->token[0] != '\0')
            snprintf(line, LINE_BYTES, "Authorization: %s", request->token);
        return SPLIT_OK;
    }
    if (reference == NULL)
        return SPLIT_OK;
    int rc = split_secret_read(reference, secret, call->error);
    if (rc == SPLIT_OK)
        snprintf(line, LINE_BYTES, "Authorization: Bearer %s", secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return rc;
}

int
split__peer_send(sink_call *call, const char *name, const peer_request *request,
                 split_http_answer *out)
{
    char line[LINE_BYTES];
    char password[SPLIT_SECRET_BYTES] = "";
    const char *headers[PEER_HEADERS_MAX + 1];
    split_error why = {.size = sizeof why};
    size_t n = request->n_headers;
    const char *user = request->token == NULL ? split__sink_setting(call->options, "user") : NULL;
    const char *reference = split__sink_setting(call->options, "password");
    int rc = read_token(call, request, line);
    if (rc == SPLIT_OK && user != NULL && reference != NULL)
        rc = split_secret_read(reference, password, call->error);
    if (rc != SPLIT_OK)
        return rc == SPLIT_ERR_NO_DATA ? SPLIT_ERR_VALUE : rc;
    memcpy(headers, request->headers, n * sizeof headers[0]);
    if (line[0] != '\0')
        headers[n++] = line;
    const split_http_request r = {.size = sizeof r,
                                  .method = request->method,
                                  .url = request->url,
                                  .headers = headers,
                                  .n_headers = n,
                                  .body = request->body,
                                  .body_len = request->body_len,
                                  .user = user,
                                  .password = user != NULL ? password : NULL,
                                  .want_header = request->want_header,
                                  .repeatable = request->repeatable};
    rc = split_http_send(call->http, &r, out, &why);
    OPENSSL_cleanse(line, sizeof line);
    OPENSSL_cleanse(password, sizeof password);
    return rc == SPLIT_OK
               ? rc
               : split__net_fault(call->error, rc, "%s cannot be reached: %.160s", name, why.text);
}

char *
split__peer_base64(const char *data, size_t len)
{
    char *text = malloc(4 * ((len + 2) / 3) + 1);
    if (text != NULL)
        EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)data, (int)len);
    return text;
}

char *
split__peer_unbase64(const char *text, size_t *out_len)
{
    size_t n = strlen(text);
    unsigned char *data = malloc(n + 1);
    int len = data != NULL && n % 4 == 0
                  ? EVP_DecodeBlock(data, (const unsigned char *)text, (int)n)
                  : -1;
    if (len < 0) {
        free(data);
        return NULL;
    }
    for (size_t i = n; i > 0 && i > n - 2 && text[i - 1] == '='; i--)
        len--;
    data[len] = '\0';
    *out_len = (size_t)len;
    return (char *)data;
}
