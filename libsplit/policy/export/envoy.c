/* SPDX-License-Identifier: MIT */
/*
 * A plan as Envoy configuration (>= 1.36): weighted clusters in the order of the ranges, whose
 * weights sum to 2^20. Envoy takes the hash of the request's header, XXH64 with seed 0, modulo that
 * sum, which is the plan's bucket. A salt is put before the key by a Lua filter.
 */
#include "policy/export/envoy.h"

#include <string.h>

#include "split/error.h"

#define UNIT_HEADER "x-split-unit"

static bool
is_header(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '_'))
            return false;
    return text[0] != '\0' && strlen(text) <= 64;
}

/* Tells the origin, and whoever reads the answer, which variant it was. */
static void
put_marks(export_job *job, const char *variant)
{
    static const char *const fields[] = {"request_headers_to_add", "response_headers_to_add"};
    for (size_t i = 0; i < 2; i++)
        split__export_print(job,
                            ",\"%s\":[{\"header\":{\"key\":\"x-split-variant\",\"value\":\"%s\"},"
                            "\"append_action\":\"OVERWRITE_IF_EXISTS_OR_ADD\"}]",
                            fields[i], variant);
}

static void
put_plain_route(export_job *job, uint32_t variant)
{
    const char *name = job->options->variants[variant];
    split__export_print(job, "\"route\":{\"cluster\":\"%s\"}", name);
    put_marks(job, name);
    split__out_raw(job->out, "}");
}

static int
put_overrides(export_job *job, const char *key)
{
    for (size_t i = 0; i < split_plan_n_overrides(job->plan); i++) {
        split_override o = split__export_override(job->plan, i);
        if (!split__export_is_plain(o.key, o.key_len))
            return SPLIT_ERR_VALUE;
        split__export_print(job,
                            "    {\"match\":{\"prefix\":\"/\",\"headers\":[{\"name\":\"%s\","
                            "\"string_match\":{\"exact\":",
                            key);
        split__out_string(job->out, o.key, o.key_len);
        split__out_raw(job->out, "}}]},");
        put_plain_route(job, o.variant);
        split__out_raw(job->out, ",\n");
    }
    return SPLIT_OK;
}

static void
put_clusters(export_job *job)
{
    for (size_t i = 0; i < split_plan_n_ranges(job->plan); i++) {
        split_range r = split__export_range(job->plan, i);
        const char *name = job->options->variants[r.variant];
        split__export_print(job, "%s\n      {\"name\":\"%s\",\"weight\":%u", i > 0 ? "," : "", name,
                            r.end - r.start);
        put_marks(job, name);
        split__out_raw(job->out, "}");
    }
}

static void
put_split_route(export_job *job, const char *key, const char *unit)
{
    bool sticky = split_plan_mode(job->plan) == SPLIT_MODE_STICKY;
    split__out_raw(job->out, "    {\"match\":{\"prefix\":\"/\"");
    if (sticky)
        split__export_print(job,
                            ",\"headers\":[{\"name\":\"%s\",\"string_match\":{\"safe_regex\":"
                            "{\"regex\":\".+\"}}}]",
                            key);
    split__out_raw(job->out, "},\"route\":{\"weighted_clusters\":{\"clusters\":[");
    put_clusters(job);
    split__out_raw(job->out, "]");
    if (sticky)
        split__export_print(job,
                            ",\"use_hash_policy\":true},\"hash_policy\":[{\"header\":"
                            "{\"header_name\":\"%s\"}}]}},\n",
                            unit);
    else
        split__out_raw(job->out, "}}},\n");
}

static void
put_filters(export_job *job, const char *key)
{
    const char *salt = split_plan_salt(job->plan);
    split__out_raw(job->out, " \"http_filters\":[\n");
    if (salt[0] != '\0' && split_plan_mode(job->plan) == SPLIT_MODE_STICKY)
        split__export_print(
            job,
            "  {\"name\":\"envoy.filters.http.lua\",\"typed_config\":{\"@type\":\"type.googleapis"
            ".com/envoy.extensions.filters.http.lua.v3.Lua\",\"default_source_code\":"
            "{\"inline_string\":\"function envoy_on_request(r)\\n");
    if (salt[0] != '\0' && split_plan_mode(job->plan) == SPLIT_MODE_STICKY)
        split__export_print(
            job,
            "  local h = r:headers()\\n  local k = h:get('%s')\\n  h:remove('" UNIT_HEADER
            "')\\n  if k and k ~= '' then\\n    h:add('" UNIT_HEADER "', '%s:' .. k)\\n"
            "    r:clearRouteCache()\\n  end\\nend\\n\"}}},\n",
            key, salt);
    split__out_raw(job->out,
                   "  {\"name\":\"envoy.filters.http.router\",\"typed_config\":{\"@type\":\"type."
                   "googleapis.com/envoy.extensions.filters.http.router.v3.Router\"}}],\n");
}

int
split__export_envoy(export_job *job)
{
    const char *key = job->key != NULL ? job->key : "x-split-key";
    const char *unit = split_plan_salt(job->plan)[0] != '\0' ? UNIT_HEADER : key;
    if (!is_header(key))
        return SPLIT_ERR_VALUE;
    if (split_plan_coverage(job->plan) < SPLIT_BUCKETS || split_plan_holdout(job->plan) > 0)
        return SPLIT_ERR_MODE;
    split__out_raw(job->out, "{\n");
    put_filters(job, key);
    split__export_print(job,
                        " \"route_config\":{\"name\":\"%s\",\"virtual_hosts\":[{\"name\":\"%s\","
                        "\"domains\":[\"*\"],\"routes\":[\n",
                        split_plan_name(job->plan), split_plan_name(job->plan));
    int err = put_overrides(job, key);
    put_split_route(job, key, unit);
    split__out_raw(job->out, "    {\"match\":{\"prefix\":\"/\"},");
    put_plain_route(job, split_plan_default(job->plan));
    split__out_raw(job->out, "\n  ]}]}\n}\n");
    return err;
}
