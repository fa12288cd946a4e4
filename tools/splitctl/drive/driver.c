/* SPDX-License-Identifier: MIT */
/* The rollout in motion: windows in, decisions and new routes out. */
#include "drive/driver.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"
#include "split/route.h"

#include "cli/load.h"
#include "screen/view.h"

#define EFFECT_PATIENCE_US                                                                         \
    3000000 /* routers that do not follow in this time are waited for no longer */
#define EFFECT_STEP_US 10000

static int
failed(const char *what, int rc)
{
    fprintf(stderr, "splitctl: %s: %s\n", what, split_strerror(rc));
    return CTL_BAD_INPUT;
}

int
driver_open(driver *d, const split_policy *policy, const char *route_path, const cli_texts *specs,
            split_us window_us)
{
    split_rollout_options options;
    memset(d, 0, sizeof *d);
    d->policy = policy;
    d->route_path = route_path;
    d->id = 1;
    d->effect_us = -1;
    int code = fleet_open(&d->fleet, policy, route_path, specs, window_us);
    if (code != CTL_OK)
        return code;
    int rc = split_policy_rollout_options(policy, &options);
    if (rc == SPLIT_OK)
        rc = split_policy_rollout(policy, &d->info);
    if (window_us > 0)
        options.window_us = window_us;
    if (rc == SPLIT_OK)
        rc = split_rollout_new(&options, NULL, &d->rollout);
    code = rc == SPLIT_OK ? route_state_read(policy, route_path, &d->route) : failed("rollout", rc);
    if (code != CTL_OK)
        driver_close(d);
    d->window_us = options.window_us;
    d->n_phases = options.n_phases;
    return code;
}

/* D25. Ids count windows: those that passed while nobody drove were never reported, and count as
 * such.
 */
static int64_t
next_id(const driver *d)
{
    if (d->diary.n_replayed == 0)
        return 1;
    split_us passed = split_clock_wall() - d->diary.last_start;
    int64_t n = passed / d->window_us;
    return d->diary.last_id + (n < 1 ? 1 : n);
}

int
driver_keep(driver *d, const char *journal_path, bool fresh)
{
    int code = diary_open(&d->diary, journal_path, d->policy, fresh, d->rollout);
    if (code == CTL_OK)
        d->id = next_id(d);
    return code;
}

bool
driver_listen(driver *d)
{
    bool abort = false;
    diary_actions(&d->diary, d->rollout, d->id, &abort);
    return abort;
}

void
driver_close(driver *d)
{
    diary_close(&d->diary);
    fleet_close(&d->fleet);
    split_rollout_free(&d->rollout, NULL);
    route_state_free(&d->route);
}

void
driver_mark(driver *d)
{
    (void)fleet_read(&d->fleet, &d->reading);
    d->window_start_wall = split_clock_wall();
    d->window_end = split_clock_now() + d->window_us;
}

/* Read until every router shows the revision; the last read is the mark where the next window
 * begins. */
static void
await_effect(driver *d, split_us decided)
{
    split_us until = split_clock_now() + EFFECT_PATIENCE_US;
    d->effect_us = -1;
    for (;;) {
        (void)fleet_read(&d->fleet, &d->reading);
        if (d->fleet.n_answered == d->fleet.n && d->reading.has_revision &&
            d->reading.revision >= d->published.revision) {
            d->effect_us = split_clock_now() - decided;
            return;
        }
        if (split_clock_now() >= until || (d->fleet.n_answered > 0 && !d->reading.has_revision))
            return;
        (void)split_clock_sleep_until(split_clock_now() + EFFECT_STEP_US);
    }
}

bool
driver_owns_route(const driver *d)
{
    split_route *route = NULL;
    if (d->dry_run)
        return true;
    int code = load_route_if_there(d->route_path, &route);
    uint64_t revision = route != NULL ? split_route_revision(route) : 0;
    split_route_free(&route, NULL);
    return code == CTL_OK && revision == d->route.revision;
}

/* D27. After an abort the route may have been changed by hand already: that was the operator's
 * word. */
static bool
is_operators_word(driver *d)
{
    route_state state;
    if (d->decision.decision != SPLIT_DECISION_ROLLBACK ||
        d->decision.reason != SPLIT_REASON_MANUAL ||
        route_state_read(d->policy, d->route_path, &state) != CTL_OK)
        return false;
    bool changed = state.revision != d->route.revision;
    if (changed) {
        route_state_free(&d->route);
        d->route = state;
        d->published = (publication){.revision = state.revision, .unchanged = true};
    } else {
        route_state_free(&state);
    }
    return changed;
}

int64_t
driver_percent(const driver *d)
{
    bool back = split_rollout_ended(d->rollout) && d->decision.decision == SPLIT_DECISION_ROLLBACK;
    return back ? d->info.rollback_to_e6 : split_rollout_percent_e6(d->rollout);
}

int
driver_publish(driver *d)
{
    split_us decided = split_clock_now();
    int64_t percent = driver_percent(d);
    if (d->dry_run || is_operators_word(d))
        return CTL_OK;
    if (!driver_owns_route(d)) {
        fprintf(stderr, "splitctl: %s was changed by another writer; it is left alone\n",
                d->route_path);
        return CTL_NOT_PUBLISHED;
    }
    int code = publish_percent(d->policy, d->route_path, &d->route, d->info.variant, percent,
                               &d->published);
    if (code != CTL_OK)
        return code;
    if (d->published.unchanged)
        return CTL_OK;
    route_state_free(&d->route);
    code = route_state_read(d->policy, d->route_path, &d->route);
    await_effect(d, decided);
    fleet_mark(&d->fleet);
    diary_publication(&d->diary, &d->published, percent, d->effect_us);
    d->window_start_wall = split_clock_wall();
    d->window_end = split_clock_now() + d->window_us;
    return code == CTL_OK ? CTL_OK : CTL_NOT_PUBLISHED;
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
    static char json[VIEW_DISPLAY_BYTES];
    view_display display;
    if (d->diary.journal == NULL)
        return;
    view_display_of(&d->reading, &display);
    view_display_write(&display, json);
    diary_window(&d->diary, d->rollout, &d->window, &d->decision, json);
}

int
driver_step(driver *d)
{
    split_window *w = &d->window;
    bool any = fleet_read(&d->fleet, &d->reading) == SPLIT_OK;
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
    if (rc != SPLIT_OK)
        return failed("window", rc);
    keep_window(d);
    if (split_rollout_ended(d->rollout))
        diary_end(&d->diary, split_decision_name(d->decision.decision));
    return CTL_OK;
}
