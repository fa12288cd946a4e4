/* SPDX-License-Identifier: MIT */
/* CloudFront standard logs (version 2) as JSON lines: one flat object of strings a line. */
#include <string.h>

#include "split/net.h"

#include "net/source/log/format.h"

static bool
json_fits(const char *line, size_t n)
{
    return n > 2 && line[0] == '{' && memmem(line, n, "\"sc-status\"", 11) != NULL;
}

typedef struct fields {
    split_log_text date, time, stamp, status, first_byte, taken, result, detail;
} fields;

static void
take_pair(split_log_text name, split_log_text value, fields *f, split_log_record *out)
{
    const struct {
        const char *name;
        split_log_text *place;
    } wanted[] = {{"date", &f->date},
                  {"time", &f->time},
                  {"timestamp(ms)", &f->stamp},
                  {"sc-status", &f->status},
                  {"time-to-first-byte", &f->first_byte},
                  {"time-taken", &f->taken},
                  {"x-edge-result-type", &f->result},
                  {"x-edge-detailed-result-type", &f->detail},
                  {"cs-method", &out->method},
                  {"cs(Cookie)", &out->cookie}};
    if (value.len == 1 && value.at[0] == '-')
        return;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (split__log_is(name, wanted[i].name)) {
            *wanted[i].place = value;
            return;
        }
}

/* Strings and bare numbers; nothing nested. */
static bool
take_pairs(const char *p, const char *end, fields *f, split_log_record *out)
{
    p++;
    for (;;) {
        split_log_text name = split__log_quoted(&p, end);
        if (name.at == NULL)
            return false;
        while (p < end && (*p == ' ' || *p == ':'))
            p++;
        split_log_text value;
        if (p < end && *p == '"') {
            value = split__log_quoted(&p, end);
            if (value.at == NULL)
                return false;
        } else {
            value.at = p;
            while (p < end && *p != ',' && *p != '}')
                p++;
            value.len = (size_t)(p - value.at);
        }
        take_pair(name, value, f, out);
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
        if (p == end)
            return false;
        if (*p == '}')
            return true;
        if (*p++ != ',')
            return false;
    }
}

static bool
take_when(const fields *f, split_us *out)
{
    char iso[] = "yyyy-mm-ddThh:mm:ssZ";
    int64_t ms;
    if (f->stamp.len > 0 && split__log_integer(f->stamp.at, f->stamp.len, &ms) &&
        ms < INT64_C(253402300800000)) {
        *out = ms * 1000;
        return true;
    }
    if (f->date.len != 10 || f->time.len != 8)
        return false;
    memcpy(iso, f->date.at, 10);
    memcpy(iso + 11, f->time.at, 8);
    return split_time_read(iso, sizeof iso - 1, out) == SPLIT_OK;
}

static split_log_answer
json_parse(log_state *s, const char *line, size_t n, split_log_record *out)
{
    fields f = {0};
    int64_t status;
    (void)s;
    if (n == 0)
        return SPLIT_LOG_SKIP;
    if (line[0] != '{' || !take_pairs(line, line + n, &f, out) || !take_when(&f, &out->at_us) ||
        f.status.len == 0 || !split__log_integer(f.status.at, f.status.len, &status) ||
        status > 999)
        return SPLIT_LOG_REJECT;
    out->status = (int)status;
    out->cache = split__log_cache_of(f.detail.len > 0 ? f.detail : f.result);
    if (f.first_byte.len == 0 ||
        !split__log_seconds(f.first_byte.at, f.first_byte.len, &out->latency_us))
        if (f.taken.len == 0 || !split__log_seconds(f.taken.at, f.taken.len, &out->latency_us))
            out->latency_us = -1;
    return SPLIT_LOG_RECORD;
}

const log_format split__log_cloudfront_json = {"cloudfront v2 json", json_fits, json_parse};
