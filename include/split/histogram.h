/* SPDX-License-Identifier: MIT */
/**
 * @file histogram.h
 * Latency histogram for display: fixed memory, merged by addition, at most 1 % relative error at
 * any percentile.
 *
 * The caller's edges (the policy's bounds) are exact bucket edges, so "how many took longer than
 * the bound" is exact. Gates never read it: they use the exact counters of meter.h.
 */
#ifndef SPLIT_HISTOGRAM_H
#define SPLIT_HISTOGRAM_H

#include "split/base.h"
#include "split/error.h"

SPLIT_BEGIN

/** Most edges of a histogram. @since 0.1 */
#define SPLIT_EDGES_MAX 48

/** Options of a histogram. Fill with split_histogram_options_init(). @since 0.1 */
typedef struct split_histogram_options {
    size_t size;
    uint32_t n_edges; /**< [0, 48]; default 0. */
    /** Exact edges, each the smallest latency of its upper side, [0, 2^36); any order. */
    const split_us *edges_us;
} split_histogram_options;

/** Size of split_histogram_options in version 0.1. @since 0.1 */
#define SPLIT_HISTOGRAM_OPTIONS_V1 SPLIT_SIZE_TO(split_histogram_options, edges_us)

/** A histogram. Threads: exclusive. @since 0.1 */
typedef struct split_histogram split_histogram;

/** Fill with the defaults. @note Threads: pure. Since 0.1. */
#define split_histogram_options_init(options)                                                      \
    split_histogram_options_init_sized((options), sizeof *(options))
SPLIT_API void split_histogram_options_init_sized(split_histogram_options *options, size_t size);

/** Bytes of a histogram; 0 if the options are refused by init. @note Threads: pure. Since 0.1. */
SPLIT_API size_t split_histogram_size(const split_histogram_options *options);

/**
 * Make a histogram in memory of the caller.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_LIMIT for too many edges;
 *         SPLIT_ERR_VALUE for an edge out of range; SPLIT_ERR_ALIGN; SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/verdicts.md M10. Threads: pure. Cost: O(memory). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_histogram_init(void *mem, size_t mem_bytes,
                                                 const split_histogram_options *options,
                                                 split_histogram **out);

/** Make a histogram in memory of an allocator. @return 0; SPLIT_ERR_NOMEM; the errors of init.
 * @note Since 0.1. */
SPLIT_API SPLIT_CHECKED int split_histogram_new(const split_histogram_options *options,
                                                const split_alloc *alloc, split_histogram **out);

/** Free a histogram of split_histogram_new() and set the handle to NULL. @note Since 0.1. */
SPLIT_API void split_histogram_free(split_histogram **histogram, const split_alloc *alloc);

/** Count one latency. Negative counts as 0, 2^36 us (19 h) and more as the largest. @note Cost:
 * under 3 ns. Since 0.1. */
SPLIT_API void split_histogram_record(split_histogram *histogram, split_us latency_us);

/** Add another histogram. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_MODE if their edges differ. @note
 * Cost: O(memory). Since 0.1. */
SPLIT_API SPLIT_CHECKED int split_histogram_merge(split_histogram *histogram,
                                                  const split_histogram *other);

/** Set all counts to zero. @note Since 0.1. */
SPLIT_API void split_histogram_reset(split_histogram *histogram);

/** How many were counted. @note Threads: const-safe. Since 0.1. */
SPLIT_API int64_t split_histogram_count(const split_histogram *histogram);

/**
 * Percentile by nearest rank.
 *
 * @param percentile_e6  In millionths of a percent, (0, 100000000]; P95 is 95000000.
 * @return Microseconds, within 1 % of the exact value; -1 when nothing was counted or the
 * percentile is out of range.
 * @note Source: design/verdicts.md M10. Threads: const-safe. Cost: O(buckets). Since 0.1.
 */
SPLIT_API split_us split_histogram_percentile(const split_histogram *histogram,
                                              int64_t percentile_e6);

/** How many were at or above @p latency_us: exact at an edge, else to the precision of a bucket.
 * @note Since 0.1. */
SPLIT_API int64_t split_histogram_at_least(const split_histogram *histogram, split_us latency_us);

SPLIT_END

#endif
