/* SPDX-License-Identifier: MIT */
/* The registry of metric kinds: one row says all that is known of a kind (design/verdicts.md M4, M5). */
#include "split/metric.h"

#define PERCENT 1000000

static const split_metric_kind_info metric_kinds[SPLIT_METRIC_KIND_COUNT] = {
    [SPLIT_METRIC_ERROR] = {.help = "failed requests among the outcomes",
                            .bad_text = "failed requests",
                            .form = SPLIT_METRIC_FORM_COUNTERS,
                            .n = SPLIT_COUNTER_OUTCOMES,
                            .bad = SPLIT_COUNTER_ERROR,
                            .total_field = "total",
                            .bad_field = "bad",
                            .sent_field = "sent",
                            .bounds = {{SPLIT_OP_LT, 1 * PERCENT},
                                       {SPLIT_OP_GT, 1 * PERCENT},
                                       {SPLIT_OP_GT, 5 * PERCENT}}},
    [SPLIT_METRIC_LATENCY] = {.help = "a percentile of the time that requests take",
                              .bad_text = "requests over the target",
                              .form = SPLIT_METRIC_FORM_OVER,
                              .n = SPLIT_COUNTER_OUTCOMES,
                              .bad = SPLIT_COUNTER_OUTCOMES,
                              .total_field = "total",
                              .percentile_e6 = 95 * PERCENT,
                              .bounds = {{SPLIT_OP_LT, 200000},
                                         {SPLIT_OP_GT, 300000},
                                         {SPLIT_OP_GT, 500000}}},
    [SPLIT_METRIC_CACHE] = {.help = "hits among the lookups of a cache",
                            .bad_text = "cache misses",
                            .form = SPLIT_METRIC_FORM_COUNTERS,
                            .n = SPLIT_COUNTER_LOOKUPS,
                            .bad = SPLIT_COUNTER_MISSES,
                            .total_field = "lookups",
                            .bad_field = "misses",
                            .good_field = "hits",
                            .bounds = {{SPLIT_OP_GE, 85 * PERCENT},
                                       {SPLIT_OP_LT, 80 * PERCENT},
                                       {SPLIT_OP_LT, 70 * PERCENT}}},
    [SPLIT_METRIC_EDGE_5XX] = {.help = "answers 5xx among all answers at the edge",
                               .bad_text = "5xx at the edge",
                               .form = SPLIT_METRIC_FORM_COUNTERS,
                               .n = SPLIT_COUNTER_EDGE_REQUESTS,
                               .bad = SPLIT_COUNTER_EDGE_5XX,
                               .total_field = "total",
                               .bad_field = "bad",
                               .bounds = {{SPLIT_OP_LT, PERCENT / 10},
                                          {SPLIT_OP_GT, PERCENT / 2},
                                          {SPLIT_OP_GT, 1 * PERCENT}}},
    [SPLIT_METRIC_RATIO] = {.help = "bad events among all events of two counters of your own",
                            .bad_text = "bad events",
                            .form = SPLIT_METRIC_FORM_OWN,
                            .n = SPLIT_COUNTER_OUTCOMES,
                            .bad = SPLIT_COUNTER_OUTCOMES,
                            .total_field = "total",
                            .bad_field = "bad",
                            .bounds = {{SPLIT_OP_LT, 1 * PERCENT},
                                       {SPLIT_OP_GT, 1 * PERCENT},
                                       {SPLIT_OP_GT, 5 * PERCENT}}},
};

const split_metric_kind_info *
split_metric_kind_get(int kind)
{
    return kind >= 0 && kind < SPLIT_METRIC_KIND_COUNT ? &metric_kinds[kind] : NULL;
}

bool
split_metric_is_latency(const split_metric *metric)
{
    const split_metric_kind_info *kind =
        metric != NULL ? split_metric_kind_get((int)metric->kind) : NULL;
    return kind != NULL && kind->form == SPLIT_METRIC_FORM_OVER;
}
