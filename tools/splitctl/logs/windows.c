/* SPDX-License-Identifier: MIT */
/* Records become the windows of a policy, as JSON Lines for `replay`. */
#include "logs/windows.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit_code.h"

static void
print_window(const split_window *window, void *ctx)
{
    static char line[SPLIT_LINE_BYTES];
    const log_windows *w = ctx;
    if (split_window_write(w->policy, window, line, sizeof line, NULL) == SPLIT_OK)
        puts(line);
}

int
log_windows_open(log_windows *w, const split_policy *policy,
                 void (*take)(const split_window *window, void *ctx), void *ctx)
{
    memset(w, 0, sizeof *w);
    w->policy = policy;
    w->take = take;
    w->ctx = ctx;
    if (split_policy_failover_options(policy, &w->failover) != SPLIT_OK)
        return CTL_BAD_INPUT;
    if (split_policy_rollout_options(policy, &w->options) != SPLIT_OK ||
        split_policy_rollout(policy, &w->info) != SPLIT_OK) {
        fputs("splitctl: the policy has no rollout\n", stderr);
        return CTL_BAD_INPUT;
    }
    w->rules = (split_log_rules){.metrics = w->options.metrics,
                                 .n_metrics = w->options.n_metrics,
                                 .statuses = w->failover.statuses,
                                 .n_statuses = w->failover.n_statuses};
    return CTL_OK;
}

int
log_windows_begin(log_windows *w, const split_policy *policy)
{
    int code = log_windows_open(w, policy, print_window, w);
    if (code == CTL_OK)
        printf("{\"policy\":%s}\n", split_policy_text(policy, NULL));
    return code;
}

static void
close_window(log_windows *w, split_window *window)
{
    w->take(window, w->ctx);
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
        close_window(w, place);
    }
    split_window_init(place, id, number * w->options.window_us);
    return place;
}

static bool
is_variant(const log_windows *w, size_t variant, split_log_text arm)
{
    const char *name = split_policy_variant(w->policy, variant);
    return name != NULL && strlen(name) == arm.len && memcmp(name, arm.at, arm.len) == 0;
}

void
log_windows_add_attempts(log_windows *w, const split_log_arms *arms, const split_log_record *r)
{
    for (uint32_t i = 1; i < r->n_attempts && r->at_us >= 0; i++) {
        split_log_text arm = split_log_attempt_arm(arms, r, i);
        bool is_new = is_variant(w, w->info.variant, arm);
        split_window *window =
            is_new || is_variant(w, w->info.baseline, arm) ? window_at(w, r->at_us) : NULL;
        if (window == NULL)
            continue;
        window->has_baseline = window->has_baseline || !is_new;
        split_log_count_attempt(&w->rules, r, i, is_new ? &window->arm : &window->baseline);
    }
}

int
log_windows_add(log_windows *w, split_log_text arm, const split_log_record *r)
{
    bool is_new = is_variant(w, w->info.variant, arm);
    if ((r->status == 0 && r->first_status == 0) || r->at_us < 0)
        return -1;
    if (!is_new && !is_variant(w, w->info.baseline, arm)) {
        w->n_foreign++;
        return -1;
    }
    split_window *window = window_at(w, r->at_us);
    if (window == NULL) {
        w->n_late++;
        return -1;
    }
    window->has_baseline = window->has_baseline || !is_new;
    split_log_count(&w->rules, r, is_new ? &window->arm : &window->baseline);
    return is_new ? 0 : 1;
}

void
log_windows_end(log_windows *w)
{
    split_window *window;
    while ((window = oldest(w)) != NULL)
        close_window(w, window);
    if (w->n_late > 0)
        fprintf(stderr, "splitctl: %lld records came too late for their window\n",
                (long long)w->n_late);
    if (w->n_foreign > 0)
        fprintf(stderr, "splitctl: %lld records belong to neither variant of the rollout\n",
                (long long)w->n_foreign);
}
