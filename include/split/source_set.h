/* SPDX-License-Identifier: MIT */
/**
 * @file source_set.h
 * Many sources read at once (library split-net): one deadline for all, and none waits for another.
 *
 * A round is begin, wait, take. Begin asks every source at the same time. A source that has not
 * answered when the caller stops waiting is missing from that round; what it answers later is not
 * lost, it comes with the next round. The caller waits as long as it likes and may do other work in
 * between: split_source_set_fd() fits into an event loop, split_source_set_wake() ends a wait.
 */
#ifndef SPLIT_SOURCE_SET_H
#define SPLIT_SOURCE_SET_H

#include "split/source.h"

SPLIT_BEGIN

/** Sources that are read together. Thread rule: exclusive, but for split_source_set_wake(). Each
 * source is read by a thread of the set's own. @since 0.1 */
typedef struct split_source_set split_source_set;

/**
 * Make an empty set.
 *
 * @param out The set; free it with split_source_set_free().
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NOMEM, also when there is no descriptor left.
 * @note Threads: pure. Cost: allocates; one descriptor. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_source_set_new(split_source_set **out);

/**
 * Hand a source over to the set, which frees it. There is no limit to their number.
 *
 * What the source's options borrow must outlive the set, and a callback of a log source is called
 * by a thread of the set.
 *
 * @param set    The set.
 * @param source The source; set to NULL when it was taken.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NOMEM.
 * @note Threads: exclusive. Cost: a thread with 512 KiB of stack, and one descriptor. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_source_set_add(split_source_set *set, split_source **source);

/** Number of sources. @note Threads: exclusive. Since 0.1. */
SPLIT_API size_t split_source_set_count(const split_source_set *set);

/** Spec of a source; NULL for an index that is not below the count. @note Threads: exclusive.
 * Since 0.1. */
SPLIT_API const char *split_source_set_spec(const split_source_set *set, size_t index);

/**
 * Begin a round: ask all sources at once. One that is still busy with an earlier round is not asked
 * again; its answer counts for this round when it comes.
 *
 * @param set         The set.
 * @param deadline_us Instant of split_clock_now() at which every request gives up.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NOMEM when a thread cannot be started.
 * @note Threads: exclusive. Cost: O(sources); does not block. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_source_set_begin(split_source_set *set, split_us deadline_us);

/**
 * Wait until every source has answered.
 *
 * @param set       The set.
 * @param until_us     Instant of split_clock_now() at which the wait ends; one in the past only polls.
 * @param n_pending Receives how many have not answered; may be NULL.
 * @return 0 when all have answered; SPLIT_ERR_NET when @p until_us passed first; SPLIT_ERR_MODE when a
 * signal or split_source_set_wake() ended the wait; SPLIT_ERR_ARG.
 * @note Threads: exclusive. Cost: blocks up to @p until_us. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_source_set_wait(split_source_set *set, split_us until_us,
                                                  size_t *n_pending);

/**
 * Take what a source answered since the last time.
 *
 * @param set   The set.
 * @param index Of the source.
 * @param out   The reading, as of split_source_read(). Late answers of earlier rounds are in it.
 * @param error Receives a sentence; may be NULL.
 * @return As split_source_read(); SPLIT_ERR_NET with "has not answered in time", too, while the
 * source is busy and has nothing; SPLIT_ERR_INDEX.
 * @note Threads: exclusive. Cost: O(size of a reading). Since 0.1.
 */
#define split_source_set_take(set, index, out, error)                                              \
    split_source_set_take_sized((set), (index), (out), sizeof *(out), (error))
SPLIT_API SPLIT_CHECKED int split_source_set_take_sized(split_source_set *set, size_t index,
                                                        split_reading *out, size_t size,
                                                        split_error *error);

/**
 * Leave out what happened before now, at every source: the traffic has changed. Answers that are on
 * their way are dropped, and a source that did not answer the last round begins with its next one.
 *
 * @param set The set; NULL does nothing.
 * @note Threads: exclusive. Cost: O(sources), nothing is asked of a peer. Since 0.1.
 */
SPLIT_API void split_source_set_mark(split_source_set *set);

/** A descriptor that is readable while there are answers which no wait has seen, or after a wake.
 * Do not read from it. @note Threads: exclusive. Since 0.1. */
SPLIT_API int split_source_set_fd(const split_source_set *set);

/** End the present wait, or the next one. May be called in any thread and in a signal handler.
 * @note Threads: any. Cost: one system call. Since 0.1. */
SPLIT_API void split_source_set_wake(split_source_set *set);

/**
 * Cancel every request, free the sources and the set, and set the handle to NULL; NULL is allowed.
 *
 * A source whose thread is stuck outside of the network (a dead file server) is left to that
 * thread, which frees it when it returns.
 *
 * @note Threads: exclusive. Cost: blocks 200 ms at most. Since 0.1.
 */
SPLIT_API void split_source_set_free(split_source_set **set);

SPLIT_END

#endif
