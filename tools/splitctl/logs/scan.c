/* SPDX-License-Identifier: MIT */
/* Files become records: progress, rejects over all files. */
#include "logs/scan.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit_code.h"
#include "logs/input.h"

#define DETECT_LINES 200 /* that may pass before the format is clear */
#define PROGRESS_LINES 200000

typedef struct file_scan {
    log_scan *s;
    log_input *in;
    const char *path;
    int64_t drawn; /* lines when progress was drawn last */
    split_log_info info;
} file_scan;

static void
draw_progress(file_scan *f)
{
    uint64_t size = log_input_size(f->in);
    if (!f->s->progress || size == 0 || f->info.n_lines - f->drawn < PROGRESS_LINES)
        return;
    f->drawn = f->info.n_lines;
    fprintf(stderr, "\r%s: %3d %%", f->path, (int)(log_input_position(f->in) * 100 / size));
}

/* What is there already. False when no format is in sight. */
static bool
take_records(file_scan *f)
{
    split_log_record r;
    for (;;) {
        split_log_answer answer = split_log_next(f->s->log, &r);
        if (answer == SPLIT_LOG_RECORD) {
            f->s->take(&r, f->s->ctx);
            continue;
        }
        split_log_get(f->s->log, &f->info);
        if (answer == SPLIT_LOG_MORE)
            return true;
        if (f->info.format == NULL && f->info.n_lines >= DETECT_LINES)
            return false;
    }
}

static int
scan_bytes(file_scan *f)
{
    for (;;) {
        size_t room;
        char *at = split_log_room(f->s->log, &room);
        int n = log_input_read(f->in, at, room);
        if (n < 0)
            return CTL_BAD_INPUT;
        if (n > 0)
            split_log_put(f->s->log, (size_t)n);
        else
            split_log_end(f->s->log);
        if (!take_records(f) || n == 0)
            return CTL_OK;
        draw_progress(f);
    }
}

static int
report_unknown(const file_scan *f)
{
    fprintf(stderr, "splitctl: %s: none of the known formats fits (", f->path);
    for (int i = 0; split_log_format_name(i)[0] != '?'; i++)
        fprintf(stderr, "%s%s", i == 0 ? "" : ", ", split_log_format_name(i));
    fprintf(stderr, "); the first line is %s\n", f->s->first_reject);
    return CTL_BAD_INPUT;
}

static void
add_counts(const file_scan *f)
{
    log_scan *s = f->s;
    if (s->n_rejected == 0 && f->info.n_rejected > 0)
        snprintf(s->first_reject, sizeof s->first_reject, "%.60s:%lld: %s", f->path,
                 (long long)f->info.first_reject_line, f->info.first_reject);
    s->format = f->info.format;
    s->n_lines += f->info.n_lines;
    s->n_records += f->info.n_records;
    s->n_rejected += f->info.n_rejected;
}

int
log_scan_file(log_scan *s, const char *path)
{
    file_scan f = {.s = s, .path = path, .in = log_input_open(path)};
    if (f.in == NULL)
        return CTL_BAD_INPUT;
    split_log_restart(s->log);
    int code = scan_bytes(&f);
    if (s->progress && f.info.n_lines >= PROGRESS_LINES)
        fputs("\r\033[K", stderr);
    add_counts(&f);
    if (code == CTL_OK && f.info.format == NULL && f.info.n_lines > 0)
        code = report_unknown(&f);
    log_input_close(f.in);
    return code;
}
