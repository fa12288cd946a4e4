/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "lambda-alias": RoutingConfig of an alias; the fence is its RevisionId, and its
 * description keeps split and revision.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/aws/v4a/key.h"
#include "net/aws/v4a/v4a.h"
#include "net/base/fault.h"
#include "net/sink/setting.h"
#include "net/sink/weights.h"

#define SCALE 1000000
#define TRIES 4

typedef struct alias_state {
    char region[AWS_REGION_BYTES];
    char path[256];
} alias_state;

static int
open_alias(sink_call *call, void **out_state)
{
    const char *function = split__sink_setting(call->options, "function");
    const char *alias = split__sink_setting(call->options, "alias");
    const char *region = split__sink_setting(call->options, "region");
    alias_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return split__sink_no_memory(call);
    if (function == NULL || alias == NULL || region == NULL ||
        !split__aws_region(region, s->region) || call->options->n_variants > 2) {
        free(s);
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "lambda-alias: function, alias and region are needed, and at most "
                                "two variants");
    }
    snprintf(s->path, sizeof s->path, "/2015-03-31/functions/%.64s/aliases/%.128s", function,
             alias);
    *out_state = s;
    return SPLIT_OK;
}

static int
send_to(sink_call *call, const char *method, const char *action, const char *body,
        split_http_answer *out)
{
    char sum[V4A_SHA256_HEX_BYTES];
    char sum_line[128];
    const alias_state *s = call->state;
    split__v4a_sha256(body != NULL ? body : "", body != NULL ? strlen(body) : 0, sum);
    snprintf(sum_line, sizeof sum_line, "x-amz-content-sha256: %s", sum);
    const aws_call aws = {.service = "Lambda",
                          .name = "lambda",
                          .action = action,
                          .region = s->region,
                          .endpoint_env = "AWS_ENDPOINT_URL_LAMBDA",
                          .method = method,
                          .path = s->path,
                          .chain = call->chain,
                          .headers = {sum_line, "Content-Type: application/json"},
                          .n_headers = body != NULL ? 2 : 1,
                          .body = body,
                          .tries = TRIES,
                          .repeatable = body == NULL};
    return split__aws_send(call->http, &aws, out, call->error);
}

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The alias sends its additional versions their weights, and its own version the rest. */
static int
take_alias(sink_call *call, const cJSON *root, split_sink_state *out)
{
    double weights[SPLIT_VARIANTS_MAX] = {0};
    double rest = 1;
    const cJSON *more;
    const cJSON *routing = cJSON_GetObjectItemCaseSensitive(root, "RoutingConfig");
    size_t own = split__sink_variant(call->options, text_of(root, "FunctionVersion"));
    cJSON_ArrayForEach(more,
                       cJSON_GetObjectItemCaseSensitive(routing, "AdditionalVersionWeights")) {
        size_t v = split__sink_variant(call->options, more->string);
        if (v == SIZE_MAX)
            own = SIZE_MAX;
        else
            weights[v] += more->valuedouble;
        rest -= more->valuedouble;
    }
    if (own == SIZE_MAX)
        return split__net_fault(call->error, SPLIT_ERR_PEER,
                                "the alias points to a version that is in no variant's targets");
    weights[own] += rest;
    out->exists = true;
    snprintf(out->fence, sizeof out->fence, "%s",
             text_of(root, "RevisionId") != NULL ? text_of(root, "RevisionId") : "");
    (void)split__sink_mark_read(text_of(root, "Description"), out);
    split__weights_shares(weights, call->options->n_variants, out);
    return SPLIT_OK;
}

static int
fetch(sink_call *call, sink_found *out)
{
    split_http_answer answer;
    int rc = send_to(call, "GET", "lambda:GetAlias", NULL, &answer);
    if (rc != SPLIT_OK)
        return rc;
    cJSON *root = cJSON_Parse(answer.body);
    rc = root != NULL
             ? take_alias(call, root, &out->state)
             : split__net_fault(call->error, SPLIT_ERR_PEER, "Lambda's answer is not understood");
    cJSON_Delete(root);
    return rc;
}

/* The larger share is the alias's own version. NULL without memory. */
static char *
body_of(const sink_call *call, const split_route *route, const char *fence, const uint32_t *weights)
{
    char mark[128];
    bool two = call->options->n_variants == 2;
    size_t own = two && weights[1] > weights[0] ? 1 : 0;
    cJSON *root = cJSON_CreateObject();
    split__sink_mark_print(route, mark, sizeof mark);
    bool done = cJSON_AddStringToObject(root, "FunctionVersion",
                                        split__sink_target(call->options, own)) != NULL &&
                cJSON_AddStringToObject(root, "Description", mark) != NULL &&
                cJSON_AddStringToObject(root, "RevisionId", fence) != NULL;
    cJSON *more = cJSON_AddObjectToObject(cJSON_AddObjectToObject(root, "RoutingConfig"),
                                          "AdditionalVersionWeights");
    if (two && weights[1 - own] > 0)
        done = cJSON_AddNumberToObject(more, split__sink_target(call->options, 1 - own),
                                       (double)weights[1 - own] / SCALE) != NULL &&
               done;
    char *text = done && more != NULL ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return text;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    uint32_t weights[SPLIT_VARIANTS_MAX];
    split_http_answer answer;
    int rc = split__weights_of(call, route, SCALE, weights);
    if (rc != SPLIT_OK)
        return rc;
    char *body = body_of(call, route, fence, weights);
    if (body == NULL)
        return split__sink_no_memory(call);
    rc = send_to(call, "PUT", "lambda:UpdateAlias", body, &answer);
    cJSON_free(body);
    if (rc == SPLIT_ERR_PEER && (answer.status == 412 || answer.status == 409))
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster; read again");
    return rc;
}

const sink_kind split__sink_lambda_alias = {
    .open = open_alias, .fetch = fetch, .store = store, .close = free};
