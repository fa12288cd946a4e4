/* SPDX-License-Identifier: MIT */
/* One window: read the sources, judge what they counted, record it. */
#include "drive/window.h"

#include <stdio.h>

#include "split/net.h"

#include "journal/display.h"

void
window_mark(driver *d)
{
    (void)fleet_read(&d->fleet, &d->reading);
    d->window_start_wall = split_clock_wall();
    d->window_end = split_clock_now() + d->window_us;
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
    int got = fleet_read(&d->fleet, &d->reading);
    if (got == SPLIT_ERR_MODE)
        return CTL_HOLD;
    bool any = got == SPLIT_OK;
    d->window_has_data = any;
    split_window_init(w, d->id++, d->window_start_wall);
    if (any && d->reading.has_arm[SPLIT_READING_ARM])
        w->arm = d->reading.arm[SPLIT_READING_ARM];
    w->has_baseline = any && d->reading.has_arm[SPLIT_READING_BASELINE];
    if (w->has_baseline)
        w->baseline = d->reading.arm[SPLIT_READING_BASELINE];
    record(d, w);
    d->window_start_wall = split_clock_wall();
    d->window_end += d->window_us;
    int rc = split_rollout_step(d->rollout, w, &d->decision);
    d->decided_wall = split_clock_wall();
    if (rc != SPLIT_OK) {
        fprintf(stderr, "splitctl: window %lld: %s\n", (long long)w->id, split_strerror(rc));
        return CTL_BAD_INPUT;
    }
    keep_window(d);
    if (split_rollout_has_ended(d->rollout))
        diary_end(&d->diary, split_decision_name(d->decision.decision));
    return CTL_OK;
}
