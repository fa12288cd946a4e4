/* SPDX-License-Identifier: MIT */
/**
 * @file assign.h
 * Decisions of a plan: which variant gets this request (design/assignment.md).
 *
 * Sticky: split_assign() with the visitor's key; the same key gets the same variant everywhere.
 * Random and even plans draw per request from a small state of the caller: split_assign_random(),
 * split_assign_even(); split_assign_gate() first applies the rules that depend on the key alone. No
 * call allocates, locks or does I/O.
 */
#ifndef SPLIT_ASSIGN_H
#define SPLIT_ASSIGN_H

#include "split/plan.h"

SPLIT_BEGIN

#define SPLIT_NO_BUCKET UINT32_MAX /**< Stands for a bucket where none was drawn. */

/** Rules that can decide: XX(name, number, text in documents and output). @since 0.1 */
#define SPLIT_RULE_MAP(XX)                                                                         \
    XX(HASH, 0, "hash")                                                                            \
    XX(OVERRIDE, 1, "override")                                                                    \
    XX(HOLDOUT, 2, "holdout")                                                                      \
    XX(COVERAGE, 3, "coverage")                                                                    \
    XX(DEFAULT, 4, "default")                                                                      \
    XX(RANDOM, 5, "random")                                                                        \
    XX(EVEN, 6, "even")                                                                            \
    XX(STORED, 7, "stored")

#define SPLIT_RULE_COUNT 8 /**< How many there are. */

/** Which rule decided. DEFAULT and STORED are for callers: no usable key, and a stored decision.
 * @since 0.1 */
typedef enum split_rule {
#define XX(name, number, text) SPLIT_RULE_##name = number,
    SPLIT_RULE_MAP(XX)
#undef XX
} split_rule;

/** One decision. */
typedef struct split_assignment {
    uint32_t variant; /**< Index of the variant. */
    uint32_t bucket;  /**< [0,1048575], or SPLIT_NO_BUCKET. */
    uint32_t reason;  /**< A split_rule. */
} split_assignment;

/** A decision and every number that led to it. */
typedef struct split_explanation {
    uint64_t hash;      /**< XXH64 of the unit. */
    uint32_t variant;   /**< Index of the variant. */
    uint32_t reason;    /**< A split_rule. */
    uint32_t bucket;    /**< Low 20 bits of the hash. */
    uint32_t range;     /**< Index of the range that holds the bucket, whether or not it decided. */
    split_range bounds; /**< That range. */
    /** Bucket in the coverage gate; SPLIT_NO_BUCKET when all take part. */
    uint32_t coverage_bucket;
    uint32_t holdout_bucket; /**< Bucket in the holdout gate; SPLIT_NO_BUCKET without a holdout. */
    uint32_t override_index; /**< Index of the override that decided, or SPLIT_NO_BUCKET. */
} split_explanation;

/** State of the random mode: a splitmix64 generator. Type: exclusive. Any value is valid. */
typedef struct split_random {
    uint64_t state;
} split_random;

/** State of the even mode: what each variant is owed. Type: exclusive. Fill with split_even_init();
 * may be copied. */
typedef struct split_even {
    uint64_t shares_id;  /**< Identifies the shares that `owed` belongs to. */
    uint32_t n_variants; /**< Of those shares. */
    uint32_t n_active;   /**< Variants with weight among them. */
    /** Requests owed to each variant, in buckets (1,048,576 = one request). */
    int32_t owed[SPLIT_VARIANTS_MAX];
} split_even;

/** Text of a reason, as in documents; "?" for a number outside the registry. @since 0.1 */
SPLIT_API const char *split_rule_name(int reason);

/**
 * Decide for one key of a sticky plan: override, holdout, coverage, hash, in this order.
 *
 * @param plan    Plan.
 * @param key     key_len bytes, compared as bytes; text is UTF-8.
 * @param key_len [1,4096].
 * @param out     Receives the decision.
 * @return 0; SPLIT_ERR_KEY for an empty, NULL or too long key: use split_plan_default() and count
 * it; SPLIT_ERR_MODE when the plan is not sticky; SPLIT_ERR_ARG for a NULL plan or out.
 * @note Source: design/assignment.md A1-A4, A17-A19. Threads: const-safe. Cost: one XXH64 of the
 * unit. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign(const split_plan *plan, const char *key, size_t key_len,
                                         split_assignment *out);

/**
 * Decide for many keys of a sticky plan that lie one after another in one buffer.
 *
 * A key that is empty, too long, or whose offsets are not in order and within the buffer gets the
 * default variant.
 *
 * @param plan       Plan.
 * @param keys       keys_len bytes; may be NULL when keys_len is 0.
 * @param keys_len   Bytes in @p keys.
 * @param offsets    n_keys + 1 entries: key i is [offsets[i], offsets[i + 1]).
 * @param n_keys     Number of keys.
 * @param out        Receives n_keys variants.
 * @param out_n_bad  Receives how many keys were unusable; may be NULL.
 * @return 0; SPLIT_ERR_MODE when the plan is not sticky; SPLIT_ERR_ARG for NULL.
 * @note Source: design/assignment.md A20. Threads: const-safe. Cost: as n_keys times
 * split_assign(). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_many(const split_plan *plan, const char *keys,
                                              size_t keys_len, const uint32_t *offsets,
                                              size_t n_keys, uint16_t *out, size_t *out_n_bad);

/**
 * Decide for many keys of a sticky plan that lie anywhere.
 *
 * A key that is empty, NULL or too long gets the default variant.
 *
 * @param plan       Plan.
 * @param keys       n_keys pointers.
 * @param key_lens   n_keys lengths in bytes.
 * @param n_keys     Number of keys.
 * @param out        Receives n_keys variants.
 * @param out_n_bad  Receives how many keys were unusable; may be NULL.
 * @return 0; SPLIT_ERR_MODE when the plan is not sticky; SPLIT_ERR_ARG for NULL.
 * @note Source: design/assignment.md A20. Threads: const-safe. Cost: as n_keys times
 * split_assign(). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_each(const split_plan *plan, const char *const *keys,
                                              const size_t *key_lens, size_t n_keys, uint16_t *out,
                                              size_t *out_n_bad);

/**
 * Decide as split_assign() does and say why.
 *
 * @param plan    Plan.
 * @param key     key_len bytes.
 * @param key_len [1,4096].
 * @param out     Receives the decision and every number that led to it.
 * @return As split_assign().
 * @note Source: design/assignment.md A19. Threads: const-safe. Cost: up to three XXH64. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_explain(const split_plan *plan, const char *key,
                                                 size_t key_len, split_explanation *out);

/**
 * Apply only the rules that depend on the key alone (override, holdout, coverage), in any mode.
 *
 * For random and even plans whose visitors have keys: if no rule decides, draw.
 *
 * @param plan        Plan.
 * @param key         key_len bytes.
 * @param key_len     [1,4096].
 * @param out         Receives the decision; written only when @p out_decided becomes true.
 * @param out_decided Receives whether a rule decided.
 * @return 0; SPLIT_ERR_KEY for an empty, NULL or too long key; SPLIT_ERR_ARG for another NULL.
 * @note Source: design/assignment.md A17, A18. Threads: const-safe. Cost: up to three XXH64, none
 * for a plan without such rules. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_gate(const split_plan *plan, const char *key,
                                              size_t key_len, split_assignment *out,
                                              bool *out_decided);

/**
 * Hash of the unit of a key: XXH64, seed 0, of salt ":" key, or of the key without a salt.
 *
 * Failover takes it as the request's key, so that a visitor's retries and probes are the same
 * everywhere.
 *
 * @param plan    Plan of any mode.
 * @param key     key_len bytes.
 * @param key_len [1,4096].
 * @param out     Receives the hash; its low 20 bits are the bucket.
 * @return 0; SPLIT_ERR_KEY; SPLIT_ERR_ARG for NULL.
 * @note Source: design/assignment.md A1, A2. Threads: const-safe. Cost: one XXH64. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_plan_unit_hash(const split_plan *plan, const char *key,
                                                 size_t key_len, uint64_t *out);

/** Start the random mode's generator; equal seeds give equal draws. @since 0.1 */
SPLIT_API void split_random_init(split_random *rnd, uint64_t seed);

/**
 * Draw a variant of a random plan for one request, independent of its visitor.
 *
 * @param plan Plan.
 * @param rnd  Generator; moves on by one.
 * @param out  Receives the decision.
 * @return 0; SPLIT_ERR_MODE when the plan is not random; SPLIT_ERR_ARG for NULL.
 * @note Source: design/assignment.md A21. Threads: exclusive for @p rnd, const-safe for the plan.
 * Cost: O(log ranges). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_random(const split_plan *plan, split_random *rnd,
                                                split_assignment *out);

/** Start the state of the even mode with no debts. @since 0.1 */
SPLIT_API void split_even_init(split_even *even);

/**
 * Take the next variant of an even plan: exact shares in every window of requests, not only on
 * average.
 *
 * While the shares stay, the count of each of k variants that have weight is always within
 * 1 - 1/(2k - 2) of its exact share, and in every window of requests less than 2 away from it.
 * design/assignment.md A24 says what holds across changes of the shares. Each thread or process has
 * its own state. The bounds hold for each of them; for n of them together they are n times as wide.
 *
 * @param plan Plan; may be another one than in the last call, with other weights.
 * @param even State; moves on by one request.
 * @param out  Receives the decision; its bucket is SPLIT_NO_BUCKET.
 * @return 0; SPLIT_ERR_MODE when the plan is not even; SPLIT_ERR_ARG for NULL.
 * @note Source: design/assignment.md A22-A24, after Tijdeman's chairman assignment. Threads:
 * exclusive for @p even. Cost: O(variants), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_assign_even(const split_plan *plan, split_even *even,
                                              split_assignment *out);

SPLIT_END

#endif
