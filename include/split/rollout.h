/* SPDX-License-Identifier: MIT */
/**
 * @file rollout.h
 * The rollout: one closed window in, one decision with its reason out.
 *
 * split_rollout_step() takes the windows in the order of their ids and answers ADVANCE, HOLD,
 * ROLLBACK or COMPLETE. It is a pure function of the options, the windows and the operator's
 * actions: replaying them gives the same decisions, bit for bit. The caller changes weights, keeps
 * time, and closes windows; this object only judges. It holds no pointers.
 */
#ifndef SPLIT_ROLLOUT_H
#define SPLIT_ROLLOUT_H

#include "split/threshold.h"

SPLIT_BEGIN

/** Most phases of a rollout. @since 0.1 */
#define SPLIT_PHASES_MAX 32

/** Ways to judge the gate: XX(name, number, JSON name). @since 0.1 */
#define SPLIT_JUDGEMENT_MAP(XX)                                                                    \
    XX(STRICT, 0, "strict")                                                                        \
    XX(LENIENT, 1, "lenient")                                                                      \
    XX(POINT, 2, "point")

#define SPLIT_JUDGEMENT_COUNT 3 /**< How many there are. */

/** Strict: proof against the target. Lenient: proof against warning, and on target so far. Point:
 * no proof. @since 0.1 */
typedef enum split_judgement {
#define XX(name, number, text) SPLIT_JUDGEMENT_##name = number,
    SPLIT_JUDGEMENT_MAP(XX)
#undef XX
} split_judgement;

/** What is proven of a metric: XX(name, number, text). @since 0.1 */
#define SPLIT_VERDICT_MAP(XX)                                                                      \
    XX(UNDECIDED, 0, "undecided")                                                                  \
    XX(COMPLIANCE, 1, "compliance-proven")                                                         \
    XX(WARNING, 2, "warning-proven")                                                               \
    XX(CRITICAL, 3, "critical-proven")                                                             \
    XX(NO_DATA, 4, "no-data")

#define SPLIT_VERDICT_COUNT 5 /**< How many there are. */

/** Verdict of a metric: the strongest that holds, breaches before compliance. @since 0.1 */
typedef enum split_verdict {
#define XX(name, number, text) SPLIT_VERDICT_##name = number,
    SPLIT_VERDICT_MAP(XX)
#undef XX
} split_verdict;

/** Decisions: XX(name, number, text). @since 0.1 */
#define SPLIT_DECISION_MAP(XX)                                                                     \
    XX(HOLD, 0, "HOLD")                                                                            \
    XX(ADVANCE, 1, "ADVANCE")                                                                      \
    XX(COMPLETE, 2, "COMPLETE")                                                                    \
    XX(ROLLBACK, 3, "ROLLBACK")

#define SPLIT_DECISION_COUNT 4 /**< How many there are. */

/** What to do now. @since 0.1 */
typedef enum split_decision {
#define XX(name, number, text) SPLIT_DECISION_##name = number,
    SPLIT_DECISION_MAP(XX)
#undef XX
} split_decision;

/** Reasons: XX(name, number, text). METRIC stands for the name of a metric. @since 0.1 */
#define SPLIT_REASON_MAP(XX)                                                                       \
    XX(NONE, 0, "")                                                                                \
    XX(BAKE, 1, "bake")                                                                            \
    XX(UNDECIDED, 2, "undecided")                                                                  \
    XX(WARNING, 3, "warning")                                                                      \
    XX(CONFIRMING, 4, "confirming")                                                                \
    XX(NO_DATA, 5, "no-data")                                                                      \
    XX(SPLIT, 6, "split")                                                                          \
    XX(LOST_OUTCOMES, 7, "lost-outcomes")                                                          \
    XX(REGRESSION, 8, "regression")                                                                \
    XX(SHARED_INCIDENT, 9, "shared-incident")                                                      \
    XX(COVERAGE, 10, "coverage")                                                                   \
    XX(RECENT, 11, "recent")                                                                       \
    XX(PAUSED, 12, "paused")                                                                       \
    XX(ENDED, 13, "ended")                                                                         \
    XX(MANUAL, 14, "manual")                                                                       \
    XX(METRIC, 15, "metric")

#define SPLIT_REASON_COUNT 16 /**< How many there are. */

/** Why it was decided. split_rollout_reason() gives the text of the documents. @since 0.1 */
typedef enum split_reason {
#define XX(name, number, text) SPLIT_REASON_##name = number,
    SPLIT_REASON_MAP(XX)
#undef XX
} split_reason;

/** Operator actions: XX(name, number, JSON name). @since 0.1 */
#define SPLIT_ACTION_MAP(XX)                                                                       \
    XX(PAUSE, 0, "pause")                                                                          \
    XX(RESUME, 1, "resume")                                                                        \
    XX(ABORT, 2, "abort")                                                                          \
    XX(ADVANCE, 3, "advance")                                                                      \
    XX(SKIP_WAIT, 4, "skip-wait")

#define SPLIT_ACTION_COUNT 5 /**< How many there are. */

/** What an operator may do. @since 0.1 */
typedef enum split_action {
#define XX(name, number, text) SPLIT_ACTION_##name = number,
    SPLIT_ACTION_MAP(XX)
#undef XX
} split_action;

/** One phase. @since 0.1 */
typedef struct split_phase {
    /** Share of the new system, (0, 100000000], strictly rising; 10 % is 10000000. */
    int64_t percent_e6;
    split_us bake_us; /**< Time in windows that have data, [0, 2^53]. */
} split_phase;

/** Options of a rollout. Fill with split_rollout_options_init(). @since 0.1 */
typedef struct split_rollout_options {
    size_t size;
    const split_metric *metrics; /**< Borrowed for the call. */
    const split_phase *phases;   /**< Borrowed for the call. */
    uint32_t n_metrics;          /**< [1, 32]. */
    uint32_t n_phases;           /**< [1, 32]. */
    split_us window_us;          /**< Length of a window, (0, 24 h]; default 60 s. */
    split_judgement judgement;   /**< Default strict. */
    double alpha;      /**< Chance of a false rollback in a phase, (0, 1); default 0.01. */
    double gate_alpha; /**< Chance of a false promotion of a phase, (0, 1); default 0.05. */
    /** Trials below which nothing is classified or proven, [1, 2^31]; default 30. */
    int64_t min_sample;
    double relative; /**< Tolerated ratio of the bad rates, [1, 100]; default 1.25. */
    /** No data for so long raises `alert`; default 10 min; SPLIT_NEVER never. */
    split_us no_data_patience_us;
    /** A proven warning for so long rolls back; default SPLIT_NEVER. */
    split_us warning_patience_us;
    int64_t rollback_to_e6; /**< Share to ask for after ROLLBACK, [0, 100000000]; default 0. */
} split_rollout_options;

/** Size of split_rollout_options in version 0.1. @since 0.1 */
#define SPLIT_ROLLOUT_OPTIONS_V1 SPLIT_SIZE_TO(split_rollout_options, rollback_to_e6)

/** One closed window of both arms. Fill with split_window_init(), then set the arms. @since 0.1 */
typedef struct split_window {
    int64_t id;       /**< Rises by one per window; a gap is a window that never came. */
    int64_t start_us; /**< Wall-clock start, microseconds since 1970; recorded, not judged. */
    /** Share of the new arm that was asked for, [0, 1000000]; -1 for the phase's percent. */
    int64_t share_ppm;
    bool has_baseline; /**< The legacy arm got traffic and reported. */
    split_arm arm;     /**< The new system. */
    split_arm baseline;
} split_window;

/** What a window did to one metric. @since 0.1 */
typedef struct split_metric_decision {
    split_level level;        /**< To show, with hysteresis. */
    split_level window_level; /**< Of this window alone. */
    split_verdict verdict;
    bool compliant;        /**< The gate is content with the metric, by the judgement in force. */
    bool warning_latched;  /**< Warning proven since the bake began. */
    bool critical_latched; /**< Critical proven since the bake began. */
    double ln_warning;     /**< ln evidence for "above the warning bound", with restarts. */
    double ln_critical;    /**< ln evidence for "above the critical bound", with restarts. */
    double ln_compliance;  /**< ln evidence for "below the target" (lenient: the warning) bound. */
    double ln_relative;    /**< ln evidence for "worse than the legacy system". */
    split_metric_counts counts;          /**< Of this window. */
    int64_t missing;                     /**< Successive windows up to this one without a report. */
    int64_t bake_n;                      /**< Trials since the bake began. */
    int64_t bake_bad[SPLIT_BOUND_COUNT]; /**< Bad events since the bake began. */
    /** Trials that are still needed at the rate seen; 0 when proven, -1 when out of sight. */
    int64_t proof_trials;
    split_us proof_us; /**< The same as time at the traffic seen; SPLIT_NEVER when out of sight. */
} split_metric_decision;

/** A decision and everything it rests on. Only metrics[0 .. n_metrics) is written. @since 0.1 */
typedef struct split_rollout_decision {
    int64_t id;
    uint32_t phase;     /**< The phase that the window belonged to. */
    int64_t percent_e6; /**< Its percent. */
    split_decision decision;
    split_reason reason;
    int32_t reason_metric; /**< The metric that the reason is about, or -1. */
    /** Someone should be notified: no data for longer than the patience. */
    bool alert;
    bool override_used;  /**< ADVANCE or COMPLETE because an operator said so. */
    bool bake_restarted; /**< This window ended a proven breach; the bake restarted. */
    uint32_t next_phase; /**< Phase of the next window; n_phases after COMPLETE. */
    /** Share to publish now: the next phase's, or rollback_to_e6 after ROLLBACK. */
    int64_t next_percent_e6;
    split_us bake_us;       /**< Bake clock after the window. */
    split_us bake_need_us;  /**< Where it must get to. */
    uint32_t bake_restarts; /**< How often the bake of this phase restarted. */
    int64_t windows;       /**< Windows since the bake clock started, with those that never came. */
    int64_t covered;       /**< Those among them that had data. */
    double breach_bound;   /**< ln evidence that proves a breach. */
    double gate_bound;     /**< ln evidence that proves compliance. */
    double split_bound;    /**< ln evidence that proves a wrong split. */
    double ln_split_above; /**< ln evidence for "the new arm gets more than asked". */
    double ln_split_below; /**< ln evidence for "the new arm gets less than asked". */
    int64_t lost_sent;     /**< Requests sent in the last five windows, */
    int64_t lost;          /**< and those of them whose outcome never came. */
    uint32_t n_metrics;
    split_metric_decision metrics[SPLIT_METRICS_MAX];
} split_rollout_decision;

/** Windows that were not taken. @since 0.1 */
typedef struct split_rollout_refused {
    int64_t impossible;
    int64_t duplicate;
    int64_t late;
} split_rollout_refused;

/** A running rollout. Threads: exclusive. @since 0.1 */
typedef struct split_rollout split_rollout;

/** Text of a judgement; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_judgement_name(int judgement);
/** Text of a verdict; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_verdict_name(int verdict);
/** Text of a decision; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_decision_name(int decision);
/** Text of a reason; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_reason_name(int reason);
/** Text of an action; "?" for a number outside the registry. @note Threads: pure. Since 0.1. */
SPLIT_API const char *split_action_name(int action);

/** Fill with the defaults; metrics and phases stay empty. @note Threads: pure. Since 0.1. */
#define split_rollout_options_init(options)                                                        \
    split_rollout_options_init_sized((options), sizeof *(options))
SPLIT_API void split_rollout_options_init_sized(split_rollout_options *options, size_t size);

/** Bytes of a rollout; 0 if the options are refused by init. @note Threads: pure. Since 0.1. */
SPLIT_API size_t split_rollout_size(const split_rollout_options *options);

/**
 * Make a rollout in memory of the caller. It starts in phase 0, before any window.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_LIMIT for the number of
 * metrics or phases; SPLIT_ERR_VALUE for a field out of range or phases that do not rise;
 * SPLIT_ERR_NAME also for two metrics of one name; the errors of split_metric_check();
 * SPLIT_ERR_ALIGN; SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/verdicts.md R1. Threads: pure. Cost: O(metrics). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_init(void *mem, size_t mem_bytes,
                                               const split_rollout_options *options,
                                               split_rollout **out);

/**
 * Make a rollout in memory of an allocator.
 *
 * @return 0; SPLIT_ERR_NOMEM; the errors of split_rollout_init().
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_new(const split_rollout_options *options,
                                              const split_alloc *alloc, split_rollout **out);

/** Free a rollout of split_rollout_new() and set the handle to NULL. @note Since 0.1. */
SPLIT_API void split_rollout_free(split_rollout **rollout, const split_alloc *alloc);

/** Make a window that reports nothing, with the phase's share. @note Threads: pure. Since 0.1. */
SPLIT_API void split_window_init(split_window *window, int64_t id, int64_t start_us);

/**
 * Take the next closed window and decide.
 *
 * @param window  Borrowed.
 * @param out     Receives the decision, only when 0 is returned.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_WINDOW for impossible counts or share; SPLIT_ERR_DUPLICATE
 * for an id that was taken; SPLIT_ERR_LATE for one older than the newest taken. On an error the
 * window is counted as refused and nothing else changes.
 * @note Source: design/verdicts.md R2-R20. Threads: exclusive. Cost: O(metrics), about 1 us each.
 * Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_step(split_rollout *rollout, const split_window *window,
                                               split_rollout_decision *out);

/**
 * An operator's action; it takes effect at the next window (design/verdicts.md R17). After abort a
 * driver should publish the old weights at once; the next window's decision is the record of it.
 *
 * @return 0; SPLIT_ERR_ARG for no action; SPLIT_ERR_MODE if the rollout has ended.
 * @note Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_act(split_rollout *rollout, split_action action);

/** Phase of the next window; n_phases after COMPLETE. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_rollout_phase(const split_rollout *rollout);

/** Share to ask for now: the phase's percent, rollback_to_e6 after ROLLBACK, the last percent after
 * COMPLETE. @note Since 0.1. */
SPLIT_API int64_t split_rollout_percent_e6(const split_rollout *rollout);

/** Whether it ended by COMPLETE or ROLLBACK. @note Threads: const-safe. Since 0.1. */
SPLIT_API bool split_rollout_has_ended(const split_rollout *rollout);

/** Whether it is paused. @note Threads: const-safe. Since 0.1. */
SPLIT_API bool split_rollout_is_paused(const split_rollout *rollout);

/** Number of metrics. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_rollout_metrics(const split_rollout *rollout);

/** Definition of a metric, lying in the rollout; NULL for an index out of range. @note Threads:
 * const-safe. Since 0.1. */
SPLIT_API const split_metric *split_rollout_metric(const split_rollout *rollout, uint32_t index);

/** Counts of windows that were refused. @note Threads: const-safe. Since 0.1. */
SPLIT_API split_rollout_refused split_rollout_refusals(const split_rollout *rollout);

/**
 * Reason as the documents write it: the metric's name for METRIC, else the text of the reason.
 *
 * @note Threads: const-safe. Since 0.1.
 */
SPLIT_API const char *split_rollout_reason(const split_rollout *rollout,
                                           const split_rollout_decision *decision);

/**
 * One sentence for `detail`: what the decision rests on and what would change it ("error_rate:
 * needs 7,700 more requests, 2.1 h at the present rate"). Never used to decide.
 *
 * @param text  Receives a text that ends in zero, cut at @p text_bytes.
 * @return Length of the whole sentence, which may be more than fits.
 * @note Source: design/verdicts.md R20. Threads: const-safe. Cost: O(metrics). Since 0.1.
 */
SPLIT_API size_t split_rollout_detail(const split_rollout *rollout,
                                      const split_rollout_decision *decision, char *text,
                                      size_t text_bytes);

SPLIT_END

#endif
