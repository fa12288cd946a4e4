/* SPDX-License-Identifier: MIT */
/* CloudFront standard logs (version 1) and real-time logs: tab-separated, columns named by
 * `#Fields` or known by number. */
#include <string.h>

#include "split/net.h"

#include "net/source/log/format.h"

/* What the tool wants of a line; log_state.column_of[] holds the column of each, from 1, or 0. */
enum meaning {
    DATE,
    TIME,
    STAMP,
    METHOD,
    STATUS,
    COOKIE,
    RESULT,
    TAKEN,
    FIRST_BYTE,
    DETAIL,
    MEANINGS
};

static const struct {
    const char *name;
    enum meaning meaning;
} names[] = {{"date", DATE},
             {"time", TIME},
             {"timestamp", STAMP},
             {"cs-method", METHOD},
             {"sc-status", STATUS},
             {"cs(Cookie)", COOKIE},
             {"cs-cookie", COOKIE},
             {"x-edge-result-type", RESULT},
             {"x-edge-detailed-result-type", DETAIL},
             {"time-taken", TAKEN},
             {"time-to-first-byte", FIRST_BYTE}};

static bool
is_date(const char *p, size_t n)
{
    return n >= 10 && p[4] == '-' && p[7] == '-';
}

static bool
cloudfront_fits(const char *line, size_t n)
{
    if (n > 8 && (memcmp(line, "#Version", 8) == 0 || memcmp(line, "#Fields:", 8) == 0))
        return true;
    return n > 40 && is_date(line, n) && line[10] == '\t';
}

static void
take_header(log_state *s, const char *p, const char *end)
{
    int column = 0;
    memset(s->column_of, 0, sizeof s->column_of);
    while (p < end) {
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        const char *begin = p;
        while (p < end && *p != ' ' && *p != '\t')
            p++;
        split_log_text name = {begin, (size_t)(p - begin)};
        column++;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (name.len > 0 && split__log_is(name, names[i].name))
                s->column_of[names[i].meaning] = column;
    }
    s->has_header = true;
}

/* Without a header the order of the standard log is taken; shorter lines lack the later columns. */
static void
assume_standard(log_state *s)
{
    static const int standard[MEANINGS] = {1, 2, 0, 6, 9, 13, 14, 19, 28, 29};
    memcpy(s->column_of, standard, sizeof standard);
    s->has_header = true;
}

static split_log_answer
take_comment(log_state *s, const char *line, size_t n)
{
    if (n > 8 && memcmp(line, "#Fields:", 8) == 0)
        take_header(s, line + 8, line + n);
    return SPLIT_LOG_SKIP;
}

static bool
take_when(log_state *s, const split_log_text *f, split_log_record *out)
{
    char iso[] = "yyyy-mm-ddThh:mm:ssZ";
    if (f[STAMP].len > 0)
        return split__log_seconds(f[STAMP].at, f[STAMP].len, &out->at_us);
    if (f[DATE].len != 10 || f[TIME].len != 8)
        return false;
    if (s->time_len == 18 && memcmp(s->time_text, f[DATE].at, 10) == 0 &&
        memcmp(s->time_text + 10, f[TIME].at, 8) == 0) {
        out->at_us = s->time_us;
        return true;
    }
    memcpy(iso, f[DATE].at, 10);
    memcpy(iso + 11, f[TIME].at, 8);
    if (split_time_read(iso, sizeof iso - 1, &out->at_us) != SPLIT_OK)
        return false;
    memcpy(s->time_text, f[DATE].at, 10);
    memcpy(s->time_text + 10, f[TIME].at, 8);
    s->time_len = 18;
    s->time_us = out->at_us;
    return true;
}

static bool
take_fields(log_state *s, const split_log_text *f, split_log_record *out)
{
    int64_t status;
    if (!take_when(s, f, out) || f[STATUS].len == 0 ||
        !split__log_integer(f[STATUS].at, f[STATUS].len, &status) || status > 999)
        return false;
    out->status = (int)status;
    out->method = f[METHOD];
    out->cookie = f[COOKIE];
    out->cache = split__log_cache_of(f[DETAIL].len > 0 ? f[DETAIL] : f[RESULT]);
    if (f[FIRST_BYTE].len == 0 ||
        !split__log_seconds(f[FIRST_BYTE].at, f[FIRST_BYTE].len, &out->latency_us))
        if (f[TAKEN].len == 0 || !split__log_seconds(f[TAKEN].at, f[TAKEN].len, &out->latency_us))
            out->latency_us = -1;
    return true;
}

static split_log_answer
cloudfront_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    split_log_text field[MEANINGS] = {{0}};
    const char *end = line + n;
    if (n == 0 || line[0] == '#')
        return n == 0 ? SPLIT_LOG_SKIP : take_comment(s, line, n);
    if (!s->has_header)
        assume_standard(s);
    const char *p = line;
    for (int column = 1; p <= end; column++) {
        const char *tab = p < end ? memchr(p, '\t', (size_t)(end - p)) : NULL;
        const char *stop = tab != NULL ? tab : end;
        for (int m = 0; m < MEANINGS; m++)
            if (s->column_of[m] == column)
                field[m] = (split_log_text){p, (size_t)(stop - p)};
        p = stop + 1;
    }
    for (int m = 0; m < MEANINGS; m++)
        if (field[m].len == 1 && field[m].at[0] == '-')
            field[m].len = 0;
    return take_fields(s, field, out) ? SPLIT_LOG_RECORD : SPLIT_LOG_REJECT;
}

const log_format split__log_cloudfront = {"cloudfront v1", cloudfront_fits, cloudfront_parse};
