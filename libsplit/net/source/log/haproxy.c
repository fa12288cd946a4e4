/* SPDX-License-Identifier: MIT */
/* HAProxy's `option httplog`, with or without a syslog prefix and captures. */
#include <string.h>

#include "net/source/log/format.h"

#define MAX_MS INT64_C(100000000000) /* three years: no overflow in microseconds */

/* ` [23/Nov/2026:00:45:51.850] ` */
static const char *
find_clock(const char *line, size_t n)
{
    const char *p = line;
    const char *end = line + n;
    while (p < end && (p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        if (end - p > 26 && p[3] == '/' && p[7] == '/' && p[21] == '.' && p[25] == ']')
            return p;
        p++;
    }
    return NULL;
}

static bool
haproxy_fits(const char *line, size_t n)
{
    return find_clock(line, n) != NULL;
}

/* "TR/Tw/Tc/Tr/Ta": the time to the answer's headers is all but the last; -1 for a phase that never
 * came. */
static split_us
first_byte(split_log_text timers)
{
    int64_t parts[5];
    const char *p = timers.at;
    const char *end = p + timers.len;
    for (int i = 0; i < 5; i++) {
        const char *slash = p < end ? memchr(p, '/', (size_t)(end - p)) : NULL;
        const char *stop = i < 4 ? slash : end;
        if (stop == NULL)
            return -1;
        const char *digits = p < stop && *p == '+' ? p + 1 : p;
        if (!split__log_integer(digits, (size_t)(stop - digits), &parts[i]) || parts[i] > MAX_MS)
            return -1;
        p = stop + 1;
    }
    return (parts[0] + parts[1] + parts[2] + parts[3]) * 1000;
}

static split_log_answer
haproxy_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    const char *end = line + n;
    const char *p = find_clock(line, n);
    int64_t status;
    if (p == NULL)
        return memchr(line, '[', n) != NULL ? SPLIT_LOG_SKIP
                                            : SPLIT_LOG_REJECT; /* a message of the daemon */
    if (!split__log_clock(s, p + 1, 24, &out->at_us))
        return SPLIT_LOG_REJECT;
    p += 26;
    (void)split__log_word(&p, end); /* frontend */
    split_log_text backend = split__log_word(&p, end);
    split_log_text timers = split__log_word(&p, end);
    split_log_text code = split__log_word(&p, end);
    if (code.len == 2 && memcmp(code.at, "-1", 2) == 0)
        status = 0;
    else if (code.len != 3 || !split__log_integer(code.at, 3, &status))
        return SPLIT_LOG_REJECT;
    const char *slash = memchr(backend.at, '/', backend.len);
    out->upstream =
        (split_log_text){backend.at, slash == NULL ? backend.len : (size_t)(slash - backend.at)};
    out->status = (int)status;
    out->latency_us = first_byte(timers);
    for (int i = 0; i < 3; i++) /* bytes, captured request cookie, captured response cookie */
        (void)split__log_word(&p, end);
    split_log_text ending = split__log_word(&p, end);
    if (ending.len >= 1 && ending.at[0] == 'C')
        out->status = 0; /* the visitor left first */
    return split__log_request(&p, end, &out->method) ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}

const log_format split__log_haproxy = {"haproxy http", haproxy_fits, haproxy_parse};
