/* SPDX-License-Identifier: MIT */
/* Reading the description of a format: a map of JSON fields, or an nginx log_format. */
#include "net/source/log/custom.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/log/json.h"
#include "net/source/log/pattern.h"

/* Maps of programs that write JSON by themselves, or as their manuals show it. */
static const struct {
    const char *name;
    const char *map;
} presets[] = {
    {"nginx",
     "time=time_iso8601,time=time_local,time=time,time=msec,status=status,request_time=request_"
     "time,"
     "upstream=upstream_addr,upstream_status=upstream_status,method=request_method,"
     "request=request,cache=upstream_cache_status,cookie=http_cookie,variant=split_variant,"
     "variant=variant"},
    {"caddy", "time=ts,status=status,request_time=duration,method=request.method,"
              "cookie=request.headers.Cookie,variant=resp_headers.X-Split-Variant"},
    {"traefik", "time=StartUTC,status=DownstreamStatus,request_time_ns=Duration,"
                "upstream=ServiceName,upstream_status=OriginStatus,method=RequestMethod,"
                "cookie=request_Cookie,variant=downstream_X-Split-Variant"},
    {"envoy", "time=start_time,status=response_code,request_time_ms=duration,"
              "upstream=upstream_cluster,method=method,response_flags=response_flags,"
              "cookie=cookie,variant=variant"},
    {"cloudflare", "time=EdgeStartTimestamp,status=EdgeResponseStatus,"
                   "request_time_ms=EdgeTimeToFirstByteMs,upstream=OriginIP,"
                   "method=ClientRequestMethod,cache=CacheCacheStatus,"
                   "variant=ResponseHeaders.x-split-variant"},
};

static bool
add(log_custom *c, const char *path, size_t path_len, log_meaning meaning)
{
    if (c->n_fields == LOG_FIELDS_MAX)
        return false;
    c->fields[c->n_fields++] = (log_field){path, path_len, meaning};
    return true;
}

static bool
has(const log_custom *c, log_meaning meaning)
{
    for (size_t i = 0; i < c->n_fields; i++)
        if (c->fields[i].meaning == meaning)
            return true;
    return false;
}

static bool
fail(char *why, size_t why_size, const char *sentence, const char *text, size_t n)
{
    snprintf(why, why_size, sentence, (int)(n < 60 ? n : 60), text);
    return false;
}

/* "MEANING=PATH,..." */
static bool
read_map(log_custom *c, const char *p, char *why, size_t why_size)
{
    for (size_t n = strcspn(p, ","); *p != '\0';
         p += n + (p[n] == ',' ? 1 : 0), n = strcspn(p, ",")) {
        const char *equals = memchr(p, '=', n);
        size_t name_len = equals == NULL ? n : (size_t)(equals - p);
        log_meaning meaning = split__log_meaning(p, name_len);
        if (equals == NULL || meaning == LOG_NOTHING || name_len + 1 == n)
            return fail(why, why_size,
                        "'%.*s' is no MEANING=PATH; meanings are time, status, request_time (also "
                        "_ms, _us, _ns), upstream, upstream_status, method, variant, cookie, cache",
                        p, n);
        const char *path = equals + 1;
        size_t path_len = n - name_len - 1;
        if (path_len > 2 && path[0] == '$' && path[1] == '.') {
            path += 2;
            path_len -= 2;
        }
        if (!add(c, path, path_len, meaning))
            return fail(why, why_size, "the map has too many fields at '%.*s'", p, n);
    }
    if (!has(c, LOG_STATUS) || !has(c, LOG_TIME))
        return fail(why, why_size, "a map needs time= and status=; '%.*s' lacks one", c->text,
                    strlen(c->text));
    return true;
}

static bool
read_json(log_custom *c, const char *map, char *why, size_t why_size)
{
    c->format = (log_format){"json", NULL, split__log_json_parse};
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, map) == 0)
            return read_map(c, presets[i].map, why, why_size);
    if (strchr(map, '=') == NULL)
        return fail(why, why_size,
                    "there is no preset '%.*s'; nginx, caddy, traefik, envoy, cloudflare, or a map "
                    "such as time=ts,status=code",
                    map, strlen(map));
    return read_map(c, map, why, why_size);
}

/* Variables of nginx. Those that are not here are passed over. */
static log_meaning
variable(const char *name, size_t n)
{
    static const struct {
        const char *name;
        log_meaning meaning;
    } known[] = {{"time_local", LOG_TIME},
                 {"time_iso8601", LOG_TIME},
                 {"msec", LOG_TIME},
                 {"status", LOG_STATUS},
                 {"request", LOG_REQUEST},
                 {"request_method", LOG_METHOD},
                 {"request_time", LOG_SECONDS},
                 {"upstream_addr", LOG_UPSTREAM},
                 {"upstream_status", LOG_UPSTREAM_STATUS},
                 {"upstream_cache_status", LOG_CACHE},
                 {"http_cookie", LOG_COOKIE},
                 {"split_variant", LOG_VARIANT},
                 {"sent_http_x_split_variant", LOG_VARIANT},
                 {"upstream_http_x_split_variant", LOG_VARIANT}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, name, n) == 0)
            return known[i].meaning;
    return LOG_NOTHING;
}

/* A whole `log_format NAME [escape=...] '...' '...';` becomes the text between its quotes. */
static void
unquote(char *text)
{
    char *to = text;
    char quote = '\0';
    if (strncmp(text, "log_format", 10) != 0)
        return;
    for (const char *p = text; *p != '\0'; p++) {
        if (quote == '\0' && (*p == '\'' || *p == '"'))
            quote = *p;
        else if (*p == quote)
            quote = '\0';
        else if (quote != '\0')
            *to++ = *p;
    }
    *to = '\0';
}

static bool
is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool
read_pattern(log_custom *c, char *text, char *why, size_t why_size)
{
    c->format = (log_format){"nginx log_format", NULL, split__log_pattern_parse};
    unquote(text);
    const char *p = text;
    c->before = p;
    c->before_len = strcspn(p, "$");
    p += c->before_len;
    while (*p == '$') {
        p += p[1] == '{' ? 2 : 1;
        size_t n = 0;
        while (is_name(p[n]))
            n++;
        log_meaning meaning = variable(p, n);
        p += n + (p[n] == '}' ? 1 : 0);
        size_t literal = strcspn(p, "$");
        if (n == 0 || (literal == 0 && *p != '\0') || !add(c, p, literal, meaning))
            return fail(why, why_size, "no text stands between two variables at '%.*s'", p,
                        strlen(p));
        p += literal;
    }
    if (!has(c, LOG_STATUS) || !has(c, LOG_TIME))
        return fail(why, why_size,
                    "the log_format lacks $status, or $time_local, $time_iso8601 and $msec: '%.*s'",
                    text, strlen(text));
    return true;
}

/* Real-time logs have no header: the list of their fields stands in for it. */
static split_log_answer
realtime_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const log_format *own = &split__log_cloudfront;
    if (!s->has_header)
        (void)own->parse(s, s->custom->text, strlen(s->custom->text), out);
    return own->parse(s, line, n, out);
}

static bool
read_fields(log_custom *c, char *why, size_t why_size)
{
    c->format = (log_format){"cloudfront real-time", NULL, realtime_parse};
    for (char *p = c->text; *p != '\0'; p++)
        *p = *p == ',' ? ' ' : *p;
    if (strstr(c->text, "timestamp") != NULL && strstr(c->text, "sc-status") != NULL)
        return true;
    return fail(why, why_size, "the fields need timestamp and sc-status: '%.*s'", c->text,
                strlen(c->text));
}

log_custom *
split__log_custom_new(const char *text, char *why, size_t why_size)
{
    static const struct {
        const char *begin;
        const char *put; /* in front of what follows */
    } kinds[] = {{"json:", ""}, {"nginx:", ""}, {"cloudfront:", "#Fields: "}};
    size_t k = 0;
    why[0] = '\0';
    while (k < 3 && strncmp(text, kinds[k].begin, strlen(kinds[k].begin)) != 0)
        k++;
    log_custom *c = k < 3 ? calloc(1, sizeof *c) : NULL;
    if (c == NULL)
        return NULL;
    bool good = asprintf(&c->text, "%s%s", kinds[k].put, text + strlen(kinds[k].begin)) >= 0;
    if (!good)
        c->text = NULL;
    if (good)
        good = k == 0   ? read_json(c, c->text, why, why_size)
               : k == 1 ? read_pattern(c, c->text, why, why_size)
                        : read_fields(c, why, why_size);
    if (!good) {
        split__log_custom_free(c);
        return NULL;
    }
    return c;
}

void
split__log_custom_free(log_custom *c)
{
    if (c == NULL)
        return;
    free(c->text);
    free(c);
}
