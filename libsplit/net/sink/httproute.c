/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "httproute": backendRefs' weights of a Gateway API HTTPRoute, in every rule that names
 * all targets. A JSON patch tests the names, and replaces the resourceVersion so that a stale one
 * is answered by 409; an annotation keeps split and revision.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/sink/kubernetes.h"
#include "net/sink/setting.h"
#include "net/sink/weights.h"

#define SCALE 1000000
#define MARK "libsplit/route"
#define MARK_POINTER "/metadata/annotations/libsplit~1route"

static void
put_path(const sink_call *call, char *path, size_t path_size)
{
    const kube_state *s = call->state;
    snprintf(path, path_size, "/apis/gateway.networking.k8s.io/v1/namespaces/%s/httproutes/%s",
             s->space, split__sink_setting(call->options, "name"));
}

static const cJSON *
refs_of(const cJSON *rule)
{
    return cJSON_GetObjectItemCaseSensitive(rule, "backendRefs");
}

static size_t
variant_of(const sink_call *call, const cJSON *ref)
{
    return split__sink_variant(call->options,
                               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(ref, "name")));
}

/* Whether a rule divides among all variants. */
static bool
is_ours(const sink_call *call, const cJSON *rule)
{
    uint64_t seen = 0;
    const cJSON *ref;
    cJSON_ArrayForEach(ref, refs_of(rule)) {
        size_t v = variant_of(call, ref);
        if (v != SIZE_MAX)
            seen |= UINT64_C(1) << v;
    }
    size_t n = call->options->n_variants;
    return seen == (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1);
}

static const cJSON *
rules_of(const cJSON *root)
{
    return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, "spec"),
                                            "rules");
}

static cJSON *
get(sink_call *call, int *out_rc)
{
    char path[1024];
    split_http_answer answer;
    put_path(call, path, sizeof path);
    *out_rc = split__kube_send(call, "GET", path, NULL, NULL, &answer);
    cJSON *root = *out_rc == SPLIT_OK ? split__kube_object(call, &answer, out_rc) : NULL;
    if (root == NULL && *out_rc == SPLIT_OK)
        *out_rc =
            split__net_fault(call->error, SPLIT_ERR_PEER,
                             "there is no such HTTPRoute, or no Gateway API; create it first");
    return root;
}

static int
fetch(sink_call *call, sink_found *out)
{
    int rc;
    cJSON *root = get(call, &rc);
    if (root == NULL)
        return rc;
    const cJSON *rule;
    const cJSON *ref;
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(root, "metadata"), "annotations");
    double weights[SPLIT_VARIANTS_MAX] = {0};
    split__kube_fence(root, &out->state);
    (void)split__sink_mark_read(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(notes, MARK)),
                                &out->state);
    cJSON_ArrayForEach(rule, rules_of(root)) {
        if (out->state.exists || !is_ours(call, rule))
            continue;
        cJSON_ArrayForEach(ref, refs_of(rule)) {
            const cJSON *weight = cJSON_GetObjectItemCaseSensitive(ref, "weight");
            size_t v = variant_of(call, ref);
            if (v != SIZE_MAX)
                weights[v] += cJSON_IsNumber(weight) ? weight->valuedouble : 1;
        }
        out->state.exists = true;
    }
    split__weights_shares(weights, call->options->n_variants, &out->state);
    cJSON_Delete(root);
    return out->state.exists ? SPLIT_OK
                             : split__net_fault(call->error, SPLIT_ERR_PEER,
                                                "no rule of the HTTPRoute has a backendRef for "
                                                "every variant; add them, or correct targets");
}

static bool
add_step(cJSON *patch, const char *op, const char *path, cJSON *value)
{
    cJSON *step = cJSON_CreateObject();
    bool done = cJSON_AddStringToObject(step, "op", op) != NULL &&
                cJSON_AddStringToObject(step, "path", path) != NULL;
    if (value == NULL || !cJSON_AddItemToObject(step, "value", value)) {
        cJSON_Delete(value);
        done = false;
    }
    if (!done || !cJSON_AddItemToArray(patch, step)) {
        cJSON_Delete(step);
        return false;
    }
    return true;
}

static bool
add_rule(const sink_call *call, cJSON *patch, const cJSON *rule, int index, const uint32_t *weights)
{
    const cJSON *ref;
    int i = 0;
    cJSON_ArrayForEach(ref, refs_of(rule)) {
        char path[96];
        size_t v = variant_of(call, ref);
        int at = i++;
        if (v == SIZE_MAX)
            continue;
        snprintf(path, sizeof path, "/spec/rules/%d/backendRefs/%d/name", index, at);
        if (!add_step(patch, "test", path,
                      cJSON_CreateString(split__sink_target(call->options, v))))
            return false;
        snprintf(path, sizeof path, "/spec/rules/%d/backendRefs/%d/weight", index, at);
        if (!add_step(patch, "add", path, cJSON_CreateNumber(weights[v])))
            return false;
    }
    return true;
}

static char *
patch_of(const sink_call *call, const cJSON *root, const split_route *route, const char *fence,
         const uint32_t *weights)
{
    char mark[128];
    const cJSON *rule;
    int index = 0;
    cJSON *patch = cJSON_CreateArray();
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(root, "metadata"), "annotations");
    split__sink_mark_print(route, mark, sizeof mark);
    bool done =
        add_step(patch, "replace", "/metadata/resourceVersion", cJSON_CreateString(fence)) &&
        (notes != NULL || add_step(patch, "add", "/metadata/annotations", cJSON_CreateObject())) &&
        add_step(patch, "add", MARK_POINTER, cJSON_CreateString(mark));
    cJSON_ArrayForEach(rule, rules_of(root)) {
        if (done && is_ours(call, rule))
            done = add_rule(call, patch, rule, index, weights);
        index++;
    }
    char *text = done ? cJSON_PrintUnformatted(patch) : NULL;
    cJSON_Delete(patch);
    return text;
}

static int
write_to(sink_call *call, const split_route *route, const char *fence, const char *query)
{
    int rc;
    char path[1100];
    uint32_t weights[SPLIT_VARIANTS_MAX];
    split_http_answer answer;
    rc = split__weights_of(call, route, SCALE, weights);
    cJSON *root = rc == SPLIT_OK ? get(call, &rc) : NULL;
    if (root == NULL)
        return rc;
    char *body = patch_of(call, root, route, fence, weights);
    cJSON_Delete(root);
    if (body == NULL)
        return split__sink_no_memory(call);
    put_path(call, path, sizeof path - 32);
    strcat(path, query);
    rc = split__kube_send(call, "PATCH", path, "application/json-patch+json", body, &answer);
    cJSON_free(body);
    if (rc == SPLIT_OK && answer.status == 422)
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "the HTTPRoute has other backends by now; read again");
    return rc == SPLIT_OK ? split__kube_written(call, &answer) : rc;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    return write_to(call, route, fence, "");
}

const sink_kind split__sink_httproute = {
    .open = split__kube_open, .fetch = fetch, .store = store, .close = split__kube_close};
