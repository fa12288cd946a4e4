/* SPDX-License-Identifier: MIT */
/* The share that the rollout asks for becomes the route in force. */
#include "drive/publication.h"

#include <stdio.h>

#include "split/net.h"
#include "split/route.h"

#include "cli/load.h"

/* Routers that do not follow in this time are waited for no longer. */
#define EFFECT_PATIENCE_US 3000000
#define EFFECT_STEP_US 10000

/* Read until every router shows the revision; the last read is the mark where the next window
 * begins. */
static void
publication_confirm(driver *d, split_us decided)
{
    split_us until = split_clock_now() + EFFECT_PATIENCE_US;
    d->effect_us = -1;
    for (;;) {
        if (fleet_read(&d->fleet, &d->reading) == SPLIT_ERR_MODE)
            return;
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
publication_owns(const driver *d)
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
publication_percent(const driver *d)
{
    bool back =
        split_rollout_has_ended(d->rollout) && d->decision.decision == SPLIT_DECISION_ROLLBACK;
    return back ? d->info.rollback_to_e6 : split_rollout_percent_e6(d->rollout);
}

int
publication_publish(driver *d)
{
    split_us decided = split_clock_now();
    int64_t percent = publication_percent(d);
    if (d->dry_run || is_operators_word(d))
        return CTL_OK;
    if (!publication_owns(d)) {
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
    d->fleet.quiet = true;
    publication_confirm(d, decided);
    d->fleet.quiet = false;
    fleet_mark(&d->fleet);
    diary_publication(&d->diary, &d->published, percent, d->effect_us);
    d->window_start_wall = split_clock_wall();
    d->window_end = split_clock_now() + d->window_us;
    return code == CTL_OK ? CTL_OK : CTL_NOT_PUBLISHED;
}
