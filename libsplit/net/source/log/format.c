/* SPDX-License-Identifier: MIT */
/* The list of formats, and what their parsers share. */
#include "net/source/log/format.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "split/net.h"

const log_format *const split__log_formats[] = {
    &split__log_split_proxy, &split__log_cloudfront_json, &split__log_alb,        &split__log_envoy,
    &split__log_haproxy,     &split__log_combined,        &split__log_cloudfront, NULL};

bool
split__log_is(split_log_text t, const char *word)
{
    return strlen(word) == t.len && strncasecmp(t.at, word, t.len) == 0;
}

bool
split__log_integer(const char *p, size_t n, int64_t *out)
{
    int64_t value = 0;
    if (n == 0 || n > 18)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        value = value * 10 + (p[i] - '0');
    }
    *out = value;
    return true;
}

bool
split__log_seconds(const char *p, size_t n, split_us *out)
{
    const char *point = memchr(p, '.', n);
    size_t whole_len = point == NULL ? n : (size_t)(point - p);
    int64_t whole = 0;
    int64_t part = 0;
    int64_t unit = 100000;
    if (whole_len > 11 || !split__log_integer(p, whole_len, &whole))
        return false;
    for (size_t i = whole_len + 1; i < n; i++, unit /= 10) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        part += (p[i] - '0') * unit;
    }
    *out = whole * 1000000 + part;
    return point == NULL || n > whole_len + 1;
}

static int
month_of(const char *p)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int m = 0; m < 12; m++)
        if (memcmp(names + 3 * m, p, 3) == 0)
            return m + 1;
    return 0;
}

/* "dd/Mon/yyyy:hh:mm:ss" as RFC 3339. */
static bool
clock_seconds(const char *p, split_us *out)
{
    int month = month_of(p + 3);
    char iso[] = "yyyy-mm-ddThh:mm:ssZ";
    if (p[2] != '/' || p[6] != '/' || p[11] != ':' || month == 0)
        return false;
    memcpy(iso, p + 7, 4);
    iso[5] = (char)('0' + month / 10);
    iso[6] = (char)('0' + month % 10);
    memcpy(iso + 8, p, 2);
    memcpy(iso + 11, p + 12, 8);
    return split_time_read(iso, sizeof iso - 1, out) == SPLIT_OK;
}

/* A time that names no zone is of the log's. */
static split_us
from_zone(const log_state *s, split_us local)
{
    if (!s->zone_is_local)
        return local - (split_us)s->zone_s * 1000000;
    time_t seconds = (time_t)(local / 1000000);
    struct tm t;
    if (gmtime_r(&seconds, &t) == NULL)
        return local;
    t.tm_isdst = -1;
    time_t utc = mktime(&t);
    return utc == (time_t)-1 ? local : (split_us)utc * 1000000 + local % 1000000;
}

/* What follows the seconds: ".850" and " +0100", both optional. */
static bool
clock_rest(const log_state *s, const char *p, size_t n, split_us *io)
{
    size_t i = 0;
    int64_t hours;
    int64_t minutes;
    if (n > 0 && p[0] == '.') {
        split_us unit = 100000;
        for (i = 1; i < n && p[i] >= '0' && p[i] <= '9'; i++, unit /= 10)
            *io += (p[i] - '0') * unit;
    }
    if (i == n) {
        *io = from_zone(s, *io);
        return true;
    }
    if (n - i != 6 || p[i] != ' ' || (p[i + 1] != '+' && p[i + 1] != '-') ||
        !split__log_integer(p + i + 2, 2, &hours) || !split__log_integer(p + i + 4, 2, &minutes))
        return false;
    split_us east = (hours * 60 + minutes) * 60000000;
    *io -= p[i + 1] == '+' ? east : -east;
    return true;
}

bool
split__log_clock(log_state *s, const char *p, size_t n, split_us *out)
{
    /* neighbours share their second: most lines need no conversion */
    if (n == s->time_len && n > 0 && memcmp(p, s->time_text, n) == 0) {
        *out = s->time_us;
        return true;
    }
    if (n < 20 || n > sizeof s->time_text || !clock_seconds(p, out) ||
        !clock_rest(s, p + 20, n - 20, out))
        return false;
    memcpy(s->time_text, p, n);
    s->time_len = n;
    s->time_us = *out;
    return true;
}

bool
split__log_rfc3339(const char *p, size_t n, split_us *out)
{
    int64_t hours;
    int64_t minutes;
    char text[40];
    if (n < 20 || n >= sizeof text)
        return false;
    if (p[n - 1] == 'Z')
        return split_time_read(p, n, out) == SPLIT_OK;
    if (n < 25 || p[n - 3] != ':' || (p[n - 6] != '+' && p[n - 6] != '-') ||
        !split__log_integer(p + n - 5, 2, &hours) || !split__log_integer(p + n - 2, 2, &minutes))
        return false;
    memcpy(text, p, n - 6);
    text[n - 6] = 'Z';
    if (split_time_read(text, n - 5, out) != SPLIT_OK)
        return false;
    split_us east = (hours * 60 + minutes) * 60000000;
    *out -= p[n - 6] == '+' ? east : -east;
    return true;
}

split_log_text
split__log_word(const char **p, const char *end)
{
    while (*p < end && **p == ' ')
        (*p)++;
    const char *begin = *p;
    const char *space = begin < end ? memchr(begin, ' ', (size_t)(end - begin)) : NULL;
    *p = space != NULL ? space : end;
    return (split_log_text){begin, (size_t)(*p - begin)};
}

split_log_text
split__log_quoted(const char **p, const char *end)
{
    const char *begin = *p < end ? memchr(*p, '"', (size_t)(end - *p)) : NULL;
    if (begin == NULL)
        return (split_log_text){0};
    begin++;
    for (const char *q = begin; q < end; q++) {
        if (*q == '\\' && q + 1 < end) {
            q++;
        } else if (*q == '"') {
            *p = q + 1;
            return (split_log_text){begin, (size_t)(q - begin)};
        }
    }
    return (split_log_text){0};
}

bool
split__log_request(const char **p, const char *end, split_log_text *out_method)
{
    split_log_text line = split__log_quoted(p, end);
    const char *space = line.at == NULL ? NULL : memchr(line.at, ' ', line.len);
    *out_method = (split_log_text){line.at, space == NULL ? 0 : (size_t)(space - line.at)};
    return line.at != NULL;
}

split_log_cache
split__log_cache_of(split_log_text word)
{
    static const struct {
        const char *word;
        split_log_cache cache;
    } known[] = {{"Hit", SPLIT_LOG_CACHE_HIT},
                 {"Miss", SPLIT_LOG_CACHE_MISS},
                 {"MissGeneratedResponse", SPLIT_LOG_CACHE_MISS},
                 {"RefreshHit", SPLIT_LOG_CACHE_REFRESH},
                 {"OriginShieldHit", SPLIT_LOG_CACHE_HIT},
                 {"EXPIRED", SPLIT_LOG_CACHE_MISS},
                 {"STALE", SPLIT_LOG_CACHE_HIT},
                 {"UPDATING", SPLIT_LOG_CACHE_HIT},
                 {"REVALIDATED", SPLIT_LOG_CACHE_REFRESH}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (split__log_is(word, known[i].word))
            return known[i].cache;
    return SPLIT_LOG_CACHE_NONE;
}
