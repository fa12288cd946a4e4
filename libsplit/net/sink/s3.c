/* SPDX-License-Identifier: MIT */
/* Sink kind "s3": an object, written by PutObject under If-Match; the fence is its ETag. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/aws/v4a/key.h"
#include "net/aws/v4a/v4a.h"
#include "net/base/fault.h"
#include "net/sink/setting.h"

#define TRIES 4

typedef struct s3_state {
    char region[AWS_REGION_BYTES];
    char url[512];          /* public, with the bucket's name in front */
    char path[1100];        /* "/key" */
    char bucket_path[1200]; /* "/bucket/key", where AWS_ENDPOINT_URL says where S3 is */
} s3_state;

/* A key whose letters need no encoding, so that the path is signed as it is sent. */
static bool
is_plain_key(const char *key)
{
    return key[0] != '/' && strlen(key) < 1024 &&
           key[strspn(
               key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~-")] == '\0';
}

static int
open_s3(sink_call *call, void **out_state)
{
    const char *bucket = split__sink_setting(call->options, "bucket");
    const char *key = split__sink_setting(call->options, "key");
    const char *region = split__sink_setting(call->options, "region");
    s3_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return split__sink_no_memory(call);
    bool good = bucket != NULL && key != NULL && region != NULL &&
                split__aws_region(region, state->region) &&
                bucket[strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0' &&
                strlen(bucket) <= 63 && is_plain_key(key);
    if (!good) {
        free(state);
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "s3: the name of the bucket, the key (letters, digits and /._~-) "
                                "or the region is not valid");
    }
    snprintf(state->path, sizeof state->path, "/%s", key);
    snprintf(state->url, sizeof state->url, "https://%s.s3.%s.amazonaws.com%s", bucket,
             state->region, strncmp(state->region, "cn-", 3) == 0 ? ".cn" : "");
    snprintf(state->bucket_path, sizeof state->bucket_path, "/%s%s", bucket, state->path);
    *out_state = state;
    return SPLIT_OK;
}

static bool
has_own_endpoint(void)
{
    const char *s3 = getenv("AWS_ENDPOINT_URL_S3");
    const char *all = getenv("AWS_ENDPOINT_URL");
    return (s3 != NULL && s3[0] != '\0') || (all != NULL && all[0] != '\0');
}

static int
send_to(sink_call *call, const char *method, const char *action, const char *body,
        const char *condition, split_http_answer *out)
{
    char sum[V4A_SHA256_HEX_BYTES];
    char sum_line[128];
    const s3_state *state = call->state;
    split__v4a_sha256(body != NULL ? body : "", body != NULL ? strlen(body) : 0, sum);
    snprintf(sum_line, sizeof sum_line, "x-amz-content-sha256: %s", sum);
    aws_call aws = {.service = "S3",
                    .name = "s3",
                    .action = action,
                    .region = state->region,
                    .endpoint_env = "AWS_ENDPOINT_URL_S3",
                    .public_url = state->url,
                    .method = method,
                    .path = has_own_endpoint() ? state->bucket_path : state->path,
                    .chain = call->chain,
                    .headers = {sum_line},
                    .n_headers = 1,
                    .want_header = "ETag",
                    .body = body,
                    .tries = TRIES,
                    .repeatable = body == NULL};
    if (condition != NULL)
        aws.headers[aws.n_headers++] = condition;
    if (body != NULL)
        aws.headers[aws.n_headers++] = "Content-Type: application/json";
    return split__aws_send(call->http, &aws, out, call->error);
}

static int
fetch(sink_call *call, sink_found *out)
{
    split_http_answer answer;
    int rc = send_to(call, "GET", "s3:GetObject", NULL, NULL, &answer);
    if (rc == SPLIT_ERR_PEER && answer.status == 404 && strstr(answer.body, "NoSuchBucket") == NULL)
        return SPLIT_OK;
    if (rc != SPLIT_OK)
        return rc;
    out->text = split__sink_copy(answer.body, answer.body_len);
    out->text_len = answer.body_len;
    out->state.exists = true;
    snprintf(out->state.fence, sizeof out->state.fence, "%s", answer.header);
    return out->text != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    char condition[SPLIT_SINK_FENCE_BYTES + 16] = "If-None-Match: *";
    split_http_answer answer;
    if (fence[0] != '\0')
        snprintf(condition, sizeof condition, "If-Match: %s", fence);
    int rc =
        send_to(call, "PUT", "s3:PutObject", split_route_text(route, NULL), condition, &answer);
    if (rc == SPLIT_ERR_PEER && (answer.status == 412 || answer.status == 409 ||
                                 (answer.status == 404 && fence[0] != '\0')))
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster; read again");
    return rc;
}

const sink_kind split__sink_s3 = {.open = open_s3, .fetch = fetch, .store = store, .close = free};
