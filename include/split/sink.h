/* SPDX-License-Identifier: MIT */
/**
 * @file sink.h
 * Sinks (library split-net): where a route comes into force. A sink is to routes what a source is to
 * counts.
 *
 * A sink is read, and replaced under the fence that the read gave: when somebody else wrote in
 * between, nothing is written and the answer is SPLIT_ERR_CONFLICT. The settings are those of
 * "publish" in the policy; see split_sink_info in split/policy.h.
 */
#ifndef SPLIT_SINK_H
#define SPLIT_SINK_H

#include "split/net.h"
#include "split/policy.h"
#include "split/route.h"

SPLIT_BEGIN

/** Room for a fence, with the final zero. @since 0.1 */
#define SPLIT_SINK_FENCE_BYTES 192

/** A kind of sink, as help, completion and checks show it. Texts are static. @since 0.1 */
typedef struct split_sink_kind_info {
    const char *name;     /**< As in the policy. */
    split_sink_form form; /**< What of a route it holds. */
    const char *help;     /**< One phrase, lower case, no full stop. */
} split_sink_kind_info;

/** The kind with this number; NULL beyond the last. @note Threads: pure. Since 0.1. */
SPLIT_API const split_sink_kind_info *split_sink_kind_at(size_t kind);

/** Where a sink is. Zero it, then fill it. Pointers are borrowed for the life of the sink. @since
 * 0.1 */
typedef struct split_sink_options {
    size_t size;
    split_sink_info sink;        /**< As from split_policy_sink(). */
    const char *split;           /**< Name of the split. */
    const char *const *variants; /**< n_variants names, in the order of the policy. */
    size_t n_variants;
    const char *folder; /**< Relative paths begin here; NULL: the current folder. */
} split_sink_options;

/** What is in force at a sink. @since 0.1 */
typedef struct split_sink_state {
    size_t size;
    bool exists;                        /**< Something is there. */
    bool has_revision;                  /**< The sink keeps the revision. */
    uint64_t revision;                  /**< 0 when it is not known. */
    char split[72];                     /**< Name of the split; "" when it is not known. */
    char fence[SPLIT_SINK_FENCE_BYTES]; /**< For split_sink_replace(). */
    const char *text; /**< The whole route, or NULL; lives until the next call on the sink. */
    size_t text_len;
    uint32_t n_shares;                   /**< Variants whose shares are known; 0: none is. */
    uint32_t shares[SPLIT_VARIANTS_MAX]; /**< Buckets of each variant, of SPLIT_BUCKETS in all. */
} split_sink_state;

/** A sink. Thread rule: exclusive. @since 0.1 */
typedef struct split_sink split_sink;

/**
 * Make a sink.
 *
 * @param options Settings.
 * @param out     The sink; free it with split_sink_free().
 * @param error   Receives a sentence; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_VALUE for a setting that cannot be used, or
 * one that is missing; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: allocates; nothing is asked of the peer yet. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_sink_new(const split_sink_options *options, split_sink **out,
                                           split_error *error);

/**
 * Read what is in force.
 *
 * @param sink  The sink.
 * @param out   Receives it; `exists` is false when there is nothing yet.
 * @param error Receives a sentence; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NET when it cannot be reached or the time is over;
 * SPLIT_ERR_PEER for a refusal, or an answer that is not understood; SPLIT_ERR_NO_DATA without
 * credentials; SPLIT_ERR_IO; a code of split_route_load() when what is there is not a route;
 * SPLIT_ERR_NOMEM.
 * @note Threads: exclusive. Cost: blocks up to the time-out of the sink. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_sink_read(split_sink *sink, split_sink_state *out,
                                            split_error *error);

/**
 * Replace what is in force by a route.
 *
 * @param sink  The sink.
 * @param route The route; a sink that holds less takes its ranges or shares.
 * @param fence Of the read before; "" for a sink where nothing was.
 * @param error Receives a sentence; may be NULL.
 * @return 0 when the peer has taken it; SPLIT_ERR_CONFLICT when something else is there by now;
 * SPLIT_ERR_MODE for what this kind cannot express; SPLIT_ERR_SPACE for a route that is too long
 * for it; SPLIT_ERR_REVISION and SPLIT_ERR_NAME as split_route_publish(); otherwise as
 * split_sink_read(): with SPLIT_ERR_NET it may have been taken all the same.
 * @note Threads: exclusive. Cost: blocks up to the time-out of the sink. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_sink_replace(split_sink *sink, const split_route *route,
                                               const char *fence, split_error *error);

/**
 * Ask whether the sink can be reached, and where the kind allows it whether these credentials may
 * write, without changing anything.
 *
 * @return 0; otherwise as split_sink_read(); SPLIT_ERR_MODE for a peer that does not do what a sink
 * needs, such as a server that takes a write whose fence is wrong.
 * @note Threads: exclusive. Cost: blocks up to the time-out of the sink. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_sink_probe(split_sink *sink, split_error *error);

/** Kind and place, such as "etcd http://127.0.0.1:2379 /split/route". @note Threads: const-safe.
 * Since 0.1. */
SPLIT_API const char *split_sink_place(const split_sink *sink);

/** Free a sink and set the handle to NULL; NULL is allowed. @since 0.1 */
SPLIT_API void split_sink_free(split_sink **sink);

SPLIT_END

#endif
