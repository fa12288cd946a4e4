/* SPDX-License-Identifier: MIT */
/**
 * @file forecast.h
 * The planner: how long a proof will take, and what would happen, by seeded simulation through the
 * real engine.
 */
#ifndef SPLIT_FORECAST_H
#define SPLIT_FORECAST_H

#include "split/rollout.h"

SPLIT_BEGIN

/** What is expected of one metric. @since 0.1 */
typedef struct split_expectation {
    /** True share of bad events at target, warning and critical bound, [0, 1], not rising. */
    double truth[SPLIT_BOUND_COUNT];
    double baseline; /**< The legacy system's share at the critical bound, [0, 1]. */
    /** Such as cache lookups for each request, [0, 1000]; 0 means no data. */
    double trials_per_request;
} split_expectation;

/** What is expected of the traffic. Fill with split_forecast_init(). @since 0.1 */
typedef struct split_forecast {
    size_t size;
    double requests_per_s; /**< Of both systems together, (0, 10^6]; default 10. */
    bool has_baseline;     /**< A legacy arm reports; default true. */
    /** By metric; default: half of the target's share. */
    split_expectation expected[SPLIT_METRICS_MAX];
    /** A run ends undecided after so many, [0, 10^6]; default 0: three times the bake and 1440 more
     * for each phase. */
    int64_t max_windows;
} split_forecast;

/** Size of split_forecast in version 0.1. @since 0.1 */
#define SPLIT_FORECAST_V1 SPLIT_SIZE_TO(split_forecast, max_windows)

/** Time to proof of one metric in one phase, by the formula. @since 0.1 */
typedef struct split_proof_time {
    /** Median trials of the new system until compliance is proven; infinity when never. */
    double requests;
    split_us median_us; /**< The same as time at the phase's traffic; SPLIT_NEVER when never. */
    split_us p95_us;    /**< About three times the median. */
    /** Median time to prove critical if the truth were four times the critical bound. */
    split_us breach_us;
    bool fits; /**< The median fits into the bake. */
} split_proof_time;

/** How simulated rollouts ended. @since 0.1 */
typedef struct split_simulation {
    int64_t runs;
    int64_t completed;                 /**< All phases done. */
    int64_t rolled_back;               /**< Any reason. */
    int64_t undecided;                 /**< Still in a phase at the end. */
    int64_t reached[SPLIT_PHASES_MAX]; /**< Runs that began the phase. */
    int64_t left[SPLIT_PHASES_MAX];    /**< Runs that advanced out of it. */
    int64_t back[SPLIT_PHASES_MAX];    /**< Runs that rolled back in it. */
    /** Runs that left it in the window in which the bake ended. */
    int64_t in_bake[SPLIT_PHASES_MAX];
    /** Median time in the phase of the runs that advanced; -1 for none. */
    split_us median_us[SPLIT_PHASES_MAX];
    split_us p95_us[SPLIT_PHASES_MAX];
    split_us median_back_us; /**< Median time from start to ROLLBACK; -1 for none. */
} split_simulation;

/** Fill with the defaults for a rollout's metrics. @return 0; SPLIT_ERR_ARG, also for too many
 * metrics; SPLIT_ERR_STRUCT, SPLIT_ERR_NEWER for the options. @note Threads: pure. Since 0.1. */
#define split_forecast_init(forecast, options)                                                     \
    split_forecast_init_sized((forecast), sizeof *(forecast), (options))
SPLIT_API SPLIT_CHECKED int split_forecast_init_sized(split_forecast *forecast, size_t size,
                                                      const split_rollout_options *options);

/**
 * Time to proof of one metric in one phase.
 *
 * @return 0; SPLIT_ERR_ARG, also for options that split_rollout_init() refuses; SPLIT_ERR_STRUCT;
 * SPLIT_ERR_NEWER; SPLIT_ERR_LIMIT; SPLIT_ERR_INDEX; SPLIT_ERR_VALUE for an expectation out of
 * range.
 * @note Source: design/verdicts.md E9, R21. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_plan(const split_rollout_options *options,
                                               const split_forecast *forecast, uint32_t phase,
                                               uint32_t metric, split_proof_time *out);

/** Bytes of working memory of split_rollout_simulate(); 0 if the options are refused. @note
 * Threads: pure. Since 0.1. */
SPLIT_API size_t split_rollout_simulate_size(const split_rollout_options *options, int64_t runs);

/**
 * Play whole rollouts through the real engine with random traffic.
 *
 * @param seed  Same seed, same result.
 * @param runs  [1, 100000].
 * @param mem   Working memory, aligned to 8.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_VALUE; SPLIT_ERR_ALIGN;
 * SPLIT_ERR_MEMORY_SIZE; the errors of split_rollout_init().
 * @note Source: design/verdicts.md R21. Threads: pure. Cost: about 5 us for each simulated window
 * and metric. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_rollout_simulate(const split_rollout_options *options,
                                                   const split_forecast *forecast, uint64_t seed,
                                                   int64_t runs, void *mem, size_t mem_bytes,
                                                   split_simulation *out);

SPLIT_END

#endif
