/* SPDX-License-Identifier: MIT */
/**
 * @file plan.h
 * Plans: who gets which variant (design/assignment.md).
 *
 * A plan divides 1,048,576 buckets among variants. It never changes: a change of weights makes a
 * new plan from the old one, moving as few buckets as arithmetic allows. A plan can be rebuilt
 * anywhere from its options, its home counts and its ranges, which is what route.json carries.
 * Asking a plan for a decision: split/assign.h.
 *
 * Type split_plan: const-safe. It holds no pointer, so it may be copied or mapped at several
 * addresses.
 */
#ifndef SPLIT_PLAN_H
#define SPLIT_PLAN_H

#include "split/base.h"

SPLIT_BEGIN

#define SPLIT_BUCKETS 1048576            /**< Buckets of every plan, 2^20. */
#define SPLIT_VARIANTS_MAX 64            /**< Variants of a plan, at most. */
#define SPLIT_RANGES_MAX 1024            /**< Ranges of a plan, at most. */
#define SPLIT_OVERRIDES_MAX 1000         /**< Overrides of a plan, at most. */
#define SPLIT_KEY_BYTES_MAX 4096         /**< Longest key. */
#define SPLIT_NAME_BYTES_MAX 64          /**< Longest split name, and longest salt. */
#define SPLIT_WEIGHT_SUM_MAX (1LL << 43) /**< Largest sum of weights. */
#define SPLIT_PERCENT 1000000            /**< One percent, in millionths (suffix _e6). */

/** Modes: XX(name, number, text in documents). @since 0.1 */
#define SPLIT_MODE_MAP(XX)                                                                         \
    XX(STICKY, 0, "sticky")                                                                        \
    XX(RANDOM, 1, "random")                                                                        \
    XX(EVEN, 2, "even")

#define SPLIT_MODE_COUNT 3 /**< How many there are. */

/** Where the decision comes from: the key's hash, a generator, or a counter with exact shares.
 * @since 0.1 */
typedef enum split_mode {
#define XX(name, number, text) SPLIT_MODE_##name = number,
    SPLIT_MODE_MAP(XX)
#undef XX
} split_mode;

/** Buckets start <= b < end belong to a variant. */
typedef struct split_range {
    uint32_t start;
    uint32_t end;
    uint32_t variant;
} split_range;

/** A key whose variant is fixed by hand, before any hash. */
typedef struct split_override {
    const char *key; /**< Bytes, not terminated. */
    size_t key_len;  /**< [1,4096]. */
    uint32_t variant;
} split_override;

/**
 * What a plan is made of. Everything is copied; pointers are borrowed for the call.
 *
 * Give either `weights`, for a new split, or `ranges` (and `home`), to rebuild a plan that was
 * written down.
 */
typedef struct split_plan_options {
    size_t size;      /**< Set by split_plan_options_init(). */
    const char *name; /**< Split's name, [A-Za-z0-9][A-Za-z0-9._-]{0,63}. Required. */
    /** NULL: the name. "": none, the unit is the bare key. Else [A-Za-z0-9._-]{1,64}. */
    const char *salt;
    /** n_variants exact integers of any scale, not all zero, sum up to 2^43. */
    const uint64_t *weights;
    /** n_variants bucket counts of the first layout; NULL: counts of this plan. */
    const uint32_t *home;
    /** n_ranges entries, sorted, disjoint, covering all buckets; NULL: from weights. */
    const split_range *ranges;
    const split_override *overrides; /**< n_overrides entries with different keys. */
    size_t n_variants;               /**< [1,64]. */
    size_t n_ranges;                 /**< [0,1024]. */
    size_t n_overrides;              /**< [0,1000]. */
    uint32_t mode;                   /**< A split_mode; default sticky. */
    /** Answer without a usable key, outside coverage, and for the holdout. Default 0. */
    uint32_t default_variant;
    uint32_t coverage_e6; /**< Units that take part, [0, 100 * SPLIT_PERCENT]; default all. */
    /** Units kept on the default variant, [0, 100 * SPLIT_PERCENT]; default none. */
    uint32_t holdout_e6;
} split_plan_options;

/** Size of split_plan_options in version 0.1. @since 0.1 */
#define SPLIT_PLAN_OPTIONS_V1 SPLIT_SIZE_TO(split_plan_options, holdout_e6)

/** A division of all buckets among variants; opaque, immutable. */
typedef struct split_plan split_plan;

/** Text of a mode, as in documents; "?" for a number outside the registry. @since 0.1 */
SPLIT_API const char *split_mode_name(int mode);

/** Fill options with defaults: sticky, full coverage, no holdout, nothing else. @since 0.1 */
#define split_plan_options_init(options) split_plan_options_init_sized((options), sizeof *(options))
SPLIT_API void split_plan_options_init_sized(split_plan_options *options, size_t size);

/**
 * Bytes that split_plan_init() needs.
 *
 * Only overrides change it: every plan has room for 1,024 ranges, so a re-weighted plan is as large
 * as the old one.
 *
 * @param options Only the overrides are read.
 * @return Bytes, a multiple of 8; 0 when @p options is NULL, its size field is not set, or there
 * are too many overrides.
 * @note Source: design/assignment.md section 2. Threads: pure. Cost: O(n_overrides), no allocation.
 * Since 0.1.
 */
SPLIT_API size_t split_plan_size(const split_plan_options *options);

/**
 * Make a plan in the caller's memory.
 *
 * @param mem       Memory aligned to 8 bytes; the plan lives there.
 * @param mem_bytes At least split_plan_size(@p options).
 * @param options   What the plan is made of; borrowed.
 * @param out       Receives @p mem as a plan.
 * @return 0; SPLIT_ERR_ARG for NULL, for both or neither of weights and ranges, or for home without
 * ranges; SPLIT_ERR_STRUCT or SPLIT_ERR_NEWER for options; SPLIT_ERR_ALIGN, SPLIT_ERR_MEMORY_SIZE
 * for memory; SPLIT_ERR_NAME, SPLIT_ERR_SALT; SPLIT_ERR_WEIGHTS for weights or the number of
 * variants; SPLIT_ERR_LAYOUT for ranges or home that do not fit together; SPLIT_ERR_INDEX for a
 * variant that does not exist; SPLIT_ERR_KEY for an override's key; SPLIT_ERR_DUPLICATE for two
 * overrides of one key; SPLIT_ERR_LIMIT for too many ranges or overrides; SPLIT_ERR_VALUE for mode,
 * coverage or holdout.
 * @note Source: design/assignment.md A5-A9. Threads: pure. Cost: O(ranges + overrides), no
 * allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_init(void *mem, size_t mem_bytes,
                                            const split_plan_options *options, split_plan **out);

/**
 * Make a plan in memory from an allocator.
 *
 * @param options As for split_plan_init().
 * @param alloc   NULL: malloc.
 * @param out     Receives the plan; give it back with split_plan_free() and the same allocator.
 * @return As split_plan_init(); SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_new(const split_plan_options *options,
                                           const split_alloc *alloc, split_plan **out);

/** Give back a plan of a _new() function and set the handle to NULL. NULL handles are accepted.
 * @since 0.1 */
SPLIT_API void split_plan_free(split_plan **plan, const split_alloc *alloc);

/** Bytes of this plan in memory: copy as many to clone it. @since 0.1 */
SPLIT_API size_t split_plan_bytes(const split_plan *plan);
/** Split's name. @since 0.1 */
SPLIT_API const char *split_plan_name(const split_plan *plan);
/** Salt in use, "" for none. @since 0.1 */
SPLIT_API const char *split_plan_salt(const split_plan *plan);
/** Mode, a split_mode. @since 0.1 */
SPLIT_API uint32_t split_plan_mode(const split_plan *plan);
/** Number of variants, [1,64]. @since 0.1 */
SPLIT_API size_t split_plan_n_variants(const split_plan *plan);
/** Index of the default variant. @since 0.1 */
SPLIT_API uint32_t split_plan_default(const split_plan *plan);
/** Buckets of a variant now; 0 for an index that does not exist. @since 0.1 */
SPLIT_API uint32_t split_plan_buckets(const split_plan *plan, size_t variant);
/** Buckets of a variant in the home layout; 0 for an index that does not exist. @since 0.1 */
SPLIT_API uint32_t split_plan_home(const split_plan *plan, size_t variant);
/** Buckets of the coverage gate: units below it take part. 1,048,576 means all. @since 0.1 */
SPLIT_API uint32_t split_plan_coverage(const split_plan *plan);
/** Buckets of the holdout gate: units below it stay on the default variant. @since 0.1 */
SPLIT_API uint32_t split_plan_holdout(const split_plan *plan);
/** Number of ranges, [1,1024]. @since 0.1 */
SPLIT_API size_t split_plan_n_ranges(const split_plan *plan);
/** Number of overrides. @since 0.1 */
SPLIT_API size_t split_plan_n_overrides(const split_plan *plan);

/**
 * Read one range.
 *
 * @param plan  Plan.
 * @param index [0, split_plan_n_ranges()).
 * @param out   Receives the range.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_INDEX.
 * @note Threads: const-safe. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_range(const split_plan *plan, size_t index,
                                             split_range *out);

/**
 * Read one override, in the order of the options.
 *
 * @param plan  Plan.
 * @param index [0, split_plan_n_overrides()).
 * @param out   Receives the override; its key points into the plan.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_INDEX.
 * @note Threads: const-safe. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_override(const split_plan *plan, size_t index,
                                                split_override *out);

/**
 * Make a new plan with other weights that moves as few buckets as possible, to their home where it
 * can.
 *
 * Everything but the ranges is as in @p plan. More weights than variants add variants at the end;
 * fewer remove the last ones. To take one out of the middle, set its weight to 0.
 *
 * @param plan      Plan to start from; unchanged.
 * @param weights   n_weights exact integers of any scale, not all zero, sum up to 2^43.
 * @param n_weights [1,64]; above the plan's default variant and the variants of its overrides.
 * @param mem       Memory aligned to 8 bytes, apart from @p plan; undefined content after an error.
 * @param mem_bytes At least split_plan_bytes(@p plan).
 * @param out       Receives @p mem as a plan.
 * @param out_moved Receives the number of buckets whose variant changes; may be NULL.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_ALIGN, SPLIT_ERR_MEMORY_SIZE for memory;
 * SPLIT_ERR_WEIGHTS; SPLIT_ERR_INDEX when the default variant or an override's variant would go;
 * SPLIT_ERR_RANGES when the new plan would need more than 1,024 ranges; split_plan_rehome() cures
 * it.
 * @note Source: design/assignment.md A10-A14. Threads: pure. Cost: O(variants^2 + moves * ranges),
 * no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_reweight(const split_plan *plan, const uint64_t *weights,
                                                size_t n_weights, void *mem, size_t mem_bytes,
                                                split_plan **out, uint32_t *out_moved);

/**
 * As split_plan_reweight(), in memory from an allocator.
 *
 * @param alloc NULL: malloc. The other parameters are as there.
 * @return As split_plan_reweight(); SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_reweight_new(const split_plan *plan, const uint64_t *weights,
                                                    size_t n_weights, const split_alloc *alloc,
                                                    split_plan **out, uint32_t *out_moved);

/**
 * Make a new plan with a fresh home layout from the weights, however many buckets that moves.
 *
 * Parameters and errors as split_plan_reweight(), but for SPLIT_ERR_RANGES, which cannot happen.
 *
 * @note Source: design/assignment.md A15. Threads: pure. Cost: O(variants + ranges), no allocation.
 * Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_rehome(const split_plan *plan, const uint64_t *weights,
                                              size_t n_weights, void *mem, size_t mem_bytes,
                                              split_plan **out, uint32_t *out_moved);

/** As split_plan_rehome(), in memory from an allocator; also SPLIT_ERR_NOMEM. @since 0.1 */
SPLIT_API SPLIT_CHECKED int split_plan_rehome_new(const split_plan *plan, const uint64_t *weights,
                                                  size_t n_weights, const split_alloc *alloc,
                                                  split_plan **out, uint32_t *out_moved);

/**
 * Count the buckets that move between two plans of one split, by old and new variant.
 *
 * @param from       Plan before.
 * @param to         Plan after; may have another number of variants.
 * @param out_matrix Receives n_matrix counts: cell [f * variants of to + t] is what goes from f to
 * t. May be NULL.
 * @param n_matrix   Variants of @p from times variants of @p to; 0 with a NULL matrix.
 * @param out_moved  Receives the sum of the cells with f != t; may be NULL.
 * @return 0; SPLIT_ERR_ARG for a NULL plan or plans with different salts (their buckets hold
 * different users); SPLIT_ERR_SPACE when n_matrix is another number.
 * @note Source: design/assignment.md A16. Threads: const-safe. Cost: O(ranges), no allocation.
 * Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_diff(const split_plan *from, const split_plan *to,
                                            uint32_t *out_matrix, size_t n_matrix,
                                            uint32_t *out_moved);

SPLIT_END

#endif
