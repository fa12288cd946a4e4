/* SPDX-License-Identifier: MIT */
/*
 * All sources of a rollout read as one.
 *
 * A read asks all of them at once. It waits a quarter of a window, at most 10 s, and goes on without
 * those that have not answered then: they are named, and their requests live on to half a window. An
 * answer that comes late counts in the next read. While it waits, fleet_on_wait()'s function is
 * called every 20 ms, so that a signal or an operator is obeyed whatever a peer does.
 */
#ifndef SPLITCTL_FLEET_H
#define SPLITCTL_FLEET_H

#include <pthread.h>

#include "split/failover.h"
#include "split/policy.h"
#include "split/source_set.h"

#include "cli/cli.h"
#include "logs/arm.h"

#define FLEET_FIELDS_MAX 1024 /* names of metrics over all kinds of sources */

/* What a read shall do on. */
typedef enum fleet_word {
    FLEET_WAIT,  /* as it does */
    FLEET_HURRY, /* with what is there: the window is closed now */
    FLEET_STOP   /* not at all */
} fleet_word;

/* What was reported of one source. */
typedef struct fleet_report {
    bool failing;                                  /* the last read failed */
    char note[sizeof(((split_reading *)0)->note)]; /* the last note */
} fleet_report;

/* What a read may take. */
typedef enum fleet_pace {
    FLEET_PACED,  /* a part of a window: the next one must not be late */
    FLEET_PATIENT /* as long as a peer may need: no window waits */
} fleet_pace;

typedef struct fleet {
    split_source_set *set;
    fleet_report *reports; /* of each source */
    size_t n;
    size_t n_answered;    /* of the last read */
    bool quiet;           /* this read closes no window: what it lacks is not reported */
    split_us wait_us;     /* how long a read waits, */
    split_us deadline_us; /* and how long a request lives */
    fleet_word (*on_wait)(void *ctx);
    void *wait_ctx;
    split_metric metrics[SPLIT_METRICS_MAX];
    size_t n_metrics;
    split_source_field fields[FLEET_FIELDS_MAX]; /* borrowed from the policy */
    size_t n_fields;
    /* For logs: which statuses are failures, and whose request it was where only the visitor is
     * known. */
    split_failover_options failover;
    arm_rules visitors;
    pthread_mutex_t rules_lock; /* a log is read by a thread of its own */
    const char *route_path;     /* borrowed; NULL without a log */
} fleet;

/* Open every source, to be read once a window_us (0: once a window of the policy); a bare URL is a
 * proxy's admin port. The policy and the route's path are borrowed. Reports on stderr; CTL_OK,
 * CTL_USAGE or CTL_BAD_INPUT. */
int fleet_open(fleet *f, const split_policy *policy, const char *route_path, const cli_texts *specs,
               split_us window_us, fleet_pace pace);
void fleet_close(fleet *f);

/* The traffic has changed: what is counted late must not come into the windows from now on. */
void fleet_mark(fleet *f);

/* Call this while a read waits; NULL for nothing. */
void fleet_on_wait(fleet *f, fleet_word (*on_wait)(void *ctx), void *ctx);

/*
 * What all sources counted since the read before. Returns 0 when one had data at least,
 * SPLIT_ERR_NO_DATA otherwise, SPLIT_ERR_MODE on the word FLEET_STOP. A source that begins or ceases
 * to fail is reported on stderr once.
 */
int fleet_read(fleet *f, split_reading *out);

/* Before the first visitor moves: every source must be readable. One that refuses is asked again for
 * 3 s. CTL_OK; CTL_NO_DATA, with each of the others named on stderr; CTL_HOLD on FLEET_STOP. */
int fleet_preflight(fleet *f);

#endif
