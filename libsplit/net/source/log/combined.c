/* SPDX-License-Identifier: MIT */
/* Combined log of nginx and Apache, with whatever `name=value` pairs were appended to it. */
#include <string.h>

#include "net/source/log/attempts.h"

/* ` [23/Nov/2026:00:46:29 +0000]`; a bracket before it may be of an IPv6 address. */
static const char *
find_clock(const char *line, size_t n)
{
    const char *end = line + n;
    const char *p = line;
    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        if (end - p > 28 && p - line >= 5 && p[-1] == ' ' && p[3] == '/' && p[7] == '/' &&
            p[27] == ']')
            return p;
        p++;
    }
    return NULL;
}

static bool
combined_fits(const char *line, size_t n)
{
    return find_clock(line, n) != NULL;
}

/* The number in `0.037`, `"0.001, 0.002"` (the last of several tries) or `-`. */
static void
take_time(split_log_text value, split_us *out)
{
    const char *comma = NULL;
    split_us us;
    for (size_t i = 0; i + 1 < value.len; i++)
        if (value.at[i] == ',' || value.at[i] == ':')
            comma = value.at + i;
    if (comma != NULL) {
        value.len -= (size_t)(comma + 2 - value.at);
        value.at = comma + 2;
    }
    if (value.len > 0 && split__log_seconds(value.at, value.len, &us))
        *out = us;
}

static void
take_pair(split_log_text name, split_log_text value, split_log_record *out)
{
    if (split__log_is(name, "rt") || split__log_is(name, "request_time"))
        take_time(value, &out->latency_us);
    else if ((split__log_is(name, "urt") || split__log_is(name, "uht")) && out->latency_us < 0)
        take_time(value, &out->latency_us);
    else if (split__log_is(name, "cs") || split__log_is(name, "cache"))
        out->cache = split__log_cache_of(value);
    else if (split__log_is(name, "variant") || split__log_is(name, "split_variant"))
        out->variant = value;
    else if (split__log_is(name, "upstream"))
        split__log_upstreams(value, out);
    else if (split__log_is(name, "us") || split__log_is(name, "upstream_status"))
        split__log_statuses(value, out);
    else if (split__log_is(name, "cookie"))
        out->cookie = value;
}

static void
take_pairs(const char *p, const char *end, split_log_record *out)
{
    while (p < end) {
        while (p < end && *p == ' ')
            p++;
        const char *equals = p < end ? memchr(p, '=', (size_t)(end - p)) : NULL;
        const char *space = p < end ? memchr(p, ' ', (size_t)(end - p)) : NULL;
        if (equals == NULL || (space != NULL && space < equals)) {
            p = space != NULL ? space : end;
            continue;
        }
        split_log_text name = {p, (size_t)(equals - p)};
        split_log_text value;
        p = equals + 1;
        if (p < end && *p == '"')
            value = split__log_quoted(&p, end);
        else
            value = split__log_list(&p, end);
        if (value.at == NULL)
            return;
        take_pair(name, value, out);
    }
}

static split_log_answer
combined_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const char *end = line + n;
    const char *open = find_clock(line, n);
    const char *close = open == NULL ? NULL : open + 27;
    int64_t status;
    if (close == NULL || !split__log_clock(s, open + 1, (size_t)(close - open - 1), &out->at_us))
        return SPLIT_LOG_REJECT;
    const char *p = close + 1;
    if (!split__log_request(&p, end, &out->method))
        return SPLIT_LOG_REJECT;
    split_log_text code = split__log_word(&p, end);
    if (code.len != 3 || !split__log_integer(code.at, 3, &status))
        return SPLIT_LOG_REJECT;
    /* nginx writes 499 and 000 where the visitor left first */
    out->status = status == 499 ? 0 : (int)status;
    (void)split__log_word(&p, end); /* bytes */
    split_log_text referer = p < end ? split__log_quoted(&p, end) : (split_log_text){0};
    split_log_text agent = referer.at != NULL ? split__log_quoted(&p, end) : (split_log_text){0};
    if (agent.at != NULL)
        take_pairs(p, end, out);
    return SPLIT_LOG_RECORD;
}

const log_format split__log_combined = {"nginx/apache combined", combined_fits, combined_parse};
