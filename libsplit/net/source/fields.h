/* SPDX-License-Identifier: MIT */
/* The policy's names at a source (metrics[].sources): what each of them counts, and where counts
 * go. */
#ifndef SPLIT_NET_FIELDS_H
#define SPLIT_NET_FIELDS_H

#include "split/source.h"

/* What a name stands for. Which roles a metric has depends on its kind
 * (split/metric.h). */
typedef enum field_role {
    FIELD_BAD,   /* also a cache's misses */
    FIELD_TOTAL, /* also a cache's lookups */
    FIELD_SENT,
    FIELD_HITS,
    FIELD_OVER_TARGET,
    FIELD_OVER_WARNING,
    FIELD_OVER_CRITICAL,
    FIELD_HISTOGRAM,
    FIELD_ROLES
} field_role;

/* Counts of one metric and arm in a window. */
typedef struct field_counts {
    int64_t count[FIELD_ROLES];
    uint32_t present; /* bit of each role that was counted */
} field_counts;

/* Role of a name at a metric of this kind; -1 when it has none. */
int split__field_role(split_metric_kind kind, const char *name);

/* The name of a role, as a metric of this kind writes it. */
const char *split__field_name(split_metric_kind kind, field_role role);

/* Text of the first field with this name, at any metric; NULL without one. For names that are not
 * of a metric but of the source, such as "arm". */
const char *split__field_own(const split_source_options *o, const char *name);

/*
 * Check all names of a source: each is a role of its metric or one of the n_own names of the source
 * itself; metrics that share a count in the window name it alike; no metric lacks a name that its
 * kind needs. SPLIT_ERR_FIELD or SPLIT_ERR_VALUE with a sentence that begins with `kind`.
 */
int split__fields_check(const split_source_options *o, const char *kind, const char *const *own,
                        size_t n_own, split_error *error);

/* Whether these roles are enough for a metric of this kind. */
bool split__fields_complete(split_metric_kind kind, uint32_t present);

/* Put the counts of metric `index` into the arm; nothing, and false, when a role is missing or a
 * count is impossible. */
bool split__fields_put(const split_metric *metric, uint32_t index, const field_counts *counts,
                       split_arm *arm);

#endif
