/* SPDX-License-Identifier: MIT */
/**
 * @file threshold.h
 * Levels: what a person sees of one window. They are exact integer comparisons, and the operators
 * of the policy decide equality. A level never acts; evidence does (evidence.h, rollout.h).
 */
#ifndef SPLIT_THRESHOLD_H
#define SPLIT_THRESHOLD_H

#include "split/metric.h"

SPLIT_BEGIN

/** Levels: XX(name, number, text of the documents). The first four rise in severity. @since
 * 0.1 */
#define SPLIT_LEVEL_MAP(XX)                                                                        \
    XX(OK, 0, "ok")                                                                                \
    XX(OFF_TARGET, 1, "off-target")                                                                \
    XX(WARNING, 2, "warning")                                                                      \
    XX(CRITICAL, 3, "critical")                                                                    \
    XX(LOW_SAMPLE, 4, "low-sample")                                                                \
    XX(NO_DATA, 5, "no-data")

#define SPLIT_LEVEL_COUNT 6 /**< How many there are, for arrays. */

/** Level of a window. @since 0.1 */
typedef enum split_level {
#define XX(name, number, text) SPLIT_LEVEL_##name = number,
    SPLIT_LEVEL_MAP(XX)
#undef XX
} split_level;

/** Hysteresis of a shown level; all zero bytes are the start. @since 0.1 */
typedef struct split_shown {
    uint8_t last[2]; /**< The two classified windows before, newest first. */
    uint8_t n_last;  /**< How many of them there are. */
    uint8_t reserved[5];
} split_shown;

/** Text of a level as the documents write it; "?" for a number outside the registry. @note Threads:
 * pure. Since 0.1. */
SPLIT_API const char *split_level_name(int level);

/**
 * Level of a window.
 *
 * @param metric      A checked definition.
 * @param counts      From split_metric_count().
 * @param min_sample  Trials below which a window is not classified.
 * @return The level; SPLIT_LEVEL_NO_DATA when nothing was reported or an argument is NULL.
 * @note Source: design/verdicts.md M7, M8. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API split_level split_threshold_level(const split_metric *metric,
                                            const split_metric_counts *counts, int64_t min_sample);

/**
 * Whether a window is over a bound, whatever its sample: the exact comparison of the level alone.
 *
 * @return True if the condition of the warning or critical bound holds, or the target's does not;
 * false without trials.
 * @note Source: design/verdicts.md M7. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API bool split_threshold_is_over(const split_metric *metric,
                                       const split_metric_counts *counts, split_bound_index bound);

/**
 * Take the level of the next window and return the one to show. It rises at once and falls after
 * three successive classified windows at the lower level. Low-sample and no-data are shown as they
 * are and change nothing.
 *
 * @note Source: design/verdicts.md M9. Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API split_level split_shown_step(split_shown *shown, split_level level);

SPLIT_END

#endif
