/* SPDX-License-Identifier: MIT */
/* The access log of examples/nginx: `name=value` pairs, time first. */
#include <string.h>

#include "split/net.h"

#include "net/source/log/format.h"

static bool
proxy_fits(const char *line, size_t n)
{
    return n > 25 && memcmp(line, "time=", 5) == 0 && memmem(line, n, " status=", 8) != NULL;
}

static bool
take_pair(split_log_text name, split_log_text value, split_log_record *out)
{
    int64_t number = 0;
    bool is_number = split__log_integer(value.at, value.len, &number);
    if (split__log_is(name, "time"))
        return split_time_read(value.at, value.len, &out->at_us) == SPLIT_OK;
    if (split__log_is(name, "status")) {
        out->status = (int)number;
        return is_number && number < 1000;
    }
    if (split__log_is(name, "complete") && split__log_is(value, "0"))
        out->status = out->status < 500 ? 0 : out->status; /* the visitor left first */
    else if (split__log_is(name, "total_us") && is_number)
        out->latency_us = number;
    else if (split__log_is(name, "method"))
        out->method = value;
    else if (split__log_is(name, "variant"))
        out->variant = value;
    else if (split__log_is(name, "origin"))
        out->upstream = value;
    else if (split__log_is(name, "cache"))
        out->cache = split__log_cache_of(value);
    return true;
}

static split_log_answer
proxy_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const char *p = line;
    const char *end = line + n;
    (void)s;
    out->status = -1;
    while (p < end) {
        const char *equals = memchr(p, '=', (size_t)(end - p));
        if (equals == NULL)
            return SPLIT_LOG_REJECT;
        split_log_text name = {p, (size_t)(equals - p)};
        p = equals + 1;
        split_log_text value =
            p < end && *p == '"' ? split__log_quoted(&p, end) : split__log_word(&p, end);
        if (value.at == NULL || !take_pair(name, value, out))
            return SPLIT_LOG_REJECT;
        while (p < end && *p == ' ')
            p++;
    }
    return out->status >= 0 && out->at_us >= 0 ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}

const log_format split__log_split_proxy = {"split-proxy", proxy_fits, proxy_parse};
