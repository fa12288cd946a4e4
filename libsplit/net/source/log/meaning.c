/* SPDX-License-Identifier: MIT */
/* What a value of a line means, whatever the line looks like. */
#include "net/source/log/meaning.h"

#include <string.h>

#include "net/base/decimal.h"
#include "net/source/log/attempts.h"
#include "split/net.h"

static const char *const names[LOG_MEANING_COUNT] = {
    [LOG_TIME] = "time",
    [LOG_STATUS] = "status",
    [LOG_SECONDS] = "request_time",
    [LOG_MILLISECONDS] = "request_time_ms",
    [LOG_MICROSECONDS] = "request_time_us",
    [LOG_NANOSECONDS] = "request_time_ns",
    [LOG_UPSTREAM] = "upstream",
    [LOG_UPSTREAM_STATUS] = "upstream_status",
    [LOG_METHOD] = "method",
    [LOG_REQUEST] = "request",
    [LOG_VARIANT] = "variant",
    [LOG_COOKIE] = "cookie",
    [LOG_CACHE] = "cache",
    [LOG_FLAGS] = "response_flags",
};

log_meaning
split__log_meaning(const char *name, size_t n)
{
    for (int m = 0; m < LOG_MEANING_COUNT; m++)
        if (names[m] != NULL && strlen(names[m]) == n && memcmp(names[m], name, n) == 0)
            return (log_meaning)m;
    return LOG_NOTHING;
}

/* A decimal number without a sign, as a locale does not change it. */
static bool
number_of(split_log_text value, double *out)
{
    char text[40];
    if (value.len >= sizeof text)
        return false;
    memcpy(text, value.at, value.len);
    text[value.len] = '\0';
    return split__decimal_read(text, out) && *out >= 0 && *out < 1e19;
}

/* Seconds, milliseconds, microseconds or nanoseconds since 1970, distinguished by their size; or RFC
 * 3339 with any offset; or the common log's form. */
static bool
give_time(split_log_text value, split_us *out)
{
    double number;
    log_state none = {0};
    if (number_of(value, &number)) {
        double us = number < 1e11   ? number * 1e6
                    : number < 1e14 ? number * 1e3
                    : number < 1e17 ? number
                                    : number / 1e3;
        *out = (split_us)(us + 0.5);
        return us < 253402300800e6;
    }
    if (value.len > 12 && value.at[2] == '/')
        return split__log_clock(&none, value.at, value.len, out);
    return split__log_rfc3339(value.at, value.len, out);
}

static bool
give_duration(split_log_text value, double unit_us, split_us *out)
{
    double number;
    if (!number_of(value, &number) || number * unit_us > 1e15)
        return false;
    *out = (split_us)(number * unit_us + 0.5);
    return true;
}

static bool
give_status(split_log_text value, split_log_record *out)
{
    int64_t status;
    if (!split__log_integer(value.at, value.len, &status) || status > 999)
        return false;
    if (out->status != 0) /* unless the visitor left, as another field said */
        out->status = status == 499 ? 0 : (int32_t)status;
    return true;
}

/* Envoy's: the visitor reset the connection. */
static void
give_flags(split_log_text value, split_log_record *out)
{
    for (size_t i = 0; i + 1 < value.len; i++)
        if (value.at[i] == 'D' && value.at[i + 1] == 'C')
            out->status = 0;
}

bool
split__log_give(log_meaning meaning, split_log_text value, split_log_record *out)
{
    static const double unit_us[LOG_MEANING_COUNT] = {[LOG_SECONDS] = 1e6,
                                                      [LOG_MILLISECONDS] = 1e3,
                                                      [LOG_MICROSECONDS] = 1,
                                                      [LOG_NANOSECONDS] = 1e-3};
    const char *space;
    if (value.len == 0 || (value.len == 1 && value.at[0] == '-'))
        return meaning != LOG_STATUS;
    switch (meaning) {
    case LOG_TIME:
        return give_time(value, &out->at_us);
    case LOG_STATUS:
        return give_status(value, out);
    case LOG_SECONDS:
    case LOG_MILLISECONDS:
    case LOG_MICROSECONDS:
    case LOG_NANOSECONDS:
        return give_duration(value, unit_us[meaning], &out->latency_us);
    case LOG_UPSTREAM:
        split__log_upstreams(value, out);
        return true;
    case LOG_UPSTREAM_STATUS:
        split__log_statuses(value, out);
        return true;
    case LOG_REQUEST:
        space = memchr(value.at, ' ', value.len);
        out->method = (split_log_text){value.at, space == NULL ? 0 : (size_t)(space - value.at)};
        return true;
    case LOG_METHOD:
        out->method = value;
        return true;
    case LOG_VARIANT:
        out->variant = value;
        return true;
    case LOG_COOKIE:
        out->cookie = value;
        return true;
    case LOG_CACHE:
        out->cache = split__log_cache_of(value);
        return true;
    case LOG_FLAGS:
        give_flags(value, out);
        return true;
    default:
        return true;
    }
}
