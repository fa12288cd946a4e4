/* SPDX-License-Identifier: MIT */
/**
 * @file evidence.h
 * Evidence that may be checked at any time: a mixture of eight likelihood ratios against one
 * bound.
 *
 * Under "the share of bad events is never above the bound" (side above; for side below: never below
 * it) the evidence is a supermartingale that starts at 1, so the chance that it ever reaches
 * 1/alpha is at most alpha, however often it is checked. Everything is in natural logarithms: `ln
 * evidence >= ln(1/alpha)` is proof at level alpha.
 */
#ifndef SPLIT_EVIDENCE_H
#define SPLIT_EVIDENCE_H

#include "split/base.h"
#include "split/error.h"

SPLIT_BEGIN

/** Which way the evidence bets. @since 0.1 */
typedef enum split_evidence_side {
    SPLIT_EVIDENCE_ABOVE = 0, /**< Proves a share above the bound: a breach. */
    SPLIT_EVIDENCE_BELOW = 1  /**< Proves a share below the bound: compliance. */
} split_evidence_side;

/** What one observation is. @since 0.1 */
typedef enum split_evidence_form {
    SPLIT_EVIDENCE_TRIALS = 0, /**< Each trial: exact, needs trials that do not cluster. */
    SPLIT_EVIDENCE_ROBUST =
        1 /**< Each window's share, bounded: any dependence inside a window is allowed. */
} split_evidence_form;

/** Options of an evidence process. Fill with split_evidence_options_init(). @since 0.1 */
typedef struct split_evidence_options {
    size_t size;
    double bound;             /**< Share of bad events, (0, 1); default 0.01. */
    split_evidence_side side; /**< Default above. */
    split_evidence_form form; /**< Default trials. */
    bool restarts; /**< Spread the stake over start times, which finds late faults; default true. */
    int64_t bake_windows; /**< Planned length in windows with restarts, [1, 2^40]; default 240. */
} split_evidence_options;

/** Size of split_evidence_options in version 0.1. @since 0.1 */
#define SPLIT_EVIDENCE_OPTIONS_V1 SPLIT_SIZE_TO(split_evidence_options, bake_windows)

/** A running evidence process. Threads: exclusive. @since 0.1 */
typedef struct split_evidence split_evidence;

/** Fill with the defaults. @note Threads: pure. Since 0.1. */
#define split_evidence_options_init(options)                                                       \
    split_evidence_options_init_sized((options), sizeof *(options))
SPLIT_API void split_evidence_options_init_sized(split_evidence_options *options, size_t size);

/** Bytes of an evidence process; 0 if the options are refused by init. @note Threads: pure. Since
 * 0.1. */
SPLIT_API size_t split_evidence_size(const split_evidence_options *options);

/**
 * Make an evidence process in memory of the caller.
 *
 * @param mem      At least split_evidence_size() bytes, aligned to 8.
 * @param options  Read, not kept.
 * @param out      Receives the process, which lies in @p mem.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_VALUE for a bound outside
 * (0, 1) or another field out of range; SPLIT_ERR_ALIGN; SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/verdicts.md E1-E6. Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_evidence_init(void *mem, size_t mem_bytes,
                                                const split_evidence_options *options,
                                                split_evidence **out);

/**
 * Make an evidence process in memory of an allocator.
 *
 * @return 0; SPLIT_ERR_NOMEM; the errors of split_evidence_init().
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_evidence_new(const split_evidence_options *options,
                                               const split_alloc *alloc, split_evidence **out);

/** Free a process of split_evidence_new() and set the handle to NULL. @note Since 0.1. */
SPLIT_API void split_evidence_free(split_evidence **evidence, const split_alloc *alloc);

/**
 * Take one closed window.
 *
 * @param n    Trials, [0, 2^53]. A window without trials still counts as a window.
 * @param bad  Bad events, [0, n].
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_WINDOW if a count is out of range, and then nothing changed.
 * @note Source: design/verdicts.md E3-E5. Threads: exclusive. Cost: O(1), about 0.15 us. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_evidence_step(split_evidence *evidence, int64_t n, int64_t bad);

/**
 * Take one window against a bound of its own, as the baseline and split tests need when weights
 * change.
 *
 * @param bound  Share of bad events for this window only, (0, 1).
 * @return As split_evidence_step(); SPLIT_ERR_VALUE for a bound outside (0, 1).
 * @note Source: design/verdicts.md E7. Threads: exclusive. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_evidence_step_at(split_evidence *evidence, double bound,
                                                   int64_t n, int64_t bad);

/** ln evidence now; 0 before the first window and for NULL. @note Threads: const-safe. Since 0.1.
 */
SPLIT_API double split_evidence_ln(const split_evidence *evidence);

/** Windows taken. @note Threads: const-safe. Since 0.1. */
SPLIT_API int64_t split_evidence_windows(const split_evidence *evidence);

/** Start again with the same options. @note Threads: exclusive. Since 0.1. */
SPLIT_API void split_evidence_reset(split_evidence *evidence);

/**
 * Bound of the label test (design/verdicts.md E7): the largest chance that a bad event of either
 * arm belongs to the new one, when the new one gets the share @p share of the requests and its bad
 * rate is at most @p ratio times the other's.
 *
 * @return share ratio / (share ratio + 1 - share).
 * @note Threads: pure. Since 0.1.
 */
SPLIT_API double split_evidence_label_bound(double share, double ratio);

/**
 * Median number of trials until proof.
 *
 * @param truth    Real share of bad events, [0, 1].
 * @param bound    Bound to be proven wrong, (0, 1).
 * @param ln_need  ln evidence that is still missing, such as ln(1/alpha).
 * @param ln_late  Extra cost of restarts: 0, ln 2 for a fault from the start, ln(4 B) for a late
 * one.
 * @return (ln_need + 0.8 + ln_late) / KL(truth, bound); infinity if truth equals bound or an
 * argument is out of range.
 * @note Source: design/verdicts.md E9. Threads: pure. Since 0.1.
 */
SPLIT_API double split_evidence_trials(double truth, double bound, double ln_need, double ln_late);

/**
 * Always-valid interval of a share, for display: all shares that a beta(1/2, 1/2) mixture does not
 * refute at @p alpha.
 *
 * @param n         Trials, [0, 2^53].
 * @param bad       Bad events, [0, n].
 * @param alpha     Level, (0, 1).
 * @param out_low   Receives the lower end.
 * @param out_high  Receives the upper end.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_WINDOW; SPLIT_ERR_VALUE for alpha.
 * @note Source: design/verdicts.md E10. Threads: pure. Cost: about 200 evaluations. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_evidence_interval(int64_t n, int64_t bad, double alpha,
                                                    double *out_low, double *out_high);

SPLIT_END

#endif
