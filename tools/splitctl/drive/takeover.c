/* SPDX-License-Identifier: MIT */
/* Whether a run may drive: the route in force against what the journal left. */
#include "drive/takeover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"

#include "journal/read.h"
#include "journal/write.h"
#include "route/weights.h"

#define TEXT_BYTES 1600

static const char *
variant_name(const driver *d)
{
    return split_policy_variant(d->policy, d->info.variant);
}

static void
say_in_force(const driver *d)
{
    char text[TEXT_BYTES];
    route_state_print(&d->route, d->info.variant, variant_name(d), text, sizeof text);
    fprintf(stderr, "  in force in %s: %s\n", d->route_path, text);
}

static void
say_ways_on(const driver *d)
{
    char share[16];
    split_rollout_options options;
    if (split_policy_rollout_options(d->policy, &options) == SPLIT_OK)
        fprintf(stderr,
                "  'splitctl run --adopt' goes on from there when it is the share of a phase; "
                "'--new' begins a rollout at %s %%\n",
                weights_print(options.phases[0].percent_e6, share));
}

void
takeover_say_left(driver *d)
{
    route_state now;
    fputs("splitctl: the route was published by somebody else; it is left alone, this run ends\n",
          stderr);
    if (route_state_read(d->policy, d->route_path, &now) != CTL_OK)
        return;
    route_state_free(&d->route);
    d->route = now;
    say_in_force(d);
    say_ways_on(d);
}

/* Shares in force are whole buckets: a share fits a phase when both are the same number of them. */
static int64_t
phase_in_force(const driver *d)
{
    split_rollout_options options;
    uint64_t weights[SPLIT_VARIANTS_MAX];
    if (split_policy_rollout_options(d->policy, &options) != SPLIT_OK)
        return -1;
    for (uint32_t i = 0; i < options.n_phases; i++) {
        split_plan *plan = NULL;
        uint32_t moved = 1;
        percent_weights(&d->route, d->info.variant, options.phases[i].percent_e6, weights);
        bool same = plan_after(d->route.plan, weights, &plan, &moved) == SPLIT_OK && moved == 0;
        split_plan_free(&plan, NULL);
        if (same)
            return i;
    }
    return -1;
}

/* Is the route in force the last one that this rollout published, or was about to? */
static bool
is_own_route(const driver *d, const journal_publication *last)
{
    if (strcmp(last->by, DIARY_RUN) != 0)
        return false;
    if (last->effect_us != JOURNAL_INTENDED)
        return (uint64_t)last->revision == d->route.revision;
    if (d->route.revision + 1 == (uint64_t)last->revision)
        return true; /* it was killed before the route was written */
    return d->route.revision == (uint64_t)last->revision && d->route.route != NULL &&
           strcmp(split_route_issued_by(d->route.route), DIARY_RUN) == 0 &&
           route_state_percent(&d->route, d->info.variant) == last->percent_e6;
}

/* Nothing is known of who put the route there: only its first phase, or no route, may be taken. */
static int
check_fresh(const driver *d)
{
    if (d->route.revision == 0 || phase_in_force(d) == 0)
        return CTL_OK;
    fprintf(stderr, "splitctl: a route is in force that no rollout here has published; it is left "
                    "alone\n");
    say_in_force(d);
    say_ways_on(d);
    return CTL_NOT_PUBLISHED;
}

static int
check_own(driver *d)
{
    journal_publication last;
    char share[16];
    int code = journal_last_publication(d->diary.journal, d->diary.rollout, &last);
    if (code == CTL_NO_DATA)
        return check_fresh(d);
    if (code != CTL_OK || is_own_route(d, &last))
        return code;
    fprintf(stderr,
            "splitctl: somebody else changed the route; it is left alone, this run ends\n"
            "  the rollout left: revision %lld, %s %% to '%s', by %s\n",
            (long long)last.revision, weights_print(last.percent_e6, share), variant_name(d),
            last.by);
    say_in_force(d);
    say_ways_on(d);
    return CTL_NOT_PUBLISHED;
}

/* D25. Ids count windows: those that passed while nobody drove were never reported, and count as
 * such. */
static int64_t
next_id(const driver *d)
{
    if (d->diary.n_replayed == 0)
        return 1;
    split_us passed = split_clock_wall() - d->diary.last_start;
    int64_t n = passed / d->window_us;
    return d->diary.last_id + (n < 1 ? 1 : n);
}

static int
go_on(driver *d, takeover *t)
{
    int code = diary_go_on(&d->diary, d->rollout);
    if (code != CTL_OK)
        return code;
    d->id = next_id(d);
    t->aborted = driver_listen(d);
    code = check_own(d);
    if (t->aborted && code == CTL_NOT_PUBLISHED) {
        d->is_left = true; /* the way back was put there by hand already */
        return CTL_OK;
    }
    return code;
}

static int
say_ended(const driver *d, takeover *t)
{
    char time[SPLIT_TIME_BYTES] = "";
    const journal_rollout *r = &d->diary.newest;
    (void)split_time_print(r->ended_us, time);
    t->ended = true;
    printf("%s: this rollout ended at %s as %s; nothing is changed, 'splitctl run --new' begins "
           "another\n",
           split_policy_name(d->policy), time, r->outcome);
    return strcmp(r->outcome, "ROLLBACK") == 0 ? CTL_ROLLED_BACK : CTL_OK;
}

/* The engine starts in its first phase; windows without data and an operator's word take it on, and
 * are recorded as such. */
static int
advance_to(driver *d, const takeover *t, int64_t phase)
{
    char why[128];
    snprintf(why, sizeof why, "adopts revision %llu", (unsigned long long)d->route.revision);
    for (int64_t i = 0; i < phase; i++) {
        split_window w;
        diary_act(&d->diary, SPLIT_ACTION_ADVANCE, d->id, t->who, why);
        split_window_init(&w, d->id++, split_clock_wall());
        int rc = split_rollout_act(d->rollout, SPLIT_ACTION_ADVANCE);
        if (rc == SPLIT_OK)
            rc = split_rollout_step(d->rollout, &w, &d->decision);
        if (rc != SPLIT_OK) {
            fprintf(stderr, "splitctl: adopting: %s\n", split_strerror(rc));
            return CTL_BAD_INPUT;
        }
        diary_window(&d->diary, d->rollout, &w, &d->decision, "");
    }
    return split_rollout_phase(d->rollout) == phase ? CTL_OK : CTL_BAD_INPUT;
}

static int
adopt(driver *d, const takeover *t)
{
    int64_t phase = phase_in_force(d);
    if (d->route.revision == 0 || phase < 0) {
        fputs("splitctl: the share in force is not a phase of the policy; nothing is adopted\n",
              stderr);
        say_in_force(d);
        say_ways_on(d);
        return CTL_NOT_PUBLISHED;
    }
    int code = d->diary.journal != NULL ? diary_begin(&d->diary) : CTL_OK;
    return code == CTL_OK ? advance_to(d, t, phase) : code;
}

int
takeover_begin(driver *d, takeover *t, const char *journal_path)
{
    int code = journal_path != NULL ? diary_open(&d->diary, journal_path, d->policy) : CTL_OK;
    const journal_rollout *r = &d->diary.newest;
    bool open = r->id != 0 && r->ended_us == 0;
    if (code != CTL_OK)
        return code;
    if (t->how == TAKEOVER_ADOPT)
        return adopt(d, t);
    if (t->how == TAKEOVER_GO_ON && open)
        return go_on(d, t);
    if (t->how == TAKEOVER_GO_ON && r->id != 0 && strcmp(r->outcome, "ABANDONED") != 0)
        return say_ended(d, t);
    code = t->how == TAKEOVER_GO_ON && !d->dry_run ? check_fresh(d) : CTL_OK;
    return code == CTL_OK && journal_path != NULL ? diary_begin(&d->diary) : code;
}
