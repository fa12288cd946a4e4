/* SPDX-License-Identifier: MIT */
/*
 * A plan as Envoy configuration (>= 1.36): weighted clusters in the order of the ranges, whose
 * weights sum to 2^20. Envoy takes the hash of the request's header, XXH64 with seed 0, modulo that
 * sum, which is the plan's bucket. Several sources, cookies and a salt are for a Lua filter.
 */
#include "policy/export/envoy.h"

#include <string.h>

#include "split/error.h"

#define UNIT_HEADER "x-split-unit"
#define SOURCES_MAX 8

/* Where the key is: one header, or several headers and cookies, of which the first usable one
 * counts. Envoy hashes one header; for anything else a Lua filter writes that header. */
typedef struct key_plan {
    const char *sources; /* "x-user-id,cookie:split_id" */
    const char *match;   /* The header whose presence means a key. */
    const char *unit;    /* The header that is hashed. */
    bool lua;
} key_plan;

static bool
is_word(const char *text, size_t n, bool upper)
{
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (upper && c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return n > 0 && n <= 64;
}

static bool
is_cookie(const char *source, size_t n)
{
    return n > 7 && memcmp(source, "cookie:", 7) == 0;
}

/* How many sources there are; 0 when one of them is not valid. */
static size_t
count_sources(const char *sources)
{
    size_t count = 0;
    for (;;) {
        size_t n = strcspn(sources, ",");
        bool cookie = is_cookie(sources, n);
        if (count == SOURCES_MAX ||
            !is_word(sources + (cookie ? 7 : 0), n - (cookie ? 7 : 0), cookie))
            return 0;
        count++;
        if (sources[n] == '\0')
            return count;
        sources += n + 1;
    }
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

/* As the header has it: behind the salt where Lua wrote it. */
static void
put_match_value(export_job *job, const key_plan *key, const split_override *o)
{
    text_out value = {0};
    if (key->lua && split_plan_salt(job->plan)[0] != '\0') {
        split__out_raw(&value, split_plan_salt(job->plan));
        split__out_raw(&value, ":");
    }
    split__out_bytes(&value, o->key, o->key_len);
    split__out_string(job->out, value.text, value.len);
    job->out->failed = job->out->failed || value.failed;
    split__out_free(&value);
}

static int
put_overrides(export_job *job, const key_plan *key)
{
    for (size_t i = 0; i < split_plan_n_overrides(job->plan); i++) {
        split_override o = split__export_override(job->plan, i);
        if (!split__export_is_plain(o.key, o.key_len))
            return SPLIT_ERR_VALUE;
        split__export_print(job,
                            "    {\"match\":{\"prefix\":\"/\",\"headers\":[{\"name\":\"%s\","
                            "\"string_match\":{\"exact\":",
                            key->match);
        put_match_value(job, key, &o);
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
put_split_route(export_job *job, const key_plan *key)
{
    bool sticky = split_plan_mode(job->plan) == SPLIT_MODE_STICKY;
    split__out_raw(job->out, "    {\"match\":{\"prefix\":\"/\"");
    if (sticky)
        split__export_print(job,
                            ",\"headers\":[{\"name\":\"%s\",\"string_match\":{\"safe_regex\":"
                            "{\"regex\":\".+\"}}}]",
                            key->match);
    split__out_raw(job->out, "},\"route\":{\"weighted_clusters\":{\"clusters\":[");
    put_clusters(job);
    split__out_raw(job->out, "]");
    if (sticky)
        split__export_print(job,
                            ",\"use_hash_policy\":true},\"hash_policy\":[{\"header\":"
                            "{\"header_name\":\"%s\"}}]}},\n",
                            key->unit);
    else
        split__out_raw(job->out, "}}},\n");
}

/* The grammar of cookies is P1's: the first value of the name that is an id. */
static const char lua_functions[] =
    "local function header(h, n)\n  local v = h:get(n)\n  if v and v ~= '' then return v end\nend\n"
    "local function cookie(h, n)\n  for i = 0, h:getNumValues('cookie') - 1 do\n"
    "    for p in (h:getAtIndex('cookie', i) .. ';'):gmatch('([^;]*);') do\n"
    "      local k, v = p:match('^[ \\t]*(.-)[ \\t]*=[ \\t]*(.-)[ \\t]*$')\n"
    "      if k == n and #v <= 64 and v:match('^[%w_-]+$') then return v end\n    end\n  end\nend\n"
    "function envoy_on_request(r)\n  local h = r:headers()\n  local k = nil\n";

static void
write_lua(text_out *lua, const char *sources, const char *salt)
{
    split__out_raw(lua, lua_functions);
    for (const char *at = sources;; at++) {
        size_t n = strcspn(at, ",");
        bool cookie = is_cookie(at, n);
        split__out_raw(lua, cookie ? "  k = k or cookie(h, '" : "  k = k or header(h, '");
        split__out_bytes(lua, at + (cookie ? 7 : 0), n - (cookie ? 7 : 0));
        split__out_raw(lua, "')\n");
        at += n;
        if (*at == '\0')
            break;
    }
    split__out_raw(lua,
                   "  h:remove('" UNIT_HEADER "')\n  if k then\n    h:add('" UNIT_HEADER "', '");
    split__out_raw(lua, salt);
    split__out_raw(lua, salt[0] != '\0' ? ":' .. k)\n" : "' .. k)\n");
    split__out_raw(lua, "    r:clearRouteCache()\n  end\nend\n");
}

static void
put_filters(export_job *job, const key_plan *key)
{
    text_out lua = {0};
    split__out_raw(job->out, " \"http_filters\":[\n");
    if (key->lua) {
        write_lua(&lua, key->sources, split_plan_salt(job->plan));
        split__out_raw(
            job->out,
            "  {\"name\":\"envoy.filters.http.lua\",\"typed_config\":{\"@type\":\"type.googleapis"
            ".com/envoy.extensions.filters.http.lua.v3.Lua\",\"default_source_code\":"
            "{\"inline_string\":");
        split__out_string(job->out, lua.text, lua.len);
        split__out_raw(job->out, "}}},\n");
    }
    job->out->failed = job->out->failed || lua.failed;
    split__out_free(&lua);
    split__out_raw(job->out,
                   "  {\"name\":\"envoy.filters.http.router\",\"typed_config\":{\"@type\":\"type."
                   "googleapis.com/envoy.extensions.filters.http.router.v3.Router\"}}],\n");
}

int
split__export_envoy(export_job *job)
{
    key_plan key = {.sources = job->key != NULL ? job->key : "x-split-key"};
    size_t n_sources = count_sources(key.sources);
    bool plain = n_sources == 1 && !is_cookie(key.sources, strlen(key.sources)) &&
                 split_plan_salt(job->plan)[0] == '\0';
    key.lua = !plain && split_plan_mode(job->plan) == SPLIT_MODE_STICKY;
    key.match = key.unit = key.lua ? UNIT_HEADER : key.sources;
    if (n_sources == 0)
        return SPLIT_ERR_VALUE;
    /* Envoy takes one hash per request, of one header: a gate has a unit of its own. */
    if (split_plan_coverage(job->plan) < SPLIT_BUCKETS || split_plan_holdout(job->plan) > 0)
        return SPLIT_ERR_MODE;
    split__out_raw(job->out, "{\n");
    put_filters(job, &key);
    split__export_print(job,
                        " \"route_config\":{\"name\":\"%s\",\"virtual_hosts\":[{\"name\":\"%s\","
                        "\"domains\":[\"*\"],\"routes\":[\n",
                        split_plan_name(job->plan), split_plan_name(job->plan));
    int err = put_overrides(job, &key);
    put_split_route(job, &key);
    split__out_raw(job->out, "    {\"match\":{\"prefix\":\"/\"},");
    put_plain_route(job, split_plan_default(job->plan));
    split__out_raw(job->out, "\n  ]}]}\n}\n");
    return err;
}
