/* SPDX-License-Identifier: MIT */
/* HAProxy's `option httplog`, with or without a syslog prefix and captures. */
#include <string.h>

#include "record.h"

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
first_byte(log_text timers)
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
        if (!log_integer(digits, (size_t)(stop - digits), &parts[i]))
            return -1;
        p = stop + 1;
    }
    return (parts[0] + parts[1] + parts[2] + parts[3]) * 1000;
}

static log_answer
haproxy_parse(log_state *s, const char *line, size_t n, log_record *out)
{
    const char *end = line + n;
    const char *p = find_clock(line, n);
    int64_t status;
    if (p == NULL)
        return memchr(line, '[', n) != NULL ? LOG_SKIP : LOG_REJECT; /* a message of the daemon */
    if (!log_clock(s, p + 1, 24, &out->at_us))
        return LOG_REJECT;
    p += 26;
    (void)log_word(&p, end); /* frontend */
    log_text backend = log_word(&p, end);
    log_text timers = log_word(&p, end);
    log_text code = log_word(&p, end);
    if (code.len == 2 && memcmp(code.at, "-1", 2) == 0)
        status = 0;
    else if (code.len != 3 || !log_integer(code.at, 3, &status))
        return LOG_REJECT;
    const char *slash = memchr(backend.at, '/', backend.len);
    out->upstream =
        (log_text){backend.at, slash == NULL ? backend.len : (size_t)(slash - backend.at)};
    out->status = (int)status;
    out->latency_us = first_byte(timers);
    for (int i = 0; i < 3; i++) /* bytes, captured request cookie, captured response cookie */
        (void)log_word(&p, end);
    log_text ending = log_word(&p, end);
    if (ending.len >= 1 && ending.at[0] == 'C')
        out->status = 0; /* the visitor left first */
    log_text request = log_quoted(&p, end);
    if (request.at == NULL)
        return LOG_REJECT;
    const char *space = memchr(request.at, ' ', request.len);
    out->method = (log_text){request.at, space == NULL ? 0 : (size_t)(space - request.at)};
    return LOG_RECORD;
}

const log_format log_haproxy = {"haproxy http", haproxy_fits, haproxy_parse};
