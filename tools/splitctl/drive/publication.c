/* SPDX-License-Identifier: MIT */
/* The share that the rollout asks for becomes the route in force. */
#include "drive/publication.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"
#include "split/route.h"

#include "cli/debug.h"
#include "cli/load.h"
#include "drive/window.h"
#include "route/board_show.h"

/* Routers that do not follow in this time are waited for no longer. */
#define EFFECT_PATIENCE_US 3000000
/* Between two polls: doubled each time, so that a source that answers badly is not flooded. */
#define EFFECT_STEP_US 10000
#define EFFECT_STEP_MAX_US 320000

/* Read until every router shows the revision; the last read is the mark where the next window
 * begins. */
static void
publication_confirm(driver *d, split_us decided)
{
    split_us until = split_clock_now() + EFFECT_PATIENCE_US;
    d->effect_us = -1;
    for (split_us step = EFFECT_STEP_US;; step = 2 * step < EFFECT_STEP_MAX_US ? 2 * step : step) {
        if (fleet_read(&d->fleet, &d->reading) == SPLIT_ERR_MODE)
            return;
        if (d->fleet.n_answered == d->fleet.n && d->reading.has_revision &&
            d->reading.revision >= d->published.revision) {
            d->effect_us = split_clock_now() - decided;
            return;
        }
        if (split_clock_now() >= until || (d->fleet.n_answered > 0 && !d->reading.has_revision))
            return;
        (void)split_clock_sleep_until(split_clock_now() + step);
    }
}

bool
publication_owns(const driver *d)
{
    split_route *route = NULL;
    if (d->dry_run)
        return true;
    int code = route_peek(d->policy, d->route_path, &route);
    if (code == CTL_NO_DATA)
        return true; /* a sink that does not answer now; its fence decides when it does */
    bool same = code == CTL_OK;
    if (route == NULL || d->route.route == NULL)
        same = same && route == d->route.route;
    else
        same = strcmp(split_route_text(route, NULL), split_route_text(d->route.route, NULL)) == 0;
    split_route_free(&route, NULL);
    return same;
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
    bool changed = d->is_left || state.revision != d->route.revision;
    route_state_free(changed ? &d->route : &state);
    if (changed) {
        d->route = state;
        d->published = (publication){.revision = state.revision, .unchanged = true};
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

/* Why the route has the share, for whoever reads it: "phase 2 of 3", "ROLLBACK (error_rate)". */
static void
reason(const driver *d, char *buf, size_t buf_size)
{
    if (d->decision.decision == SPLIT_DECISION_ROLLBACK)
        snprintf(buf, buf_size, "%s (%s)", split_decision_name((int)d->decision.decision),
                 split_rollout_reason(d->rollout, &d->decision));
    else
        snprintf(buf, buf_size, "phase %u of %u", (unsigned)split_rollout_phase(d->rollout) + 1,
                 (unsigned)d->n_phases);
}

static int
publish(driver *d, int64_t percent)
{
    char why[256];
    reason(d, why, sizeof why);
    const publish_note note = {.by = DIARY_RUN, .why = why};
    diary_intend(&d->diary, d->route.revision + 1, percent);
    int code = publish_percent(d->policy, d->route_path, &d->route, d->info.variant, percent, &note,
                               &d->published);
    debug_line("published %s at %lld.%06lld %%: %s, revision %llu", d->route_path,
               (long long)(percent / 1000000), (long long)(percent % 1000000),
               code != CTL_OK           ? "refused"
               : d->published.unchanged ? "unchanged"
                                        : "in force",
               (unsigned long long)d->published.revision);
    if (code != CTL_OK || d->published.unchanged)
        diary_published(&d->diary, NULL, 0);
    return code;
}

/* The route that is in force already is this rollout's own from now on. */
static void
keep_unchanged(driver *d, int64_t percent)
{
    const publication p = {.revision = d->route.revision, .wall_us = split_clock_wall()};
    if (d->diary.n_replayed > 0 || d->n_published > 0)
        return;
    diary_intend(&d->diary, d->route.revision, percent);
    diary_published(&d->diary, &p, -1);
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
    int code = publish(d, percent);
    if (code != CTL_OK)
        return code;
    if (d->published.unchanged)
        keep_unchanged(d, percent);
    d->n_published++;
    if (d->published.unchanged)
        return CTL_OK;
    route_state_free(&d->route);
    board_print(d->policy, true);
    d->n_behind = d->published.n_behind;
    code = route_state_read(d->policy, d->route_path, &d->route);
    d->fleet.quiet = true;
    publication_confirm(d, decided);
    d->fleet.quiet = false;
    fleet_mark(&d->fleet);
    diary_published(&d->diary, &d->published, d->effect_us);
    window_begin(d);
    return code == CTL_OK ? CTL_OK : CTL_NOT_PUBLISHED;
}

void
publication_repair(driver *d)
{
    if (d->dry_run || d->is_left || !board_is_on(d->policy))
        return;
    size_t behind = board_repair(d->policy, d->route.route, false);
    if (behind > d->n_behind)
        board_print(d->policy, true);
    else if (behind == 0 && d->n_behind > 0)
        fputs("splitctl: all sinks have the route again\n", stderr);
    d->n_behind = behind;
}
