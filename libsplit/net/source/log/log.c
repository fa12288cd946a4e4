/* SPDX-License-Identifier: MIT */
/* A stream of bytes becomes lines, and lines become records: detection of the format, rejects. */
#include <stdlib.h>
#include <string.h>

#include "common/sized.h"
#include "net/source/log/custom.h"
#include "net/source/log/docker.h"
#include "net/source/log/zone.h"

#define BUFFER_BYTES ((size_t)4 * SPLIT_LOG_LINE_MAX)
#define SHOWN_BYTES 60 /* of a rejected line */

struct split_log {
    const log_format *format; /* given, or found */
    bool is_given;
    bool at_end;
    bool skipping; /* inside a line that is too long */
    char *begin;   /* of what is not taken yet, */
    char *end;     /* and its end */
    size_t looked; /* bytes from the begin that hold no line end */
    char *line;    /* the current one, without its end */
    size_t line_len;
    split_log_info info;
    log_state state;
    log_custom *custom;
    log_zone zone;
    char buffer[BUFFER_BYTES];
};

const char *
split_log_format_name(int format)
{
    int i = 0;
    while (i < format && split__log_formats[i] != NULL)
        i++;
    return i == format && split__log_formats[i] != NULL ? split__log_formats[i]->name : "?";
}

static const log_format *
format_named(const char *name)
{
    for (size_t i = 0; split__log_formats[i] != NULL; i++)
        if (strcmp(split__log_formats[i]->name, name) == 0)
            return split__log_formats[i];
    return NULL;
}

void
split_log_options_init_sized(split_log_options *options, size_t size)
{
    const split_log_options own = {.format = NULL};
    split__sized_init(options, size, &own, sizeof own);
}

int
split_log_new(const split_log_options *options, split_log **out)
{
    const log_format *format = NULL;
    log_custom *custom = NULL;
    log_zone zone;
    char why[8];
    split_log_options own = {.format = NULL};
    if (out == NULL)
        return SPLIT_ERR_ARG;
    const int err = options != NULL
                        ? split__sized_take(&own, sizeof own, SPLIT_LOG_OPTIONS_V1, options)
                        : SPLIT_OK;
    if (err != SPLIT_OK)
        return err;
    if (!split__log_zone(own.zone, &zone))
        return SPLIT_ERR_VALUE;
    if (own.format != NULL) {
        custom = split__log_custom_new(own.format, why, sizeof why);
        format = custom != NULL ? &custom->format : format_named(own.format);
        if (format == NULL)
            return SPLIT_ERR_VALUE;
    }
    split_log *log = malloc(sizeof *log);
    if (log == NULL) {
        split__log_custom_free(custom);
        return SPLIT_ERR_NOMEM;
    }
    log->format = format;
    log->custom = custom;
    log->zone = zone;
    log->is_given = format != NULL;
    split_log_restart(log);
    *out = log;
    return SPLIT_OK;
}

void
split_log_free(split_log **log)
{
    if (log == NULL || *log == NULL)
        return;
    split__log_custom_free((*log)->custom);
    free(*log);
    *log = NULL;
}

void
split_log_restart(split_log *log)
{
    if (!log->is_given)
        log->format = NULL;
    log->begin = log->buffer;
    log->end = log->buffer;
    log->looked = 0;
    log->at_end = false;
    log->skipping = false;
    log->line = log->buffer;
    log->line_len = 0;
    memset(&log->info, 0, sizeof log->info);
    memset(&log->state, 0, sizeof log->state);
    log->state.custom = log->custom;
    log->state.zone_s = log->zone.east_s;
    log->state.zone_is_local = log->zone.is_local;
}

char *
split_log_room(split_log *log, size_t *out_len)
{
    size_t left = (size_t)(log->end - log->begin);
    memmove(log->buffer, log->begin, left);
    log->begin = log->buffer;
    log->end = log->buffer + left;
    *out_len = BUFFER_BYTES - left;
    return log->end;
}

void
split_log_put(split_log *log, size_t n)
{
    log->end += n;
}

void
split_log_end(split_log *log)
{
    log->at_end = true;
}

void
split_log_get_sized(const split_log *log, split_log_info *out, size_t size)
{
    split_log_info own = log->info;
    own.format = log->format != NULL ? log->format->name : NULL;
    (void)split__plain_give(out, size, &own, sizeof own, SPLIT_LOG_INFO_V1);
}

/* What lies between a line and the next. */
typedef enum line_kind { LINE, LINE_TOO_LONG, LINE_NONE } line_kind;

static line_kind
take(split_log *log, const char *stop, size_t after)
{
    bool too_long = log->skipping || (size_t)(stop - log->begin) > SPLIT_LOG_LINE_MAX;
    log->line = log->begin;
    log->line_len = (size_t)(stop - log->begin);
    if (log->line_len > 0 && log->line[log->line_len - 1] == '\r')
        log->line_len--;
    log->begin += (size_t)(stop - log->begin) + after;
    log->looked = 0;
    log->skipping = false;
    log->info.n_lines++;
    return too_long ? LINE_TOO_LONG : LINE;
}

static line_kind
next_line(split_log *log)
{
    /* a log that was truncated under its writer begins with a hole of zeros */
    while (log->looked == 0 && log->begin < log->end && *log->begin == '\0')
        log->begin++;
    size_t n = (size_t)(log->end - log->begin);
    size_t looked = log->looked;
    const char *stop = n > looked ? memchr(log->begin + looked, '\n', n - looked) : NULL;
    if (stop != NULL)
        return take(log, stop, 1);
    if (n > SPLIT_LOG_LINE_MAX) {
        log->skipping = true;
        log->begin = log->end;
        n = 0;
    }
    log->looked = n;
    if (!log->at_end || (n == 0 && !log->skipping))
        return LINE_NONE;
    return take(log, log->end, 0);
}

/* The start of a line for people: bytes that a terminal might act on become dots. */
static split_log_answer
reject(split_log *log, const char *why)
{
    char *text = log->info.first_reject;
    size_t n = strlen(why);
    if (log->info.n_rejected++ > 0)
        return SPLIT_LOG_REJECT;
    log->info.first_reject_line = log->info.n_lines;
    memcpy(text, why, n);
    for (size_t i = 0; i < log->line_len && i < SHOWN_BYTES; i++) {
        char c = log->line[i];
        text[n++] = c >= 0x20 && c < 0x7F ? c : '.';
    }
    text[n] = '\0';
    return SPLIT_LOG_REJECT;
}

static bool
is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\0')
            return false;
    return true;
}

static const log_format *
detect(const char *line, size_t n)
{
    for (size_t i = 0; split__log_formats[i] != NULL; i++)
        if (split__log_formats[i]->fits(line, n))
            return split__log_formats[i];
    return NULL;
}

static split_log_answer
parse_line(split_log *log, split_log_record *out)
{
    (void)split__log_unwrap(log->line, &log->line_len);
    bool is_comment = log->line_len > 0 && log->line[0] == '#';
    if (log->line_len == 0 || is_blank(log->line, log->line_len))
        return SPLIT_LOG_SKIP;
    if (is_comment && log->format != NULL && log->format != &split__log_cloudfront)
        return SPLIT_LOG_SKIP;
    if (log->format == NULL)
        log->format = detect(log->line, log->line_len);
    if (log->format == NULL)
        return is_comment ? SPLIT_LOG_SKIP : reject(log, "");
    *out = (split_log_record){.at_us = -1, .latency_us = -1};
    split_log_answer answer = log->format->parse(&log->state, log->line, log->line_len, out);
    if (answer == SPLIT_LOG_REJECT)
        return reject(log, "");
    log->info.n_records += answer == SPLIT_LOG_RECORD ? 1 : 0;
    return answer;
}

split_log_answer
split_log_next(split_log *log, split_log_record *out)
{
    for (;;) {
        line_kind kind = next_line(log);
        if (kind == LINE_NONE)
            return SPLIT_LOG_MORE;
        split_log_answer answer = kind == LINE_TOO_LONG
                                      ? reject(log, "line of more than 65536 bytes ")
                                      : parse_line(log, out);
        if (answer != SPLIT_LOG_SKIP)
            return answer;
    }
}
