/* SPDX-License-Identifier: MIT */
/**
 * @file meter.h
 * Counting requests: a meter holds the exact counters and a latency histogram of every arm for the
 * window in progress.
 *
 * One meter per thread. At the end of a window merge the threads' meters by addition into one, read
 * its arms, and reset. What counts for an arm when failover is at work is design/verdicts.md M2:
 * call exactly one of split_meter_outcome(), split_meter_diverted() or split_meter_left_out() for a
 * request, with the arm it was *assigned* to and the first attempt on that arm's home origin.
 */
#ifndef SPLIT_METER_H
#define SPLIT_METER_H

#include "split/histogram.h"
#include "split/metric.h"

SPLIT_BEGIN

/** Most arms (variants) of a meter. @since 0.1 */
#define SPLIT_ARMS_MAX 64

/** Options of a meter. Fill with split_meter_options_init(). @since 0.1 */
typedef struct split_meter_options {
    size_t size;
    uint32_t n_arms;             /**< Variants, [1, 64]; default 2. */
    uint32_t n_metrics;          /**< [0, 32]; default 0. */
    const split_metric *metrics; /**< The rollout's metrics, in its order; borrowed for the call. */
    /** Bits of split_counter that this meter reports even when they are 0; default: sent, outcomes,
     * error, timed, diverted, left_out, user_errors. Add lookups and misses, edge and units when
     * they are fed. */
    uint32_t reports;
    bool histograms;     /**< Keep a latency histogram per arm; default true. */
    uint8_t reserved[3]; /**< 0. */
} split_meter_options;

/** Size of split_meter_options in version 0.1. @since 0.1 */
#define SPLIT_METER_OPTIONS_V1 SPLIT_SIZE_TO(split_meter_options, reserved)

/** Counters and histograms of all arms. Threads: exclusive (one for each thread). @since 0.1 */
typedef struct split_meter split_meter;

/** Fill with the defaults. @note Threads: pure. Since 0.1. */
#define split_meter_options_init(options)                                                          \
    split_meter_options_init_sized((options), sizeof *(options))
SPLIT_API void split_meter_options_init_sized(split_meter_options *options, size_t size);

/** Bytes of a meter; 0 if the options are refused by init. @note Threads: pure. Since 0.1. */
SPLIT_API size_t split_meter_size(const split_meter_options *options);

/**
 * Make a meter in memory of the caller.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_LIMIT for too many arms or
 * metrics; the errors of split_metric_check(); SPLIT_ERR_ALIGN; SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/verdicts.md M1. Threads: pure. Cost: O(memory). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_meter_init(void *mem, size_t mem_bytes,
                                             const split_meter_options *options, split_meter **out);

/**
 * Make a meter in memory of an allocator.
 *
 * @return 0; SPLIT_ERR_NOMEM; the errors of split_meter_init().
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_meter_new(const split_meter_options *options,
                                            const split_alloc *alloc, split_meter **out);

/** Free a meter of split_meter_new() and set the handle to NULL. @note Since 0.1. */
SPLIT_API void split_meter_free(split_meter **meter, const split_alloc *alloc);

/** A request was sent to the arm it was assigned to. @return 0; SPLIT_ERR_INDEX. @note Since 0.1.
 */
SPLIT_API int split_meter_sent(split_meter *meter, uint32_t arm);

/**
 * The first attempt on the arm's home origin ended.
 *
 * @param failed      Counts as an error.
 * @param latency_us  Time it took; negative when it has none, and then it is not timed.
 * @return 0; SPLIT_ERR_INDEX.
 * @note Source: design/verdicts.md M2. Threads: exclusive. Cost: O(latency metrics), a few ns.
 * Since 0.1.
 */
SPLIT_API int split_meter_outcome(split_meter *meter, uint32_t arm, bool failed,
                                  split_us latency_us);

/**
 * A request of this arm was diverted because its home origin was OPEN or HALF_OPEN: it counts as
 * sent, as an outcome, as an error and as diverted, but neither its latency nor its cache state
 * counts. Do not call split_meter_sent() for it.
 * @return 0; SPLIT_ERR_INDEX. @note Source: design/verdicts.md M2. Since 0.1.
 */
SPLIT_API int split_meter_diverted(split_meter *meter, uint32_t arm);

/**
 * A request of this arm was diverted by RAMP, HOLD, a drill or an operator: left out of the arm and
 * counted apart. Do not call split_meter_sent() for it. @return 0; SPLIT_ERR_INDEX. @note Source:
 * design/verdicts.md M2. Since 0.1.
 */
SPLIT_API int split_meter_left_out(split_meter *meter, uint32_t arm);

/** The user saw an error in the end, whoever served. Shown, not judged. @return 0; SPLIT_ERR_INDEX.
 * @note Since 0.1. */
SPLIT_API int split_meter_user_error(split_meter *meter, uint32_t arm);

/** A key was assigned to the arm for the first time ever (its cookie was issued). @return 0;
 * SPLIT_ERR_INDEX. @note Since 0.1. */
SPLIT_API int split_meter_unit(split_meter *meter, uint32_t arm);

/** A cache was asked for a request of this arm. @return 0; SPLIT_ERR_INDEX. @note Since 0.1. */
SPLIT_API int split_meter_lookup(split_meter *meter, uint32_t arm, bool miss);

/** Add to any counter, such as the edge's, and mark it as reported.
 *  @return 0; SPLIT_ERR_INDEX; SPLIT_ERR_WINDOW if @p value is negative. @note Since 0.1. */
SPLIT_API int split_meter_add(split_meter *meter, uint32_t arm, split_counter counter,
                              int64_t value);

/** Add to the ratio metric with index @p metric.
 *  @return 0; SPLIT_ERR_INDEX; SPLIT_ERR_WINDOW if a value is negative. @note Since 0.1. */
SPLIT_API int split_meter_ratio(split_meter *meter, uint32_t arm, uint32_t metric, int64_t bad,
                                int64_t of);

/**
 * Add all counters and histograms of another meter, which stays as it is.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_MODE if the two were made with different arms, metrics or
 * bounds.
 * @note Threads: exclusive in @p meter. Cost: O(memory). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_meter_merge(split_meter *meter, const split_meter *other);

/** Set all counters and histograms to zero: the next window begins. @note Cost: O(memory). Since
 * 0.1. */
SPLIT_API void split_meter_reset(split_meter *meter);

/** Number of arms. @note Threads: const-safe. Since 0.1. */
SPLIT_API uint32_t split_meter_arms(const split_meter *meter);

/** Read an arm. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @note Threads: const-safe. Since 0.1. */
SPLIT_API SPLIT_CHECKED int split_meter_read(const split_meter *meter, uint32_t arm,
                                             split_arm *out);

/** Histogram of an arm, lying in the meter; NULL without histograms. @note Threads: const-safe.
 * Since 0.1. */
SPLIT_API const split_histogram *split_meter_histogram(const split_meter *meter, uint32_t arm);

SPLIT_END

#endif
