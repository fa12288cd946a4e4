/* SPDX-License-Identifier: MIT */
/* Records become the windows of a policy, as JSON Lines for `replay`: a rollout judged after the
 * fact. */
#ifndef SPLITCTL_LOGS_WINDOWS_H
#define SPLITCTL_LOGS_WINDOWS_H

#include "split/failover.h"
#include "split/lines.h"
#include "split/log.h"

#define WINDOWS_OPEN 8 /* logs are not quite in order */

typedef struct log_windows {
    const split_policy *policy;
    split_rollout_options options;
    split_rollout_info info;
    split_failover_options failover; /* its statuses are the failures */
    split_log_rules rules;
    int64_t first; /* number of the first window since 1970; its id is 1 */
    bool has_first;
    int64_t closed_to;               /* windows before this were written */
    split_window open[WINDOWS_OPEN]; /* id 0: free */
    int64_t n_late;
    int64_t n_foreign; /* records of neither arm */
    /* Takes every window that is whole, oldest first. */
    void (*take)(const split_window *window, void *ctx);
    void *ctx;
} log_windows;

/* Writes the policy's line, and later every window as one. An exit code. */
int log_windows_begin(log_windows *w, const split_policy *policy);

/* Writes nothing: windows go to `take`. */
int log_windows_open(log_windows *w, const split_policy *policy,
                     void (*take)(const split_window *window, void *ctx), void *ctx);

/* Count the attempts after the first for the variants that they were sent to. */
void log_windows_add_attempts(log_windows *w, const split_log_arms *arms,
                              const split_log_record *r);

/* Count a record. Returns 0 for the new system, 1 for the baseline, -1 when it was not counted: of
 * neither, late, or without a time or a status. */
int log_windows_add(log_windows *w, split_log_text arm, const split_log_record *r);
/* Write what is open. */
void log_windows_end(log_windows *w);

#endif
