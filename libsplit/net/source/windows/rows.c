/* SPDX-License-Identifier: MIT */
/* Lines of windows: each is counted once, by its start. */
#include "net/source/windows/rows.h"

#include <string.h>

#include "net/base/fault.h"
#include "net/source/reading.h"
#include "net/source/windows/row.h"

#define LINE_MAX_BYTES 65536

/* What one text brings, until it is known to be good. */
typedef struct batch {
    split_reading sum;
    split_us newest_us;
    size_t n_new;
    size_t n_late;
} batch;

/* Several rows may be of one window: one for each arm. A start that was taken by an earlier text is
 * old. */
static void
take_row(const window_rows *w, const window_row *row, batch *b)
{
    if (row->start_us > b->newest_us)
        b->newest_us = row->start_us;
    if (!w->is_begun)
        return;
    if (row->start_us <= w->taken_us || row->start_us < w->floor_us) {
        b->n_late += row->start_us < w->taken_us ? 1 : 0;
        return;
    }
    split__row_add(row, &b->sum);
    b->n_new++;
}

/* NULL, or what is wrong with the line. */
static const char *
take_line(const window_rows *w, const char *line, size_t n, batch *b, char why[160])
{
    window_row row;
    const char *end = line + n;
    if (n > LINE_MAX_BYTES)
        return "it is longer than 65536 bytes";
    cJSON *json = cJSON_ParseWithLengthOpts(line, n, &end, false);
    while (json != NULL && end < line + n && strchr(" \t\r", *end) != NULL)
        end++;
    bool whole = json != NULL && end == line + n;
    bool good = whole && split__row_read(json, w->options, &row, why, 160);
    cJSON_Delete(json);
    if (!whole)
        return "it is no JSON";
    if (!good)
        return why;
    if (row.start_us < 0)
        return "it has no start";
    take_row(w, &row, b);
    return NULL;
}

int
split__rows_take(window_rows *w, const char *name, const char *text, size_t len, split_reading *out,
                 split_error *error)
{
    batch b = {.newest_us = w->taken_us};
    char why[160];
    size_t n_line = 0;
    split_reading_init(&b.sum);
    for (const char *p = text, *end = text + len; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop != NULL ? stop : end) - p);
        size_t blank = 0;
        n_line++;
        while (blank < n && strchr(" \t\r", p[blank]) != NULL && p[blank] != '\0')
            blank++;
        const char *fault = blank == n ? NULL : take_line(w, p, n, &b, why);
        if (fault != NULL)
            return split__net_fault(error, SPLIT_ERR_PEER, "%.90s: line %zu is no window: %s", name,
                                    n_line, fault);
        p += n + 1;
    }
    bool first = !w->is_begun;
    w->is_begun = true;
    w->taken_us = b.newest_us;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        out->arm[a] = b.sum.arm[a];
        out->has_arm[a] = b.sum.has_arm[a];
    }
    if (b.n_late > 0)
        split__net_note(out, "windows that came late or twice are left out");
    if (first)
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "first look at %.120s", name);
    return b.n_new > 0
               ? SPLIT_OK
               : split__net_fault(error, SPLIT_ERR_NO_DATA, "no new window from %.120s", name);
}

void
split__rows_mark(window_rows *w)
{
    w->floor_us = split_clock_wall();
}
