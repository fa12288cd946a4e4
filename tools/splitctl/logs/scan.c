/* SPDX-License-Identifier: MIT */
/* Files become records: detection of the format, rejects, progress. */
#include "scan.h"

#include <stdio.h>
#include <string.h>

#include "../exit_code.h"
#include "input.h"

#define DETECT_LINES 200 /* that may pass before the format is clear */
#define PROGRESS_LINES 200000

typedef struct file_scan {
    log_scan *s;
    log_input *in;
    const char *path;
    log_state state;
    int64_t line; /* number of the current one */
    const char *text;
    size_t len;
} file_scan;

const log_format *
log_format_named(const char *name)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        if (strcmp(log_formats[i]->name, name) == 0)
            return log_formats[i];
    return NULL;
}

static const log_format *
detect(const char *line, size_t n)
{
    for (size_t i = 0; log_formats[i] != NULL; i++)
        if (log_formats[i]->fits(line, n))
            return log_formats[i];
    return NULL;
}

/* The start of a line for people: bytes that a terminal might act on become dots. */
static void
reject(file_scan *f, const char *why)
{
    log_scan *s = f->s;
    if (s->n_rejected++ > 0)
        return;
    int n = snprintf(s->first_reject, sizeof s->first_reject, "%.60s:%lld: %s", f->path,
                     (long long)f->line, why);
    for (size_t i = 0; i < f->len && i < 60 && n > 0 && (size_t)n + 1 < sizeof s->first_reject;
         i++) {
        char c = f->text[i];
        s->first_reject[n++] = c >= 0x20 && c < 0x7F ? c : '.';
        s->first_reject[n] = '\0';
    }
}

static bool
is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\0')
            return false;
    return true;
}

static void
take_line(file_scan *f)
{
    log_scan *s = f->s;
    log_record r = {.at_us = -1, .latency_us = -1};
    if (f->len == 0 || is_blank(f->text, f->len))
        return;
    if (f->text[0] == '#' && s->format != NULL && s->format != &log_cloudfront)
        return;
    if (s->format == NULL)
        s->format = detect(f->text, f->len);
    if (s->format == NULL) {
        if (f->text[0] != '#')
            reject(f, "");
        return;
    }
    switch (s->format->parse(&f->state, f->text, f->len, &r)) {
    case LOG_RECORD:
        s->n_records++;
        s->take(&r, s->ctx);
        break;
    case LOG_REJECT:
        reject(f, "");
        break;
    case LOG_SKIP:
        break;
    }
}

static void
draw_progress(const file_scan *f)
{
    uint64_t size = log_input_size(f->in);
    if (f->s->progress && size > 0 && f->line % PROGRESS_LINES == 0)
        fprintf(stderr, "\r%s: %3d %%", f->path, (int)(log_input_position(f->in) * 100 / size));
}

static int
scan_lines(file_scan *f)
{
    for (;;) {
        log_line line = log_input_next(f->in, &f->text, &f->len);
        if (line == LOG_LINE_END)
            return CTL_OK;
        if (line == LOG_LINE_ERROR)
            return CTL_BAD_INPUT;
        f->line++;
        f->s->n_lines++;
        if (line == LOG_LINE_TOO_LONG)
            reject(f, "line of more than 65536 bytes ");
        else
            take_line(f);
        if (f->s->format == NULL && f->line == DETECT_LINES)
            return CTL_OK;
        draw_progress(f);
    }
}

static int
report_unknown(const file_scan *f)
{
    fprintf(stderr, "splitctl: %s: none of the known formats fits (", f->path);
    for (size_t i = 0; log_formats[i] != NULL; i++)
        fprintf(stderr, "%s%s", i == 0 ? "" : ", ", log_formats[i]->name);
    fprintf(stderr, "); the first line is %s\n", f->s->first_reject);
    return CTL_BAD_INPUT;
}

int
log_scan_file(log_scan *s, const char *path)
{
    file_scan f = {.s = s, .path = path, .in = log_input_open(path)};
    int64_t before = s->n_records;
    if (f.in == NULL)
        return CTL_BAD_INPUT;
    if (!s->is_given)
        s->format = NULL;
    int code = scan_lines(&f);
    if (s->progress && f.line >= PROGRESS_LINES)
        fputs("\r\033[K", stderr);
    if (code == CTL_OK && s->format == NULL && s->n_records == before && f.line > 0)
        code = report_unknown(&f);
    log_input_close(f.in);
    return code;
}
