/* SPDX-License-Identifier: MIT */
/* One window: read the sources, judge what they counted, record it. */
#include "drive/window.h"

#include <stdio.h>

#include "split/net.h"

#include "cli/debug.h"
#include "drive/clock.h"
#include "journal/display.h"

/* The engine's longest window. */
#define LENGTH_MAX_US (INT64_C(24) * 3600 * 1000000)

void
window_begin(driver *d)
{
    d->window_start_wall = split_clock_wall();
    d->window_start = clock_real();
    d->window_end = d->window_start + d->window_us;
}

void
window_mark(driver *d)
{
    (void)fleet_read(&d->fleet, &d->reading);
    window_begin(d);
}

/* D25. A window is the time between two reads. One that comes late covers the ids that its length
 * has room for, so that ids go with time; the next one ends on the grid, and no sooner than half a
 * window later. */
static int64_t
close_window(driver *d, split_us now)
{
    split_us length = now - d->window_start;
    int64_t covers = (length + d->window_us / 2) / d->window_us;
    covers = covers < 1 ? 1 : covers;
    d->length_us = length > LENGTH_MAX_US ? LENGTH_MAX_US : length;
    d->id += covers;
    d->window_start = now;
    d->window_start_wall = split_clock_wall();
    d->window_end += covers * d->window_us;
    if (d->window_end < now + d->window_us / 2 || d->window_end > now + 2 * d->window_us)
        d->window_end = now + d->window_us;
    return d->id - 1;
}

static void
record(driver *d, const split_window *w)
{
    uint32_t phase = split_rollout_phase(d->rollout);
    if (phase >= d->n_phases)
        return;
    phase_record *r = &d->phases[phase];
    if (r->began_wall == 0)
        r->began_wall = w->start_us;
    r->ended_wall = split_clock_wall();
    r->n_windows++;
    split_arm_add(&r->arm, &w->arm);
    split_arm_add(&r->baseline, &w->baseline);
}

static void
keep_window(driver *d)
{
    static char json[DISPLAY_BYTES];
    window_display display;
    if (d->diary.journal == NULL)
        return;
    display_of(&d->reading, &display);
    display_write(&display, json);
    diary_window(&d->diary, d->rollout, &d->window, &d->decision, json);
}

int
window_step(driver *d)
{
    split_window *w = &d->window;
    split_us start_wall = d->window_start_wall;
    int got = fleet_read(&d->fleet, &d->reading);
    if (got == SPLIT_ERR_MODE)
        return CTL_HOLD;
    bool any = got == SPLIT_OK;
    d->window_has_data = any;
    split_window_init(w, close_window(d, clock_real()), start_wall);
    if (any && d->reading.has_arm[SPLIT_READING_ARM])
        w->arm = d->reading.arm[SPLIT_READING_ARM];
    w->has_baseline = any && d->reading.has_arm[SPLIT_READING_BASELINE];
    if (w->has_baseline)
        w->baseline = d->reading.arm[SPLIT_READING_BASELINE];
    record(d, w);
    int rc = split_rollout_step(d->rollout, w, &d->decision);
    d->decided_wall = split_clock_wall();
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: window %lld: %s\n", (long long)w->id, split_strerror(rc));
        return CTL_BAD_INPUT;
    }
    debug_line("window %lld: decided %s (%s) in phase %u", (long long)w->id,
               split_decision_name((int)d->decision.decision),
               split_rollout_reason(d->rollout, &d->decision), (unsigned)d->decision.phase + 1);
    keep_window(d);
    if (split_rollout_has_ended(d->rollout))
        diary_end(&d->diary, split_decision_name((int)d->decision.decision));
    return CTL_OK;
}
