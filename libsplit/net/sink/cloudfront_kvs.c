/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "cloudfront-kvs": a key of a CloudFront KeyValueStore, signed by SigV4A. The fence is
 * the ETag of the whole store, read before the key: whoever writes in between makes it stale.
 */
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/base/fault.h"
#include "net/sink/setting.h"

#define TRIES 4
#define VALUE_BYTES_MAX 1024
#define ACCOUNT_DIGITS 12

typedef struct kvs_state {
    char url[128];
    char *store_path;
    char *key_path;
} kvs_state;

static void
close_kvs(void *state)
{
    kvs_state *s = state;
    free(s->store_path);
    free(s->key_path);
    free(s);
}

/* "arn:aws:cloudfront::ACCOUNT:key-value-store/ID" */
static bool
put_url(const char *arn, kvs_state *s)
{
    static const char start[] = "arn:aws:cloudfront::";
    if (arn == NULL || strncmp(arn, start, strlen(start)) != 0)
        return false;
    const char *account = arn + strlen(start);
    if (strspn(account, "0123456789") != ACCOUNT_DIGITS ||
        strncmp(account + ACCOUNT_DIGITS, ":key-value-store/", 17) != 0)
        return false;
    snprintf(s->url, sizeof s->url, "https://%.*s.cloudfront-kvs.global.api.aws", ACCOUNT_DIGITS,
             account);
    return true;
}

static int
open_kvs(sink_call *call, void **out_state)
{
    const char *arn = split__sink_setting(call->options, "arn");
    const char *key = split__sink_setting(call->options, "key");
    kvs_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return split__sink_no_memory(call);
    if (!put_url(arn, s) || key == NULL) {
        free(s);
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "'%.120s' is not the ARN of a CloudFront KeyValueStore",
                                arn != NULL ? arn : "");
    }
    char *store = curl_easy_escape(NULL, arn, 0);
    char *name = curl_easy_escape(NULL, key, 0);
    bool done = store != NULL && name != NULL &&
                asprintf(&s->store_path, "/key-value-stores/%s", store) > 0 &&
                asprintf(&s->key_path, "/key-value-stores/%s/keys/%s", store, name) > 0;
    curl_free(store);
    curl_free(name);
    if (!done) {
        close_kvs(s);
        return split__sink_no_memory(call);
    }
    *out_state = s;
    return SPLIT_OK;
}

static int
send_to(sink_call *call, const char *method, const char *path, const char *action, const char *body,
        const char *condition, split_http_answer *out)
{
    const kvs_state *s = call->state;
    aws_call aws = {.service = "CloudFront KeyValueStore",
                    .name = "cloudfront-keyvaluestore",
                    .action = action,
                    .region = "*",
                    .endpoint_env = "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE",
                    .public_url = s->url,
                    .method = method,
                    .path = path,
                    .chain = call->chain,
                    .want_header = "ETag",
                    .body = body,
                    .tries = TRIES,
                    .repeatable = body == NULL,
                    .v4a = true};
    if (body != NULL)
        aws.headers[aws.n_headers++] = "Content-Type: application/json";
    if (condition != NULL)
        aws.headers[aws.n_headers++] = condition;
    return split__aws_send(call->http, &aws, out, call->error);
}

static int
fetch(sink_call *call, sink_found *out)
{
    split_http_answer answer;
    const kvs_state *s = call->state;
    int rc = send_to(call, "GET", s->store_path, "cloudfront-keyvaluestore:DescribeKeyValueStore",
                     NULL, NULL, &answer);
    if (rc != SPLIT_OK)
        return rc;
    snprintf(out->state.fence, sizeof out->state.fence, "%s", answer.header);
    rc = send_to(call, "GET", s->key_path, "cloudfront-keyvaluestore:GetKey", NULL, NULL, &answer);
    if (rc == SPLIT_ERR_PEER && answer.status == 404)
        return SPLIT_OK; /* the store is there, as its ETag says */
    if (rc != SPLIT_OK)
        return rc;
    cJSON *root = cJSON_Parse(answer.body);
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "Value"));
    if (value != NULL) {
        out->text_len = strlen(value);
        out->text = split__sink_copy(value, out->text_len);
        out->state.exists = true;
    }
    cJSON_Delete(root);
    if (value == NULL)
        return split__net_fault(call->error, SPLIT_ERR_PEER,
                                "CloudFront KeyValueStore: the answer has no Value");
    return out->text != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    char condition[SPLIT_SINK_FENCE_BYTES + 16];
    split_http_answer answer;
    size_t len;
    const char *text = split_route_text(route, &len);
    if (len > VALUE_BYTES_MAX)
        return split__net_fault(call->error, SPLIT_ERR_SPACE,
                                "the route has %zu bytes, and a value of a KeyValueStore at most "
                                "%d; shorten names and origins",
                                len, VALUE_BYTES_MAX);
    cJSON *root = cJSON_CreateObject();
    char *body =
        cJSON_AddStringToObject(root, "Value", text) != NULL ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    if (body == NULL)
        return split__sink_no_memory(call);
    snprintf(condition, sizeof condition, "If-Match: %s", fence);
    int rc = send_to(call, "PUT", ((const kvs_state *)call->state)->key_path,
                     "cloudfront-keyvaluestore:PutKey", body, condition, &answer);
    cJSON_free(body);
    if (rc == SPLIT_ERR_PEER && (answer.status == 409 || answer.status == 412))
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster; read again");
    return rc;
}

const sink_kind split__sink_cloudfront_kvs = {
    .open = open_kvs, .fetch = fetch, .store = store, .close = close_kvs};
