/* SPDX-License-Identifier: MIT */
/* Records become the windows of a policy, as JSON Lines for `replay`. */
#include "windows.h"

#include <stdio.h>
#include <string.h>

#include "../exit_code.h"

int
log_windows_begin(log_windows *w, const split_policy *policy)
{
    memset(w, 0, sizeof *w);
    w->policy = policy;
    if (split_policy_failover_options(policy, &w->failover) != SPLIT_OK)
        return CTL_BAD_INPUT;
    if (split_policy_rollout_options(policy, &w->options) != SPLIT_OK ||
        split_policy_rollout(policy, &w->info) != SPLIT_OK) {
        fputs("splitctl: the policy has no rollout\n", stderr);
        return CTL_BAD_INPUT;
    }
    printf("{\"policy\":%s}\n", split_policy_text(policy, NULL));
    return CTL_OK;
}

static void
write_window(log_windows *w, split_window *window)
{
    static char line[SPLIT_LINE_BYTES];
    if (split_window_write(w->policy, window, line, sizeof line, NULL) == SPLIT_OK)
        puts(line);
    if (window->id >= w->closed_to)
        w->closed_to = window->id + 1;
    window->id = 0;
}

static split_window *
oldest(log_windows *w)
{
    split_window *found = NULL;
    for (size_t i = 0; i < WINDOWS_OPEN; i++)
        if (w->open[i].id != 0 && (found == NULL || w->open[i].id < found->id))
            found = &w->open[i];
    return found;
}

/* The open window of an instant; NULL when it was written already. */
static split_window *
window_at(log_windows *w, split_us at_us)
{
    int64_t number = at_us / w->options.window_us;
    split_window *place = NULL;
    if (!w->has_first) { /* the first record need not be the earliest */
        w->first = number - WINDOWS_OPEN;
        w->has_first = true;
    }
    int64_t id = number - w->first + 1;
    for (size_t i = 0; i < WINDOWS_OPEN; i++) {
        if (w->open[i].id == id)
            return &w->open[i];
        if (w->open[i].id == 0)
            place = &w->open[i];
    }
    if (id < w->closed_to || id < 1)
        return NULL;
    if (place == NULL) {
        place = oldest(w);
        if (id < place->id)
            return NULL;
        write_window(w, place);
    }
    split_window_init(place, id, number * w->options.window_us);
    return place;
}

static bool
is_failure(const log_windows *w, int status)
{
    for (uint32_t i = 0; i < w->failover.n_statuses; i++)
        if (w->failover.statuses[i] == (uint32_t)status)
            return true;
    return false;
}

static void
bump(split_arm *arm, split_counter counter, bool counts)
{
    arm->present |= UINT32_C(1) << counter;
    arm->counts[counter] += counts ? 1 : 0;
}

static void
count_latency(const log_windows *w, split_arm *arm, split_us latency_us)
{
    bump(arm, SPLIT_COUNTER_TIMED, latency_us >= 0);
    for (uint32_t m = 0; m < w->options.n_metrics; m++) {
        if (w->options.metrics[m].kind != SPLIT_METRIC_LATENCY)
            continue;
        arm->over_present |= UINT32_C(1) << m;
        for (uint32_t b = 0; b < SPLIT_BOUNDS; b++)
            arm->over[SPLIT_BOUNDS * m + b] +=
                latency_us >= split_metric_over_us(&w->options.metrics[m], (split_bound_index)b)
                    ? 1
                    : 0;
    }
}

static void
count_record(const log_windows *w, split_arm *arm, const log_record *r)
{
    bump(arm, SPLIT_COUNTER_SENT, true);
    bump(arm, SPLIT_COUNTER_OUTCOMES, true);
    bump(arm, SPLIT_COUNTER_ERROR, is_failure(w, r->status));
    bump(arm, SPLIT_COUNTER_EDGE_REQUESTS, true);
    bump(arm, SPLIT_COUNTER_EDGE_5XX, r->status / 100 == 5);
    if (r->latency_us >= 0)
        count_latency(w, arm, r->latency_us);
    if (log_is_lookup(r)) {
        bump(arm, SPLIT_COUNTER_LOOKUPS, true);
        bump(arm, SPLIT_COUNTER_MISSES, r->cache == LOG_CACHE_MISS);
    }
}

static bool
is_variant(const log_windows *w, size_t variant, log_text arm)
{
    const char *name = split_policy_variant(w->policy, variant);
    return name != NULL && strlen(name) == arm.len && memcmp(name, arm.at, arm.len) == 0;
}

void
log_windows_add(log_windows *w, log_text arm, const log_record *r)
{
    bool is_new = is_variant(w, w->info.variant, arm);
    if (r->status == 0 || r->at_us < 0)
        return;
    if (!is_new && !is_variant(w, w->info.baseline, arm)) {
        w->n_foreign++;
        return;
    }
    split_window *window = window_at(w, r->at_us);
    if (window == NULL) {
        w->n_late++;
        return;
    }
    window->has_baseline = window->has_baseline || !is_new;
    count_record(w, is_new ? &window->arm : &window->baseline, r);
}

void
log_windows_end(log_windows *w)
{
    split_window *window;
    while ((window = oldest(w)) != NULL)
        write_window(w, window);
    if (w->n_late > 0)
        fprintf(stderr, "splitctl: %lld records came too late for their window\n",
                (long long)w->n_late);
    if (w->n_foreign > 0)
        fprintf(stderr, "splitctl: %lld records belong to neither variant of the rollout\n",
                (long long)w->n_foreign);
}
