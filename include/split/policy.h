/* SPDX-License-Identifier: MIT */
/**
 * @file policy.h
 * The policy document (library split-policy): strict JSON that people write, turned into ready
 * options of the core.
 *
 * A split_policy lives on the heap and owns every text and array that its getters hand out: they
 * stay valid until split_policy_free(). It is immutable after loading and const-safe. A load that
 * fails lists all faults of the file, each with code, JSON path, line, column and a sentence with
 * the cure, ordered by their place in the text. The route document is in route.h, windows and
 * decisions in lines.h.
 */
#ifndef SPLIT_POLICY_H
#define SPLIT_POLICY_H

#include "split/base.h"
#include "split/error.h"
#include "split/failover.h"
#include "split/plan.h"
#include "split/rollout.h"

SPLIT_BEGIN

/** Largest document in bytes, and deepest nesting. @since 0.1 */
#define SPLIT_DOCUMENT_BYTES_MAX 262144
#define SPLIT_DOCUMENT_DEPTH_MAX 16

/** What a policy is loaded into. @since 0.1 */
typedef struct split_policy split_policy;

/** An origin as routers need it. Texts are borrowed from the document. @since 0.1 */
typedef struct split_origin_info {
    const char *name;               /**< Key under "origins". */
    const char *url;                /**< http or https. */
    const char *host;               /**< Host header, or NULL for the one of the url. */
    split_us connect_timeout_us;    /**< Default 1 s. */
    split_us first_byte_timeout_us; /**< Default 5 s. */
    split_us timeout_us;            /**< Whole exchange; default 30 s. */
    /** Cost in millionths of a currency unit; 0 in a route. */
    uint64_t per_million_requests_micros;
    uint64_t monthly_micros; /**< Fixed monthly cost in millionths; 0 in a route. */
} split_origin_info;

/** Size of split_origin_info in version 0.1. @since 0.1 */
#define SPLIT_ORIGIN_INFO_V1 SPLIT_SIZE_TO(split_origin_info, monthly_micros)

/** Visitor id and stored decision. @since 0.1 */
typedef struct split_cookie_info {
    const char *name;      /**< Default "split_id". */
    split_us max_age_us;   /**< Default 365 days. */
    split_us idle_us;      /**< SPLIT_NEVER when not set; only for what is signed. */
    const char *signed_by; /**< "env:NAME" or "file:PATH" of the signing keys, or NULL. */
} split_cookie_info;

/** Size of split_cookie_info in version 0.1. @since 0.1 */
#define SPLIT_COOKIE_INFO_V1 SPLIT_SIZE_TO(split_cookie_info, signed_by)

/** Kinds of notification target. @since 0.1 */
typedef enum split_notify_type {
    SPLIT_NOTIFY_WEBHOOK = 0,
    SPLIT_NOTIFY_SLACK = 1,
    SPLIT_NOTIFY_SNS = 2,
    SPLIT_NOTIFY_EXEC = 3
} split_notify_type;

/** Events that a target asks for, as bits of split_notify_info.on. @since 0.1 */
typedef enum split_notify_event {
    SPLIT_NOTIFY_ON_LEVEL = 1,
    SPLIT_NOTIFY_ON_HOLD = 2,
    SPLIT_NOTIFY_ON_ADVANCE = 4,
    SPLIT_NOTIFY_ON_ROLLBACK = 8,
    SPLIT_NOTIFY_ON_COMPLETE = 16
} split_notify_event;

/** A notification target. Secrets are references ("env:NAME", "file:PATH"), never values. @since
 * 0.1 */
typedef struct split_notify_info {
    split_notify_type type;
    const char *target;      /**< url (or its reference), topic ARN, or the program of exec. */
    const char *token;       /**< webhook: reference of a bearer token, or NULL. */
    const char *const *args; /**< exec: arguments after the program, n_args entries. */
    size_t n_args;
    uint32_t on;       /**< SPLIT_NOTIFY_ON_* bits; all of them when the policy has no "on". */
    uint32_t reserved; /**< 0. */
} split_notify_info;

/** Size of split_notify_info in version 0.1. @since 0.1 */
#define SPLIT_NOTIFY_INFO_V1 SPLIT_SIZE_TO(split_notify_info, reserved)

/** How a source names a metric: "sources": {SOURCE: TEXT} or {SOURCE: {FIELD: TEXT}}. @since 0.1 */
typedef struct split_source_info {
    const char *source; /**< Such as "prometheus" or "cloudwatch". */
    const char *field;  /**< Name inside the source's object; "" for the plain text form. */
    const char *text;
} split_source_info;

/** Size of split_source_info in version 0.1. @since 0.1 */
#define SPLIT_SOURCE_INFO_V1 SPLIT_SIZE_TO(split_source_info, text)

/**
 * Kinds of sink, where a route comes into force: XX(name, number, text, form, help).
 *
 * ROUTE: the whole document is kept there, so it may decide who writes, and others may follow it.
 * RANGES: buckets and variants, assigned by the same hash. WEIGHTS: percentages only; visitors may
 * change their variant there. @since 0.1
 */
#define SPLIT_SINK_KIND_MAP(XX)                                                                    \
    XX(FILE, 0, "file", ROUTE, "a file, replaced whole under a lock")                              \
    XX(EXEC, 1, "exec", ROUTE, "a program that reads and writes the route")                        \
    XX(HTTP, 2, "http", ROUTE, "a URL with GET, PUT and ETags, such as WebDAV")                    \
    XX(ETCD, 3, "etcd", ROUTE, "a key of etcd, by its JSON gateway")                               \
    XX(S3, 4, "s3", ROUTE, "an object of an S3 bucket, written under its ETag")                    \
    XX(HAPROXY, 5, "haproxy", RANGES, "a map of HAProxy, by its file and runtime sockets")         \
    XX(ENVOY, 6, "envoy", RANGES, "the route configuration of Envoy, as a file it watches")        \
    XX(CLOUDFRONT_KVS, 7, "cloudfront-kvs", ROUTE, "a key of a CloudFront KeyValueStore")          \
    XX(CONFIGMAP, 8, "configmap", ROUTE, "a key of a Kubernetes ConfigMap")                        \
    XX(HTTPROUTE, 9, "httproute", WEIGHTS, "backend weights of a Kubernetes HTTPRoute")            \
    XX(ALB, 10, "alb", WEIGHTS, "target group weights of an AWS load balancer")                    \
    XX(LAMBDA_ALIAS, 11, "lambda-alias", WEIGHTS, "version weights of an AWS Lambda alias")

#define SPLIT_SINK_KIND_COUNT 12 /**< How many there are. */

/** Kinds of sink. @since 0.1 */
typedef enum split_sink_kind {
#define XX(name, number, text, form, help) SPLIT_SINK_##name = number,
    SPLIT_SINK_KIND_MAP(XX)
#undef XX
} split_sink_kind;

/** What of a route a sink holds. @since 0.1 */
typedef enum split_sink_form {
    SPLIT_SINK_ROUTE = 0,  /**< All of it. */
    SPLIT_SINK_RANGES = 1, /**< Buckets and variants. */
    SPLIT_SINK_WEIGHTS = 2 /**< Percentages. */
} split_sink_form;

/** A setting of a sink, as written; a list is several of one name. Borrowed. @since 0.1 */
typedef struct split_sink_field {
    const char *name; /**< Such as "url". */
    const char *key;  /**< Variant that an entry of "targets" is of; NULL otherwise. */
    const char *text;
} split_sink_field;

/** A sink of "publish". Texts are borrowed from the policy. @since 0.1 */
typedef struct split_sink_info {
    split_sink_kind kind;
    bool primary;        /**< Its fence decides who may write. */
    split_us timeout_us; /**< For all of one publication; default 2 s. */
    const split_sink_field *fields;
    size_t n_fields;
} split_sink_info;

/** Size of split_sink_info in version 0.1. @since 0.1 */
#define SPLIT_SINK_INFO_V1 SPLIT_SIZE_TO(split_sink_info, n_fields)

/** The arms of a rollout. @since 0.1 */
typedef struct split_rollout_info {
    size_t variant;  /**< Index of the variant that ramps. */
    size_t baseline; /**< Index of the one it is compared with, or SIZE_MAX for none. */
    /** Percent of the variant after a rollback, in millionths; default 0. */
    int64_t rollback_to_e6;
} split_rollout_info;

/** Size of split_rollout_info in version 0.1. @since 0.1 */
#define SPLIT_ROLLOUT_INFO_V1 SPLIT_SIZE_TO(split_rollout_info, rollback_to_e6)

/**
 * Load a policy from text.
 *
 * @param text       JSON in UTF-8, text_len bytes; borrowed for the call. Need not end with a NUL.
 * @param alloc      Allocator of the policy, or NULL. (cJSON's working memory comes from cJSON's
 * own hooks.)
 * @param faults     Receives up to n_faults faults, first in the text first; may be NULL when
 * n_faults is 0.
 * @param out_n_faults Receives the number of all faults found, also those that had no room; may be
 * NULL.
 * @param out        Receives the policy; written only on success.
 * @return 0; otherwise the code of the first fault: SPLIT_ERR_JSON, _TEXT, _FIELD, _SCHEMA, _VALUE,
 * _NAME, _BOUNDS, _LIMIT, _WEIGHTS, _SALT or another code of the core that refused the options;
 * SPLIT_ERR_NOMEM, SPLIT_ERR_ARG or SPLIT_ERR_STRUCT (the size of faults[0] is not set) without a
 * fault.
 * @note Source: design/documents.md D1-D14. Threads: pure. Cost: O(text_len). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_policy_load(const char *text, size_t text_len,
                                              const split_alloc *alloc, split_error *faults,
                                              size_t n_faults, size_t *out_n_faults,
                                              split_policy **out);

/**
 * Load a policy from a file; otherwise as split_policy_load().
 *
 * @return As split_policy_load(); SPLIT_ERR_IO, as a fault, when the file cannot be read.
 * @note Threads: pure. Cost: one file read. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_policy_load_file(const char *path, const split_alloc *alloc,
                                                   split_error *faults, size_t n_faults,
                                                   size_t *out_n_faults, split_policy **out);

/** Free a policy and set the pointer to NULL; NULL and a pointer to NULL are accepted. @since 0.1
 */
SPLIT_API void split_policy_free(split_policy **policy, const split_alloc *alloc);

/** The policy's own text without white space between tokens, NUL-terminated. @since 0.1 */
SPLIT_API const char *split_policy_text(const split_policy *policy, size_t *out_len);

/** The split's name. @since 0.1 */
SPLIT_API const char *split_policy_name(const split_policy *policy);

/** Number of variants, 1 to 64. @since 0.1 */
SPLIT_API size_t split_policy_n_variants(const split_policy *policy);

/** Name of a variant, or NULL when the index is not below the count. @since 0.1 */
SPLIT_API const char *split_policy_variant(const split_policy *policy, size_t variant);

/**
 * Options of the split's plan, ready for split_plan_new().
 *
 * @param out  Filled completely; its pointers are borrowed from the policy.
 * @return 0; SPLIT_ERR_ARG when an argument is NULL.
 * @note Threads: const-safe. Cost: O(1), no allocation. Since 0.1.
 */
#define split_policy_plan_options(policy, out)                                                     \
    split_policy_plan_options_sized((policy), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_plan_options_sized(const split_policy *policy,
                                                            split_plan_options *out, size_t size);

/**
 * Options of the failover machine: parameters, origins and one chain per variant, in variant order.
 *
 * @param out  Filled completely except the seed, which is the caller's; pointers are borrowed from
 * the policy.
 * @return 0; SPLIT_ERR_ARG when an argument is NULL.
 * @note Threads: const-safe. Cost: O(1), no allocation. Since 0.1.
 */
#define split_policy_failover_options(policy, out)                                                 \
    split_policy_failover_options_sized((policy), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_failover_options_sized(const split_policy *policy,
                                                                split_failover_options *out,
                                                                size_t size);

/**
 * Options of the rollout: metrics, phases, judgement.
 *
 * @param out  Filled completely; its pointers are borrowed from the policy.
 * @return 0; SPLIT_ERR_ARG when an argument is NULL; SPLIT_ERR_NO_DATA when the policy has no
 * "rollout".
 * @note Threads: const-safe. Cost: O(1), no allocation. Since 0.1.
 */
#define split_policy_rollout_options(policy, out)                                                  \
    split_policy_rollout_options_sized((policy), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_rollout_options_sized(const split_policy *policy,
                                                               split_rollout_options *out,
                                                               size_t size);

/**
 * What a rollout's driver needs besides the core's options.
 *
 * @param out  Filled completely.
 * @return 0; SPLIT_ERR_ARG when an argument is NULL; SPLIT_ERR_NO_DATA when the policy has no
 * "rollout".
 * @note Threads: const-safe. Cost: O(1). Since 0.1.
 */
#define split_policy_rollout(policy, out) split_policy_rollout_sized((policy), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_rollout_sized(const split_policy *policy,
                                                       split_rollout_info *out, size_t size);

/** Number of origins, 1 to 64. @since 0.1 */
SPLIT_API size_t split_policy_n_origins(const split_policy *policy);

/** An origin. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @since 0.1 */
#define split_policy_origin(policy, origin, out)                                                   \
    split_policy_origin_sized((policy), (origin), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_origin_sized(const split_policy *policy, size_t origin,
                                                      split_origin_info *out, size_t size);

/** The cookie's settings. @since 0.1 */
#define split_policy_cookie(policy, out) split_policy_cookie_sized((policy), (out), sizeof *(out))
SPLIT_API void split_policy_cookie_sized(const split_policy *policy, split_cookie_info *out,
                                         size_t size);

/** Number of metrics, 0 to 32. @since 0.1 */
SPLIT_API size_t split_policy_n_metrics(const split_policy *policy);

/** Definition of a metric, in the order of the policy. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX.
 * @since 0.1 */
SPLIT_API SPLIT_CHECKED int split_policy_metric(const split_policy *policy, size_t metric,
                                                split_metric *out);

/**
 * Counters of a ratio metric, by the names that its sources use.
 *
 * @param out_bad  Receives the counter of bad events.
 * @param out_of   Receives the counter of all events.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX; SPLIT_ERR_MODE when the metric is of another kind.
 * @note Threads: const-safe. Cost: O(1). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_policy_ratio(const split_policy *policy, size_t metric,
                                               const char **out_bad, const char **out_of);

/** Number of entries in a metric's sources, each a pair of source and field. @since 0.1 */
SPLIT_API size_t split_policy_n_sources(const split_policy *policy, size_t metric);

/** One entry of a metric's sources. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @since 0.1 */
#define split_policy_source(policy, metric, source, out)                                           \
    split_policy_source_sized((policy), (metric), (source), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_source_sized(const split_policy *policy, size_t metric,
                                                      size_t source, split_source_info *out,
                                                      size_t size);

/** Number of notification targets, 0 to 16. @since 0.1 */
SPLIT_API size_t split_policy_n_notify(const split_policy *policy);

/** A notification target. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @since 0.1 */
#define split_policy_notify(policy, notify, out)                                                   \
    split_policy_notify_sized((policy), (notify), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_notify_sized(const split_policy *policy, size_t notify,
                                                      split_notify_info *out, size_t size);

/** Number of sinks under "publish", 0 to 32. @since 0.1 */
SPLIT_API size_t split_policy_n_sinks(const split_policy *policy);

/** A sink; one of them is primary. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @since 0.1 */
#define split_policy_sink(policy, sink, out)                                                       \
    split_policy_sink_sized((policy), (sink), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_policy_sink_sized(const split_policy *policy, size_t sink,
                                                    split_sink_info *out, size_t size);

/**
 * Prices and budget.
 *
 * @param out_prices         Path of the price file as written, or NULL.
 * @param out_monthly_micros Monthly budget in millionths of a currency unit; 0 when there is none.
 * @note Threads: const-safe. Cost: O(1). Since 0.1.
 */
SPLIT_API void split_policy_cost(const split_policy *policy, const char **out_prices,
                                 uint64_t *out_monthly_micros);

SPLIT_END

#endif
