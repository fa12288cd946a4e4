/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "envoy": the route configuration as a file that Envoy watches (RDS). The version is
 * "split NAME revision N"; only the admin port's dump of it proves that it is in force, for Envoy
 * counts answers as successes that change nothing.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/scope.h"
#include "net/sink/lock.h"
#include "net/sink/peer.h"
#include "net/sink/setting.h"
#include "split/export.h"
#include "split/plan.h"

#define POLL_US 3000
#define ROUTE_TYPE "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"

static const char peer[] = "Envoy's admin port";

static int
open_envoy(sink_call *call, void **out_state)
{
    char path[SINK_PATH_BYTES];
    const char *setting = split__sink_setting(call->options, "path");
    if (setting == NULL || !split__sink_path(call->options, setting, path) ||
        split__sink_setting(call->options, "url") == NULL)
        return split__net_fault(call->error, SPLIT_ERR_VALUE, "envoy: path and url are needed");
    *out_state = strdup(path);
    return *out_state != NULL ? SPLIT_OK : split__sink_no_memory(call);
}

/* Adds up the weights of each variant's cluster in a route configuration. */
static void
take_weights(sink_call *call, const cJSON *config, split_sink_state *out)
{
    const cJSON *host;
    const cJSON *route;
    const cJSON *cluster;
    cJSON_ArrayForEach(host, cJSON_GetObjectItemCaseSensitive(config, "virtual_hosts")) {
        cJSON_ArrayForEach(route, cJSON_GetObjectItemCaseSensitive(host, "routes")) {
            const cJSON *action = cJSON_GetObjectItemCaseSensitive(route, "route");
            const cJSON *all = cJSON_GetObjectItemCaseSensitive(action, "weighted_clusters");
            cJSON_ArrayForEach(cluster, cJSON_GetObjectItemCaseSensitive(all, "clusters")) {
                const cJSON *weight = cJSON_GetObjectItemCaseSensitive(cluster, "weight");
                const char *name =
                    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(cluster, "name"));
                for (size_t v = 0; name != NULL && v < call->options->n_variants; v++)
                    if (strcmp(call->options->variants[v], name) == 0 && cJSON_IsNumber(weight))
                        out->shares[v] += (uint32_t)weight->valuedouble;
                out->n_shares = (uint32_t)call->options->n_variants;
            }
        }
    }
}

/* The dump of the dynamic route of the split's name. */
static int
fetch(sink_call *call, sink_found *out)
{
    char url[1200];
    split_http_answer answer;
    const cJSON *one;
    const char *base = split__sink_setting(call->options, "url");
    size_t n = strlen(base);
    snprintf(url, sizeof url, "%.*s/config_dump?resource=dynamic_route_configs",
             (int)(n > 0 && base[n - 1] == '/' ? n - 1 : n), base);
    const peer_request request = {.url = url};
    int rc = split__peer_send(call, peer, &request, &answer);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return split__sink_refused(call, peer, answer.status);
    cJSON *root = cJSON_Parse(answer.body);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "configs")) {
        const cJSON *config = cJSON_GetObjectItemCaseSensitive(one, "route_config");
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(config, "name"));
        if (name == NULL || strcmp(name, call->options->split) != 0)
            continue;
        out->state.exists = true;
        (void)split__sink_mark_read(
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(one, "version_info")),
            &out->state);
        take_weights(call, config, &out->state);
    }
    cJSON_Delete(root);
    snprintf(out->state.fence, sizeof out->state.fence, "%llu",
             (unsigned long long)out->state.revision);
    return SPLIT_OK;
}

/* What `splitctl export envoy` writes, malloc'd. */
static int
export_route(sink_call *call, const split_route *route, char **out)
{
    split_plan_options plan_options;
    split_plan *plan = NULL;
    split_export_options o;
    size_t len = 0;
    const char *variants[SPLIT_VARIANTS_MAX];
    int rc = split_route_plan_options(route, &plan_options);
    if (rc == SPLIT_OK)
        rc = split_plan_new(&plan_options, NULL, &plan);
    split_export_options_init(&o);
    o.format = SPLIT_EXPORT_ENVOY;
    o.variants = variants;
    o.n_variants = split_route_n_variants(route);
    o.key = split__sink_setting(call->options, "key");
    for (size_t v = 0; v < o.n_variants; v++)
        variants[v] = split_route_variant(route, v);
    if (rc == SPLIT_OK)
        rc = split_export(plan, &o, NULL, 0, &len);
    *out = rc == SPLIT_OK ? malloc(len + 1) : NULL;
    if (rc == SPLIT_OK)
        rc = *out != NULL ? split_export(plan, &o, *out, len + 1, &len) : SPLIT_ERR_NOMEM;
    split_plan_free(&plan, NULL);
    if (rc != SPLIT_OK)
        return split__net_fault(call->error, rc, "%s", split_strerror(rc));
    return SPLIT_OK;
}

/* {"version_info", "resources": [the route configuration]}, malloc'd; NULL without memory. */
static char *
discovery_of(const char *exported, const split_route *route)
{
    char mark[128];
    cJSON *whole = cJSON_Parse(exported);
    cJSON *config = cJSON_DetachItemFromObjectCaseSensitive(whole, "route_config");
    cJSON *root = cJSON_CreateObject();
    split__sink_mark_print(route, mark, sizeof mark);
    bool done = config != NULL && cJSON_AddStringToObject(root, "version_info", mark) != NULL &&
                cJSON_AddStringToObject(config, "@type", ROUTE_TYPE) != NULL &&
                cJSON_AddTrueToObject(config, "validate_clusters") != NULL;
    cJSON *list = cJSON_AddArrayToObject(root, "resources");
    if (!done || list == NULL || !cJSON_AddItemToArray(list, config)) {
        cJSON_Delete(config);
        done = false;
    }
    char *text = done ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    cJSON_Delete(whole);
    return text;
}

/* Until the dump shows the revision. */
static int
await_effect(sink_call *call, uint64_t revision)
{
    for (;;) {
        sink_found now = {0};
        int rc = fetch(call, &now);
        if (rc != SPLIT_OK)
            return rc;
        if (now.state.revision == revision)
            return SPLIT_OK;
        if (!split__scope_sleep_until(split_clock_now() + POLL_US))
            return split__net_fault(call->error, SPLIT_ERR_PEER,
                                    "Envoy does not take the file; its log says why (a cluster "
                                    "that is missing, or a folder that it does not watch)");
    }
}

static int
replace_file(sink_call *call, const split_route *route, const char *text, const char *fence)
{
    int lock;
    sink_found now = {0};
    int rc = split__lock_begin(call, call->state, &lock);
    if (rc != SPLIT_OK)
        return rc;
    rc = fetch(call, &now);
    if (rc == SPLIT_OK && strcmp(now.state.fence, fence[0] != '\0' ? fence : "0") != 0)
        rc = split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                              "another writer was faster; read again");
    if (rc == SPLIT_OK)
        rc = split__lock_write(call, call->state, text, strlen(text));
    if (rc == SPLIT_OK)
        rc = await_effect(call, split_route_revision(route));
    split__lock_end(lock);
    return rc;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    char *exported = NULL;
    int rc = export_route(call, route, &exported);
    char *text = rc == SPLIT_OK ? discovery_of(exported, route) : NULL;
    free(exported);
    if (rc != SPLIT_OK)
        return rc;
    if (text == NULL)
        return split__sink_no_memory(call);
    rc = replace_file(call, route, text, fence);
    cJSON_free(text);
    return rc;
}

const sink_kind split__sink_envoy = {
    .open = open_envoy, .fetch = fetch, .store = store, .close = free};
