/* SPDX-License-Identifier: MIT */
/**
 * @file log.h
 * Access logs (library split-net): bytes become lines, lines become requests, requests become the
 * counts that metrics judge.
 *
 * A log does no input of its own: ask for room, put bytes there, and take records until it asks for
 * more. The format is found from the lines: CloudFront v1 and v2 JSON, nginx and Apache combined,
 * HAProxy, ALB, Envoy, split-proxy, each also as docker's json-file wraps them; or it is described:
 * JSON lines by a map of fields, an nginx log_format, CloudFront real-time logs by their fields.
 * Following a file as it grows is the source `log:` (split/source.h).
 */
#ifndef SPLIT_LOG_H
#define SPLIT_LOG_H

#include "split/metric.h"

SPLIT_BEGIN

/** A longer line is rejected whole, never cut. @since 0.1 */
#define SPLIT_LOG_LINE_MAX 65536

/** Text inside a line; len 0 when the line does not say. @since 0.1 */
typedef struct split_log_text {
    const char *at;
    size_t len;
} split_log_text;

/** What a cache did for a request. @since 0.1 */
typedef enum split_log_cache {
    SPLIT_LOG_CACHE_NONE = 0,   /**< The line does not say. */
    SPLIT_LOG_CACHE_MISS = 1,   /**< The origin answered. */
    SPLIT_LOG_CACHE_HIT = 2,    /**< The cache answered. */
    SPLIT_LOG_CACHE_REFRESH = 3 /**< The cache answered after the origin had agreed. */
} split_log_cache;

/** Most attempts of a request that are distinguished; the rest is left out. @since 0.1 */
#define SPLIT_LOG_ATTEMPTS_MAX 8

/** One of the attempts that a router made for a request. @since 0.1 */
typedef struct split_log_attempt {
    split_log_text upstream;
    int32_t status; /**< 0: it had no answer. */
} split_log_attempt;

/** One request as its line tells it. Text is borrowed until the next call on the log. @since 0.1 */
typedef struct split_log_record {
    split_us at_us; /**< Wall clock; -1 when the line does not say. */
    /** Server's view, to the first byte where the format has it; -1 when there is none. */
    split_us latency_us;
    int32_t status;       /**< HTTP status; 0: the visitor left first. */
    int32_t first_status; /**< Of the first attempt, where the line has several; else 0. */
    split_log_cache cache;
    split_log_text method;
    split_log_text variant;  /**< As the line names it. */
    split_log_text upstream; /**< Address or name of the back end that was tried first. */
    split_log_text cookie;   /**< The whole Cookie header. */
    uint32_t n_attempts;     /**< 0 where the line does not tell them. */
    split_log_attempt attempts[SPLIT_LOG_ATTEMPTS_MAX]; /**< In their order. */
} split_log_record;

/** What split_log_next() found. @since 0.1 */
typedef enum split_log_answer {
    SPLIT_LOG_RECORD = 0, /**< A request. */
    SPLIT_LOG_REJECT = 1, /**< A line that was not understood; it was counted. */
    SPLIT_LOG_SKIP = 2,   /**< A line that is not a request, such as a header; never returned. */
    SPLIT_LOG_MORE = 3    /**< No whole line is left. */
} split_log_answer;

/** Options of a log. Fill with split_log_options_init(). @since 0.1 */
typedef struct split_log_options {
    size_t size;
    /** One of split_log_format_name(); "json:PRESET" (nginx, caddy, traefik, envoy, cloudflare);
     * "json:MEANING=PATH,..." with time, status, request_time (also _ms, _us, _ns), upstream,
     * upstream_status, method, variant, cookie, cache; "nginx:LOG_FORMAT"; "cloudfront:FIELD,...".
     * NULL: found from the lines. */
    const char *format;
    /** Of times that name no zone: "UTC", "local" (the process's), "+HH:MM"; NULL: UTC. */
    const char *zone;
} split_log_options;

/** Size of split_log_options in version 0.1. @since 0.1 */
#define SPLIT_LOG_OPTIONS_V1 SPLIT_SIZE_TO(split_log_options, zone)

/** What was read since the log was made or restarted. @since 0.1 */
typedef struct split_log_info {
    const char *format; /**< NULL while no line fitted one. */
    int64_t n_lines;
    int64_t n_records;
    int64_t n_rejected;
    int64_t first_reject_line; /**< Counted from 1; 0 for none. */
    char first_reject[96];     /**< Its start; bytes that could control a terminal are dots. */
} split_log_info;

/** Size of split_log_info in version 0.1. @since 0.1 */
#define SPLIT_LOG_INFO_V1 SPLIT_SIZE_TO(split_log_info, first_reject)

/** A log as a stream of bytes. Thread rule: exclusive. @since 0.1 */
typedef struct split_log split_log;

/** Name of a format such as "haproxy http"; "?" for a number that is not one. @note Threads: pure.
 * Since 0.1. */
SPLIT_API const char *split_log_format_name(int format);

/** Fill with the defaults. @note Threads: pure. Since 0.1. */
#define split_log_options_init(options) split_log_options_init_sized((options), sizeof *(options))
SPLIT_API void split_log_options_init_sized(split_log_options *options, size_t size);

/**
 * Make a log.
 *
 * @param options How to read; NULL for the defaults.
 * @param out     The log; free it with split_log_free().
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_VALUE for a format or zone
 * that is not valid; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: allocates 256 KiB, once. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_log_new(const split_log_options *options, split_log **out);

/** Free a log and set the handle to NULL; NULL is allowed. @since 0.1 */
SPLIT_API void split_log_free(split_log **log);

/**
 * Where the next bytes of the log go.
 *
 * @param log     The log; take records until SPLIT_LOG_MORE before.
 * @param out_len Room in bytes, more than SPLIT_LOG_LINE_MAX.
 * @return The place; valid until the next call.
 * @note Threads: exclusive. Cost: moves a part of a line. Since 0.1.
 */
SPLIT_API char *split_log_room(split_log *log, size_t *out_len);

/** Report that @p n bytes were put into the room. @note Threads: exclusive. Since 0.1. */
SPLIT_API void split_log_put(split_log *log, size_t n);

/** Report the end: what is left without a line end is a line, too. @note Threads:
 * exclusive. Since 0.1. */
SPLIT_API void split_log_end(split_log *log);

/** Begin another file: bytes, counts and a format that was found are forgotten. @note Threads:
 * exclusive. Since 0.1. */
SPLIT_API void split_log_restart(split_log *log);

/**
 * Take the next line that is a request or cannot be understood.
 *
 * @param log The log.
 * @param out Receives the request; only with SPLIT_LOG_RECORD.
 * @return What was found; SPLIT_LOG_MORE when the log wants more bytes.
 * @note Threads: exclusive. Cost: O(line), no allocation. Since 0.1.
 */
SPLIT_API split_log_answer split_log_next(split_log *log, split_log_record *out);

/** What was read so far. @note Threads: const-safe. Since 0.1. */
#define split_log_get(log, out) split_log_get_sized((log), (out), sizeof *(out))
SPLIT_API void split_log_get_sized(const split_log *log, split_log_info *out, size_t size);

/** An upstream that belongs to a variant. Borrowed. @since 0.1 */
typedef struct split_log_map {
    const char *upstream;
    const char *variant;
} split_log_map;

/** Gives the variant that a visitor had at an instant of the wall clock; NULL when it is not known.
 * @since 0.1 */
typedef const char *(*split_log_assign)(void *ctx, const char *visitor, size_t visitor_len,
                                        split_us at_us);

/** How to find the variant of a request. Zero every member that is not used. @since 0.1 */
typedef struct split_log_arms {
    const char *cookie;        /**< Name of a cookie; NULL: cookies are ignored. */
    bool cookie_is_variant;    /**< Its value is the variant, not a visitor's id. */
    const split_log_map *maps; /**< n_maps upstreams. */
    size_t n_maps;
    split_log_assign assign; /**< Assigns visitors' ids again; NULL for none. */
    void *assign_ctx;
} split_log_arms;

/**
 * Variant of a request: what the line names, else the cookie's value, else the upstream's map, else
 * the visitor's id assigned again.
 *
 * @return Text that lives as long as the record and the arms; len 0 when nothing says.
 * @note Threads: const-safe. Cost: O(cookie + n_maps). Since 0.1.
 */
SPLIT_API split_log_text split_log_arm(const split_log_arms *arms, const split_log_record *record);

/**
 * Variant that an attempt was sent to: of the first one as split_log_arm() says, of others as their
 * upstream's map does.
 *
 * @param attempt In [0, n_attempts); beyond, nothing says.
 * @note Threads: const-safe. Cost: O(n_maps). Since 0.1.
 */
SPLIT_API split_log_text split_log_attempt_arm(const split_log_arms *arms,
                                               const split_log_record *record, uint32_t attempt);

/** Whether a cache was asked and the answer is not an error: what a hit rate counts. @note Threads:
 * pure. Since 0.1. */
SPLIT_API bool split_log_is_lookup(const split_log_record *record);

/** What makes a request count. Pointers are borrowed. @since 0.1 */
typedef struct split_log_rules {
    const split_metric *metrics; /**< n_metrics definitions in the order of the rollout. */
    size_t n_metrics;
    const uint32_t *statuses; /**< n_statuses that are failures; 500 to 599 when there are none. */
    size_t n_statuses;
} split_log_rules;

/**
 * Count a request into the report of its arm, exactly as the metrics' bounds say. A request that
 * was tried again counts by its first attempt, and what its visitor saw is user_errors; one whose
 * visitor left first counts nothing but an attempt that had failed before.
 *
 * @param rules  What counts.
 * @param record The request.
 * @param arm    Grows by the request.
 * @note Source: design/verdicts.md M2, M4, design/sources.md L5. Threads: exclusive in @p arm.
 * Cost: O(n_metrics). Since 0.1.
 */
SPLIT_API void split_log_count(const split_log_rules *rules, const split_log_record *record,
                               split_arm *arm);

/**
 * Count an attempt after the first into the report of the variant that it was sent to. The first
 * one, and what the visitor saw, is counted by split_log_count().
 *
 * @param attempt In [1, n_attempts); others count nothing.
 * @note Threads: exclusive in @p arm. Cost: O(n_statuses). Since 0.1.
 */
SPLIT_API void split_log_count_attempt(const split_log_rules *rules, const split_log_record *record,
                                       uint32_t attempt, split_arm *arm);

SPLIT_END

#endif
