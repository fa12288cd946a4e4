/* SPDX-License-Identifier: MIT */
/* Latencies of both systems by cache result. */
#include "compare/latency.h"

#include <stdlib.h>

static void
clear(latency_sheet *s)
{
    s->start_us = -1;
    s->first_us = INT64_MAX;
    s->last_us = -1;
    for (int arm = 0; arm < 2; arm++)
        for (int part = 0; part < LATENCY_PARTS; part++)
            tally_times_clear(&s->times[arm][part]);
}

latency_book *
latency_book_new(void)
{
    latency_book *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    clear(&b->total);
    for (int i = 0; i < WINDOWS_OPEN; i++)
        clear(&b->open[i]);
    return b;
}

/* The sheet of a window that is open; there are as many as windows can be. */
static latency_sheet *
sheet_of(latency_book *b, split_us start_us)
{
    latency_sheet *empty = NULL;
    for (int i = 0; i < WINDOWS_OPEN; i++) {
        if (b->open[i].start_us == start_us)
            return &b->open[i];
        if (b->open[i].start_us < 0)
            empty = &b->open[i];
    }
    if (empty != NULL)
        empty->start_us = start_us;
    return empty;
}

static void
note_time(latency_sheet *s, split_us first_us, split_us last_us)
{
    s->first_us = first_us < s->first_us ? first_us : s->first_us;
    s->last_us = last_us > s->last_us ? last_us : s->last_us;
}

void
latency_add(latency_book *b, split_us window_us, int arm, const split_log_record *r)
{
    latency_sheet *s = sheet_of(b, r->at_us - r->at_us % window_us);
    if (s == NULL)
        return;
    note_time(s, r->at_us, r->at_us);
    if (r->latency_us < 0)
        return;
    tally_times_add(&s->times[arm][LATENCY_ALL], r->latency_us);
    if (split_log_is_lookup(r))
        tally_times_add(
            &s->times[arm][r->cache == SPLIT_LOG_CACHE_MISS ? LATENCY_MISSES : LATENCY_HITS],
            r->latency_us);
}

void
latency_close(latency_book *b, split_us start_us, bool take)
{
    for (int i = 0; i < WINDOWS_OPEN; i++) {
        latency_sheet *s = &b->open[i];
        if (s->start_us != start_us)
            continue;
        if (take)
            note_time(&b->total, s->first_us, s->last_us);
        for (int arm = 0; take && arm < 2; arm++)
            for (int part = 0; part < LATENCY_PARTS; part++)
                tally_times_merge(&b->total.times[arm][part], &s->times[arm][part]);
        clear(s);
    }
}
