/* SPDX-License-Identifier: MIT */
/* All sources of a rollout read as one. */
#ifndef SPLITCTL_FLEET_H
#define SPLITCTL_FLEET_H

#include "split/failover.h"
#include "split/policy.h"
#include "split/source.h"

#include "cli/cli.h"
#include "logs/arm.h"

#define FLEET_MAX CLI_TEXTS_MAX
#define FLEET_FIELDS_MAX 512 /* names of metrics over all sources */

typedef struct fleet {
    split_source *sources[FLEET_MAX];
    bool failing[FLEET_MAX]; /* the last read failed; reported once */
    char told[FLEET_MAX][sizeof(((split_reading *)0)->note)]; /* the last note that was told */
    size_t n;
    size_t n_answered; /* of the last read */
    split_metric metrics[SPLIT_METRICS_MAX];
    size_t n_metrics;
    split_source_field fields[FLEET_FIELDS_MAX]; /* borrowed from the policy */
    size_t n_fields;
    /* For logs: which statuses are failures, and whose request it was where only the visitor is
     * known. */
    split_failover_options failover;
    arm_rules visitors;
    const char *route_path; /* borrowed; NULL without a log */
} fleet;

/* Open every source, to be read once a window_us (0: once a window of the policy); a bare URL is a
 * proxy's admin port. The policy and the route's path are borrowed. Reports on stderr; CTL_OK,
 * CTL_USAGE or CTL_BAD_INPUT. */
int fleet_open(fleet *f, const split_policy *policy, const char *route_path, const cli_texts *specs,
               split_us window_us);
void fleet_close(fleet *f);

/* The traffic has changed: what is counted late must not come into the windows from now on. */
void fleet_mark(fleet *f);

/*
 * What all sources counted since the read before. Returns 0 when one had data at least,
 * SPLIT_ERR_NO_DATA otherwise. A source that begins or ceases to fail is reported on stderr once.
 */
int fleet_read(fleet *f, split_reading *out);

#endif
