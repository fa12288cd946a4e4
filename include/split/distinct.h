/* SPDX-License-Identifier: MIT */
/**
 * @file distinct.h
 * Counting by user: with sticky assignment one user's requests fail together, so they are not
 * independent trials. This object turns them into one trial per user and window: the first request
 * and the first failure count.
 *
 * Feed the answers into a ratio metric (failed users of users). Memory is fixed. When the table is
 * full, new users are left out and counted as such. The share stays unbiased, because hashes choose
 * who is left out.
 */
#ifndef SPLIT_DISTINCT_H
#define SPLIT_DISTINCT_H

#include "split/base.h"
#include "split/error.h"

SPLIT_BEGIN

/** Options of a table of distinct users. Fill with split_distinct_options_init(). @since 0.1 */
typedef struct split_distinct_options {
    size_t size;
    /** Power of two, [64, 2^26]; it holds about 3/4 of that many users per window; default 65536. 8
     * bytes each. */
    uint32_t n_slots;
    uint32_t reserved; /**< 0. */
} split_distinct_options;

/** Size of split_distinct_options in version 0.1. @since 0.1 */
#define SPLIT_DISTINCT_OPTIONS_V1 SPLIT_SIZE_TO(split_distinct_options, reserved)

/** What a request was. @since 0.1 */
typedef enum split_seen {
    SPLIT_SEEN_AGAIN = 0,     /**< Nothing new: count nothing. */
    SPLIT_SEEN_FIRST = 1,     /**< First request of the user in this window: one more trial. */
    SPLIT_SEEN_BAD = 2,       /**< First failure of a user seen before: one more bad event. */
    SPLIT_SEEN_FIRST_BAD = 3, /**< Both. */
    SPLIT_SEEN_FULL = 4       /**< The table is full: count nothing. */
} split_seen;

/** Users of the window in progress. Threads: exclusive. @since 0.1 */
typedef struct split_distinct split_distinct;

/** Fill with the defaults. @note Threads: pure. Since 0.1. */
#define split_distinct_options_init(options)                                                       \
    split_distinct_options_init_sized((options), sizeof *(options))
SPLIT_API void split_distinct_options_init_sized(split_distinct_options *options, size_t size);

/** Bytes of a table; 0 if the options are refused by init. @note Threads: pure. Since 0.1. */
SPLIT_API size_t split_distinct_size(const split_distinct_options *options);

/**
 * Make a table in memory of the caller.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_VALUE; SPLIT_ERR_ALIGN;
 * SPLIT_ERR_MEMORY_SIZE.
 * @note Source: design/verdicts.md M11. Threads: pure. Cost: O(memory). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_distinct_init(void *mem, size_t mem_bytes,
                                                const split_distinct_options *options,
                                                split_distinct **out);

/** Make a table in memory of an allocator. @return 0; SPLIT_ERR_NOMEM; the errors of init. @note
 * Since 0.1. */
SPLIT_API SPLIT_CHECKED int split_distinct_new(const split_distinct_options *options,
                                               const split_alloc *alloc, split_distinct **out);

/** Free a table of split_distinct_new() and set the handle to NULL. @note Since 0.1. */
SPLIT_API void split_distinct_free(split_distinct **distinct, const split_alloc *alloc);

/**
 * Note one outcome of a user.
 *
 * @param unit_hash  Well-mixed 64-bit hash of the user and arm, such as split_plan_unit_hash().
 * @note Source: design/verdicts.md M11. Threads: exclusive. Cost: O(1) expected. Since 0.1.
 */
SPLIT_API split_seen split_distinct_note(split_distinct *distinct, uint64_t unit_hash, bool failed);

/** Users noted in this window. @note Threads: const-safe. Since 0.1. */
SPLIT_API int64_t split_distinct_count(const split_distinct *distinct);

/** Outcomes of users that found no room in this window. @note Threads: const-safe. Since 0.1. */
SPLIT_API int64_t split_distinct_left_out(const split_distinct *distinct);

/** Begin the next window. @note Cost: O(memory). Since 0.1. */
SPLIT_API void split_distinct_reset(split_distinct *distinct);

SPLIT_END

#endif
