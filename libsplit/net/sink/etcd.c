/* SPDX-License-Identifier: MIT */
/* Sink kind "etcd": a key by the v3 JSON gateway; the fence is its mod_revision. */
#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/http.h"
#include "net/sink/peer.h"
#include "net/sink/setting.h"
#include "split/notify.h"

#define TOKEN_BYTES 512

typedef struct etcd_state {
    char *key; /* base64 */
    char token[TOKEN_BYTES];
} etcd_state;

static const char peer[] = "etcd";

static void
close_etcd(void *state)
{
    free(((etcd_state *)state)->key);
    OPENSSL_cleanse(state, sizeof(etcd_state));
    free(state);
}

static int
open_etcd(sink_call *call, void **out_state)
{
    const http_tls tls = {.ca_file = split__sink_setting(call->options, "ca")};
    const char *key = split__sink_setting(call->options, "key");
    if (key == NULL || split__sink_setting(call->options, "url") == NULL)
        return split__net_fault(call->error, SPLIT_ERR_VALUE, "etcd: url and key are needed");
    etcd_state *state = calloc(1, sizeof *state);
    if (state == NULL || (state->key = split__peer_base64(key, strlen(key))) == NULL) {
        free(state);
        return split__sink_no_memory(call);
    }
    split__http_tls(call->http, &tls);
    *out_state = state;
    return SPLIT_OK;
}

static int
post(sink_call *call, const char *path, const char *body, bool repeatable, split_http_answer *out)
{
    char url[1200];
    const etcd_state *state = call->state;
    const char *base = split__sink_setting(call->options, "url");
    size_t n = strlen(base);
    while (n > 0 && base[n - 1] == '/')
        n--;
    snprintf(url, sizeof url, "%.*s%s", (int)n, base, path);
    const peer_request request = {.url = url,
                                  .headers = {"Content-Type: application/json"},
                                  .n_headers = 1,
                                  .body = body,
                                  .body_len = strlen(body),
                                  .token = state->token, /* never the user by Basic */
                                  .repeatable = repeatable};
    return split__peer_send(call, peer, &request, out);
}

/* Its errors are {"error", "message", "code"}; code 16 is a token that is over. */
static int
refused(sink_call *call, const split_http_answer *answer)
{
    cJSON *root = cJSON_Parse(answer->body);
    const char *why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "message"));
    if (why == NULL)
        why = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "error"));
    int rc = split__net_fault(call->error, SPLIT_ERR_PEER, "etcd refuses (status %d): %.120s",
                              (int)answer->status, why != NULL ? why : "");
    cJSON_Delete(root);
    return rc;
}

/* A text that may hold quotes, as a member of a JSON body; NULL without memory. */
static char *
two_texts(const char *a_name, const char *a, const char *b_name, const char *b)
{
    cJSON *root = cJSON_CreateObject();
    bool done = cJSON_AddStringToObject(root, a_name, a) != NULL &&
                cJSON_AddStringToObject(root, b_name, b) != NULL;
    char *text = done ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return text;
}

/* A token for the user of the settings; they are nobody's without one. */
static int
authenticate(sink_call *call)
{
    char secret[SPLIT_SECRET_BYTES];
    split_http_answer answer;
    etcd_state *state = call->state;
    const char *user = split__sink_setting(call->options, "user");
    const char *reference = split__sink_setting(call->options, "password");
    int rc = split_secret_read(reference != NULL ? reference : "", secret, call->error);
    if (rc != SPLIT_OK)
        return rc == SPLIT_ERR_NO_DATA ? SPLIT_ERR_VALUE : rc;
    char *body = two_texts("name", user, "password", secret);
    OPENSSL_cleanse(secret, sizeof secret);
    if (body == NULL)
        return split__sink_no_memory(call);
    rc = post(call, "/v3/auth/authenticate", body, true, &answer);
    OPENSSL_cleanse(body, strlen(body));
    cJSON_free(body);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return refused(call, &answer);
    cJSON *root = cJSON_Parse(answer.body);
    const char *token = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "token"));
    snprintf(state->token, sizeof state->token, "%s", token != NULL ? token : "");
    cJSON_Delete(root);
    return SPLIT_OK;
}

/* Ask, with a token where there is a user, and once more with a new one when it is over. */
static int
ask(sink_call *call, const char *path, const char *body, bool repeatable, split_http_answer *out)
{
    etcd_state *state = call->state;
    bool has_user = split__sink_setting(call->options, "user") != NULL;
    int rc = has_user && state->token[0] == '\0' ? authenticate(call) : SPLIT_OK;
    if (rc == SPLIT_OK)
        rc = post(call, path, body, repeatable, out);
    if (rc == SPLIT_OK && has_user && out->status == 401) {
        state->token[0] = '\0';
        rc = authenticate(call);
        if (rc == SPLIT_OK)
            rc = post(call, path, body, repeatable, out);
    }
    if (rc != SPLIT_OK || out->status == 200)
        return rc;
    return refused(call, out);
}

/* The first of "kvs": its value and mod_revision. */
static int
take_pair(sink_call *call, const cJSON *kvs, sink_found *out)
{
    const cJSON *kv = cJSON_GetArrayItem(kvs, 0);
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(kv, "value"));
    const char *mod = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(kv, "mod_revision"));
    if (kv == NULL)
        return SPLIT_OK;
    out->text = split__peer_unbase64(value != NULL ? value : "", &out->text_len);
    if (mod == NULL || out->text == NULL)
        return split__net_fault(call->error, SPLIT_ERR_PEER, "etcd's answer is not understood");
    out->state.exists = true;
    snprintf(out->state.fence, sizeof out->state.fence, "%s", mod);
    return SPLIT_OK;
}

static int
fetch(sink_call *call, sink_found *out)
{
    char *body = NULL;
    split_http_answer answer;
    if (asprintf(&body, "{\"key\":\"%s\"}", ((etcd_state *)call->state)->key) < 0)
        return split__sink_no_memory(call);
    int rc = ask(call, "/v3/kv/range", body, true, &answer);
    free(body);
    if (rc != SPLIT_OK)
        return rc;
    cJSON *root = cJSON_Parse(answer.body);
    if (root == NULL)
        return split__net_fault(call->error, SPLIT_ERR_PEER, "etcd's answer is not JSON");
    rc = take_pair(call, cJSON_GetObjectItemCaseSensitive(root, "kvs"), out);
    cJSON_Delete(root);
    return rc;
}

/* A put if the key was last written at `fence`. */
static int
put_if(sink_call *call, const char *text, size_t len, const char *fence, bool *out_done)
{
    char *body = NULL;
    split_http_answer answer;
    const char *key = ((etcd_state *)call->state)->key;
    char *value = split__peer_base64(text, len);
    if (value == NULL ||
        asprintf(&body,
                 "{\"compare\":[{\"target\":\"MOD\",\"key\":\"%s\",\"result\":\"EQUAL\","
                 "\"mod_revision\":\"%s\"}],\"success\":[{\"request_put\":{\"key\":\"%s\","
                 "\"value\":\"%s\"}}]}",
                 key, fence[0] != '\0' ? fence : "0", key, value) < 0)
        body = NULL;
    free(value);
    if (body == NULL)
        return split__sink_no_memory(call);
    int rc = ask(call, "/v3/kv/txn", body, false, &answer);
    free(body);
    if (rc != SPLIT_OK)
        return rc;
    cJSON *root = cJSON_Parse(answer.body);
    *out_done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "succeeded"));
    cJSON_Delete(root);
    return SPLIT_OK;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    size_t len;
    bool done = false;
    const char *text = split_route_text(route, &len);
    int rc = put_if(call, text, len, fence, &done);
    if (rc != SPLIT_OK || done)
        return rc;
    return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                            "another writer was faster; read again");
}

/* Rights are asked for before the comparison, which cannot hold. */
static int
probe(sink_call *call)
{
    bool done;
    return put_if(call, "", 0, "9223372036854775807", &done);
}

const sink_kind split__sink_etcd = {
    .open = open_etcd, .fetch = fetch, .store = store, .probe = probe, .close = close_etcd};
