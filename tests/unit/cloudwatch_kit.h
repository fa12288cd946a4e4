/* SPDX-License-Identifier: MIT */
/* A rollout with one metric of each kind, and the policy's names for it at CloudWatch. */
#ifndef TESTS_CLOUDWATCH_KIT_H
#define TESTS_CLOUDWATCH_KIT_H

#include <criterion/criterion.h>
#include <string.h>

#include "split/source.h"

enum { M_ERROR, M_P95, M_CACHE, M_EDGE, M_RATIO, N_METRICS };

static split_metric metrics[N_METRICS];

static inline void
fill_options(split_source_options *o, const split_source_field *fields, size_t n)
{
    static const split_metric_kind kinds[N_METRICS] = {SPLIT_METRIC_ERROR, SPLIT_METRIC_LATENCY,
                                                       SPLIT_METRIC_CACHE, SPLIT_METRIC_EDGE_5XX,
                                                       SPLIT_METRIC_RATIO};
    static const char *const names[N_METRICS] = {"error_rate", "p95", "cache_hit", "edge_5xx",
                                                 "declined"};
    for (int i = 0; i < N_METRICS; i++) {
        cr_assert_eq(split_metric_init(&metrics[i], kinds[i]), 0);
        strcpy(metrics[i].name, names[i]);
    }
    split_source_options_init(o);
    o->metrics = metrics;
    o->n_metrics = N_METRICS;
    o->arms[SPLIT_READING_ARM] = "new";
    o->arms[SPLIT_READING_BASELINE] = "legacy";
    o->fields = fields;
    o->n_fields = n;
}

#define ERRORS "AWS/Lambda:Errors{FunctionName=search-$arm}:Sum"
#define CALLS "AWS/Lambda:Invocations{FunctionName=search-$arm}:Sum"
#define DURATION "AWS/Lambda:Duration{FunctionName=search-$arm}:ms"

#endif
