/* SPDX-License-Identifier: MIT */
/* Sink kind "configmap": a key of a Kubernetes ConfigMap; the fence is its resourceVersion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sink/kubernetes.h"
#include "net/sink/setting.h"

static const char *
key_of(const sink_call *call)
{
    const char *key = split__sink_setting(call->options, "key");
    return key != NULL ? key : "route.json";
}

static void
put_path(const sink_call *call, bool named, char *path, size_t path_size)
{
    const kube_state *s = call->state;
    snprintf(path, path_size, "/api/v1/namespaces/%s/configmaps%s%s", s->space, named ? "/" : "",
             named ? split__sink_setting(call->options, "name") : "");
}

static int
fetch(sink_call *call, sink_found *out)
{
    char path[1024];
    split_http_answer answer;
    put_path(call, true, path, sizeof path);
    int rc = split__kube_send(call, "GET", path, NULL, NULL, &answer);
    cJSON *root = rc == SPLIT_OK ? split__kube_object(call, &answer, &rc) : NULL;
    if (root == NULL)
        return rc;
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(root, "data"), key_of(call)));
    split__kube_fence(root, &out->state);
    if (text != NULL) {
        out->text_len = strlen(text);
        out->text = split__sink_copy(text, out->text_len);
        out->state.exists = true;
    }
    cJSON_Delete(root);
    return text != NULL && out->text == NULL ? split__sink_no_memory(call) : SPLIT_OK;
}

/* The object to create, or what is merged into the one of that version. */
static char *
body_of(const sink_call *call, const split_route *route, const char *fence)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *meta = cJSON_AddObjectToObject(root, "metadata");
    cJSON *data = cJSON_AddObjectToObject(root, "data");
    bool done =
        cJSON_AddStringToObject(data, key_of(call), split_route_text(route, NULL)) != NULL &&
        (fence[0] != '\0'
             ? cJSON_AddStringToObject(meta, "resourceVersion", fence)
             : cJSON_AddStringToObject(meta, "name", split__sink_setting(call->options, "name"))) !=
            NULL;
    char *text = done ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    return text;
}

static int
write_to(sink_call *call, const split_route *route, const char *fence, bool dry)
{
    char path[1024];
    split_http_answer answer;
    bool fresh = fence[0] == '\0';
    char *body = body_of(call, route, fence);
    if (body == NULL)
        return split__sink_no_memory(call);
    put_path(call, !fresh, path, sizeof path - 32);
    if (dry)
        strcat(path, "?dryRun=All");
    int rc = split__kube_send(call, fresh ? "POST" : "PATCH", path,
                              fresh ? "application/json" : "application/merge-patch+json", body,
                              &answer);
    cJSON_free(body);
    return rc == SPLIT_OK ? split__kube_written(call, &answer) : rc;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    return write_to(call, route, fence, false);
}

/* What is there is written again, dry. */
static int
probe(sink_call *call)
{
    sink_found now = {0};
    split_route *route = NULL;
    int rc = fetch(call, &now);
    if (rc == SPLIT_OK && now.text != NULL &&
        split_route_load(now.text, now.text_len, NULL, NULL, 0, NULL, &route) == SPLIT_OK)
        rc = write_to(call, route, now.state.fence, true);
    split_route_free(&route, NULL);
    free(now.text);
    return rc;
}

const sink_kind split__sink_configmap = {.open = split__kube_open,
                                         .fetch = fetch,
                                         .store = store,
                                         .probe = probe,
                                         .close = split__kube_close};
