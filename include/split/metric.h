/* SPDX-License-Identifier: MIT */
/**
 * @file metric.h
 * Metrics: what is counted for an arm in a window, and the bounds that it is compared with.
 *
 * Every metric is a share of bad events among trials; a percentile is one too (P95 < 200 ms means
 * that at most 5 % of the requests take 200 ms or more), so one test serves all of them. Counts are
 * exact integers and bounds are exact rationals: a share is written in millionths of a percent
 * (suffix `_e6`; 1 % is 1000000), a latency in microseconds.
 *
 * The counters and the metric kinds are registries: enum, JSON names and bindings come from the
 * rows below. A new kind is a row of SPLIT_METRIC_KIND_MAP and a row of the table behind
 * split_metric_kind_get(): sources, documents, the simulation and every display read that table.
 */
#ifndef SPLIT_METRIC_H
#define SPLIT_METRIC_H

#include "split/base.h"
#include "split/error.h"

SPLIT_BEGIN

/** Most metrics of one rollout. @since 0.1 */
#define SPLIT_METRICS_MAX 32
/** Bytes of a metric's name with the closing zero. @since 0.1 */
#define SPLIT_METRIC_NAME_BYTES 65
/** 100 % in the unit of shares, millionths of a percent. @since 0.1 */
#define SPLIT_PERCENT_ALL_E6 100000000
/** Largest count in a window, 2^53: what a JSON number holds exactly. @since 0.1 */
#define SPLIT_COUNT_MAX 9007199254740992

/** Counters of an arm: XX(name, number, JSON name). @since 0.1 */
#define SPLIT_COUNTER_MAP(XX)                                                                      \
    XX(SENT, 0, "sent")                                                                            \
    XX(OUTCOMES, 1, "outcomes")                                                                    \
    XX(ERROR, 2, "error")                                                                          \
    XX(TIMED, 3, "timed")                                                                          \
    XX(LOOKUPS, 4, "lookups")                                                                      \
    XX(MISSES, 5, "misses")                                                                        \
    XX(EDGE_REQUESTS, 6, "edge_requests")                                                          \
    XX(EDGE_5XX, 7, "edge_5xx")                                                                    \
    XX(UNITS, 8, "units")                                                                          \
    XX(DIVERTED, 9, "diverted")                                                                    \
    XX(LEFT_OUT, 10, "left_out")                                                                   \
    XX(USER_ERRORS, 11, "user_errors")

#define SPLIT_COUNTER_COUNT 12 /**< How many there are, for arrays. */

/**
 * Counters of an arm in a window (design/verdicts.md M1).
 *
 * `timed` is the number of outcomes with a latency (absent: all outcomes); `units` counts keys
 * assigned for the first time, and replaces `sent` in the split check when both arms report
 * it; the last three are shown, not judged.
 * @since 0.1
 */
typedef enum split_counter {
#define XX(name, number, text) SPLIT_COUNTER_##name = number,
    SPLIT_COUNTER_MAP(XX)
#undef XX
} split_counter;

/** Kinds of metrics: XX(name, number, JSON name). @since 0.1 */
#define SPLIT_METRIC_KIND_MAP(XX)                                                                  \
    XX(ERROR, 0, "error")                                                                          \
    XX(LATENCY, 1, "latency")                                                                      \
    XX(CACHE, 2, "cache")                                                                          \
    XX(EDGE_5XX, 3, "edge_5xx")                                                                    \
    XX(RATIO, 4, "ratio")

#define SPLIT_METRIC_KIND_COUNT 5 /**< How many there are. */

/** What a metric counts (design/verdicts.md M4). @since 0.1 */
typedef enum split_metric_kind {
#define XX(name, number, text) SPLIT_METRIC_##name = number,
    SPLIT_METRIC_KIND_MAP(XX)
#undef XX
} split_metric_kind;

/** Operators of a condition: XX(name, number, text). @since 0.1 */
#define SPLIT_OP_MAP(XX)                                                                           \
    XX(LT, 0, "<")                                                                                 \
    XX(LE, 1, "<=")                                                                                \
    XX(GT, 2, ">")                                                                                 \
    XX(GE, 3, ">=")

#define SPLIT_OP_COUNT 4 /**< How many there are. */

/** Operator of a condition. @since 0.1 */
typedef enum split_op {
#define XX(name, number, text) SPLIT_OP_##name = number,
    SPLIT_OP_MAP(XX)
#undef XX
} split_op;

/** What a gating metric without reports does: XX(name, number, JSON name). @since 0.1 */
#define SPLIT_MISSING_MAP(XX)                                                                      \
    XX(HOLD, 0, "hold")                                                                            \
    XX(ROLLBACK, 1, "rollback")                                                                    \
    XX(IGNORE, 2, "ignore")

#define SPLIT_MISSING_COUNT 3 /**< How many there are. */

/** No-data policy of a metric. There is no "pass". @since 0.1 */
typedef enum split_missing {
#define XX(name, number, text) SPLIT_MISSING_##name = number,
    SPLIT_MISSING_MAP(XX)
#undef XX
} split_missing;

#define SPLIT_BOUND_COUNT 3 /**< How many there are. */

/** The three bounds of a metric, as indices. @since 0.1 */
typedef enum split_bound_index {
    SPLIT_BOUND_TARGET = 0,
    SPLIT_BOUND_WARNING = 1,
    SPLIT_BOUND_CRITICAL = 2,
} split_bound_index;

/** A condition such as "< 1%" or "> 300ms". @since 0.1 */
typedef struct split_bound {
    split_op op;
    /** Latency: microseconds, [0, 86400000000]. Else: percent_e6, [0, 100000000]. */
    int64_t value;
} split_bound;

/** How a kind is counted: XX(name, number, text). @since 0.1 */
#define SPLIT_METRIC_FORM_MAP(XX)                                                                  \
    XX(COUNTERS, 0, "counters")                                                                    \
    XX(OVER, 1, "over")                                                                            \
    XX(OWN, 2, "own")

#define SPLIT_METRIC_FORM_COUNT 3 /**< How many there are. */

/**
 * COUNTERS: trials and bad events are counters of the arm, and bounds are shares.
 * OVER: outcomes over each bound, which is a latency; a percentile decides how many are too many.
 * OWN: the metric brings trials and bad events of its own, and bounds are shares.
 * @since 0.1
 */
typedef enum split_metric_form {
#define XX(name, number, text) SPLIT_METRIC_FORM_##name = number,
    SPLIT_METRIC_FORM_MAP(XX)
#undef XX
} split_metric_form;

/** A kind of metric, in static memory. @since 0.1 */
typedef struct split_metric_kind_info {
    char help[64];     /**< What it judges, in a few words. */
    char bad_text[32]; /**< Its bad events, for sentences: "cache misses". */
    split_metric_form form;
    split_counter n;   /**< Its trials; OVER: when nobody counted how many were timed. */
    split_counter bad; /**< COUNTERS only. */
    /** Names of its counts at a source, here the trials; "" for one that it has not. */
    char total_field[16];
    char bad_field[16];
    char good_field[16];                   /**< May stand in for the trials. */
    char sent_field[16];                   /**< At one kind only. */
    int64_t percentile_e6;                 /**< Default; 0 unless OVER. */
    split_bound bounds[SPLIT_BOUND_COUNT]; /**< Defaults of target, warning and critical. */
} split_metric_kind_info;

/**
 * Definition of a metric. Fill with split_metric_init(), then set what differs.
 *
 * The target says what is good, warning and critical say what is not. With a target of < or <=,
 * high is bad. With > or >=, low is bad, and the value is the share of *good* events, such as a hit
 * rate.
 * @since 0.1
 */
typedef struct split_metric {
    /** [A-Za-z0-9][A-Za-z0-9._-]{0,63}; unique in a rollout. */
    char name[SPLIT_METRIC_NAME_BYTES];
    split_metric_kind kind;
    int64_t percentile_e6; /**< Latency only: (0, 100000000); P95 is 95000000. */
    split_bound target;
    split_bound warning;
    split_bound critical;
    split_missing missing;
    bool gate; /**< Must be proven before the rollout advances. A breach acts in any case. */
    /** Trials depend on each other: one bounded observation per window (design/verdicts.md E6). */
    bool clustered;
} split_metric;

/** Trials and bad events of one metric, arm and window. @since 0.1 */
typedef struct split_metric_counts {
    bool present;                   /**< False: no report. */
    int64_t n;                      /**< Trials. */
    int64_t bad[SPLIT_BOUND_COUNT]; /**< Bad events at the target, warning and critical bound. */
} split_metric_counts;

/** What was counted for one arm in a window. Set by the functions below or member by member. @since
 * 0.1 */
typedef struct split_arm {
    uint32_t present;                    /**< Bit SPLIT_COUNTER_X: counts[X] was reported. */
    uint32_t over_present;               /**< Bit m: over[] of metric m was reported. */
    uint32_t ratio_present;              /**< Bit m: ratio[] of metric m was reported. */
    int64_t counts[SPLIT_COUNTER_COUNT]; /**< By split_counter. */
    /** [3 m + bound]: outcomes over the bound of metric m. */
    int64_t over[SPLIT_METRICS_MAX * SPLIT_BOUND_COUNT];
    int64_t ratio[SPLIT_METRICS_MAX * 2]; /**< [2 m] bad and [2 m + 1] of, for metric m. */
} split_arm;

/** Name of a counter as the documents write it; "?" for a number outside the registry. @note
 * Threads: pure. Since 0.1. */
SPLIT_API const char *split_counter_name(int counter);
/** Name of a metric kind; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_metric_kind_name(int kind);
/** Text of an operator; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_op_name(int op);
/** Name of a no-data policy; "?" for a number outside the registry. @note Threads: pure. Since
 * 0.1. */
SPLIT_API const char *split_missing_name(int missing);

/** What is known of a kind; NULL for a number outside the registry. @note Threads: pure. Cost:
 * O(1). Since 0.1. */
SPLIT_API const split_metric_kind_info *split_metric_kind_get(int kind);

/** Whether the bounds of a metric are latencies, and it has a percentile. @note Threads: pure.
 * Since 0.1. */
SPLIT_API bool split_metric_is_latency(const split_metric *metric);

/** Name of a form; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_metric_form_name(int form);

/**
 * Fill a definition with the defaults of its kind: the bounds of the usual table, gate true,
 * missing hold.
 *
 * @param metric  Written whole; the name becomes empty.
 * @param kind    What it counts. A ratio gets the bounds of an error rate.
 * @return 0; SPLIT_ERR_ARG if @p metric is NULL or @p kind is not valid.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_metric_init(split_metric *metric, split_metric_kind kind);

/**
 * Check a definition: name, kind, ranges, one direction, and the order of the bounds on the bad
 * side.
 *
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_NAME; SPLIT_ERR_VALUE for a kind, operator,
 * percentile or value out of range; SPLIT_ERR_BOUNDS if target, warning and critical do not lie in
 * order on the bad side.
 * @note Source: design/verdicts.md M5, M6. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_metric_check(const split_metric *metric);

/** Condition at an index: target, warning or critical; NULL for another index. @note Threads: pure.
 * Since 0.1. */
SPLIT_API const split_bound *split_metric_bound(const split_metric *metric,
                                                split_bound_index bound);

/**
 * The bound as a share of bad events, in millionths of a percent: 1 % for "< 1%", 15 % for a hit
 * rate ">= 85%", 5 % for every bound of a P95. This is the p0 of the evidence.
 *
 * @return [0, 100000000]; 0 for NULL or another index.
 * @note Source: design/verdicts.md M4. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API int64_t split_metric_share_e6(const split_metric *metric, split_bound_index bound);

/**
 * Smallest latency, in microseconds, that counts as over a bound of a latency metric: 200000 for "<
 * 200ms", 300001 for
 * "> 300ms".
 *
 * @return Microseconds; SPLIT_NEVER if the metric is no latency metric.
 * @note Source: design/verdicts.md M4. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API split_us split_metric_over_us(const split_metric *metric, split_bound_index bound);

/**
 * Trials and bad events of a metric, out of what an arm reported.
 *
 * @param metric  A checked definition.
 * @param index   Its index in the rollout, [0, SPLIT_METRICS_MAX).
 * @param arm     What was counted; NULL for no report.
 * @param out     Receives the counts; present is false when the arm did not report the metric.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX; SPLIT_ERR_WINDOW for a negative count, one above
 * SPLIT_COUNT_MAX, a bad count above its trials, or more events over a farther bound than over a
 * nearer one.
 * @note Source: design/verdicts.md M3, M4. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_metric_count(const split_metric *metric, uint32_t index,
                                               const split_arm *arm, split_metric_counts *out);

/** Make an arm that reports nothing. @note Threads: pure. Since 0.1. */
SPLIT_API void split_arm_clear(split_arm *arm);

/**
 * Set one counter and mark it as reported.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX if @p counter is not valid; SPLIT_ERR_WINDOW if @p
 * value is negative or too large.
 * @note Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_arm_set(split_arm *arm, split_counter counter, int64_t value);

/** Value of a counter; 0 when it was not reported. @note Threads: const-safe. Since 0.1. */
SPLIT_API int64_t split_arm_get(const split_arm *arm, split_counter counter);

/** Whether a counter was reported. @note Threads: const-safe. Since 0.1. */
SPLIT_API bool split_arm_has(const split_arm *arm, split_counter counter);

/**
 * Set the outcomes over the three bounds of the latency metric with index @p metric.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX; SPLIT_ERR_WINDOW for a negative or too large value.
 * @note Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_arm_set_over(split_arm *arm, uint32_t metric, int64_t target,
                                               int64_t warning, int64_t critical);

/**
 * Set the bad events and the trials of the ratio metric with index @p metric.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX; SPLIT_ERR_WINDOW for a negative or too large value.
 * @note Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_arm_set_ratio(split_arm *arm, uint32_t metric, int64_t bad,
                                                int64_t of);

/**
 * Add what another arm report counted; what either reported is reported afterwards.
 *
 * @note Counters stop at SPLIT_COUNT_MAX. Threads: exclusive in @p arm. Cost: O(1). Since 0.1.
 */
SPLIT_API void split_arm_add(split_arm *arm, const split_arm *other);

SPLIT_END

#endif
