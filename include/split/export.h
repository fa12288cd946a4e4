/* SPDX-License-Identifier: MIT */
/**
 * @file export.h
 * Plans as configuration of systems that never call the library: HAProxy, Envoy, SQL (library
 * split-policy, design/assignment.md section 8).
 *
 * Scheme split1 is XXH64 and a mask, which these systems have built in; what is written here makes
 * them give every key the variant that split_assign() gives it. The text is a snapshot: write it
 * again after each change of weights.
 */
#ifndef SPLIT_EXPORT_H
#define SPLIT_EXPORT_H

#include "split/plan.h"

SPLIT_BEGIN

/** Forms of text: XX(name, number, text of splitctl). @since 0.1 */
#define SPLIT_EXPORT_MAP(XX)                                                                       \
    XX(HAPROXY, 0, "haproxy")                                                                      \
    XX(ENVOY, 1, "envoy")                                                                          \
    XX(TRINO, 2, "trino")                                                                          \
    XX(CLICKHOUSE, 3, "clickhouse")

#define SPLIT_EXPORT_COUNT 4 /**< How many there are. */

/**
 * HAPROXY: http-request rules for a frontend; they set txn.split_bucket and txn.split_variant.
 * ENVOY: JSON with http_filters and route_config of an HTTP connection manager, for Envoy >= 1.36;
 * variants are clusters. TRINO (also Athena), CLICKHOUSE: a query. @since 0.1
 */
typedef enum split_export_format {
#define XX(name, number, text) SPLIT_EXPORT_##name = number,
    SPLIT_EXPORT_MAP(XX)
#undef XX
} split_export_format;

/** What to write. */
typedef struct split_export_options {
    size_t size;                 /**< Set by split_export_options_init(). */
    const char *const *variants; /**< n_variants names, in the plan's order. Required. */
    size_t n_variants;           /**< As many as the plan has. */
    /**
     * Where the key is. HAPROXY: a sample expression; "req.cook(NAME)", the default with split_id,
     * reads the cookie by the grammar of P1. ENVOY: up to 8 headers and "cookie:NAME", apart by
     * commas, of which the first usable one counts; default "x-split-key". SQL: a column; default
     * "key".
     */
    const char *key;
    const char *table; /**< SQL: a table; default "visitors". */
    uint32_t format;   /**< A split_export_format. */
    uint32_t reserved; /**< 0. */
} split_export_options;

/** Size of split_export_options in version 0.1. @since 0.1 */
#define SPLIT_EXPORT_OPTIONS_V1 SPLIT_SIZE_TO(split_export_options, reserved)

/** Text of a format; "?" for a number outside the registry. @since 0.1 */
SPLIT_API const char *split_export_name(int format);

/** Fill options with defaults; variants remain to be set. @since 0.1 */
#define split_export_options_init(options)                                                         \
    split_export_options_init_sized((options), sizeof *(options))
SPLIT_API void split_export_options_init_sized(split_export_options *options, size_t size);

/**
 * Write a plan as configuration of another system.
 *
 * @param plan      Plan. Sticky everywhere; random also as HAPROXY and ENVOY.
 * @param options   What to write.
 * @param out       Receives the text and a terminator; NULL with out_bytes 0 asks for the length.
 * @param out_bytes Bytes at @p out.
 * @param out_len   Receives the length of the text without the terminator.
 * @return 0; SPLIT_ERR_ARG for NULL or another number of variants; SPLIT_ERR_STRUCT,
 *         SPLIT_ERR_NEWER; SPLIT_ERR_NAME for a variant's name; SPLIT_ERR_VALUE for the format, or
 *         a key or table that cannot be written there, or an override's key that cannot;
 *         SPLIT_ERR_MODE when the system cannot do what the plan asks: even mode, random mode in
 *         SQL, coverage or a holdout in ENVOY; SPLIT_ERR_SPACE; SPLIT_ERR_NOMEM.
 * @note Source: design/assignment.md A25-A28. Threads: const-safe. Cost: O(ranges + overrides),
 * allocates its text for the time of the call. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_export(const split_plan *plan,
                                         const split_export_options *options, char *out,
                                         size_t out_bytes, size_t *out_len);

SPLIT_END

#endif
