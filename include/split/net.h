/* SPDX-License-Identifier: MIT */
/**
 * @file net.h
 * The outside world (library split-net): the clock, HTTP with time-outs and retries, and the text
 * that metric endpoints answer with. Sources of windows are in split/source.h, notifiers in
 * split/notify.h.
 */
#ifndef SPLIT_NET_H
#define SPLIT_NET_H

#include "split/base.h"
#include "split/error.h"

SPLIT_BEGIN

/**
 * Read the monotonic clock, for the `now` arguments of the core.
 *
 * @return Microseconds since an instant that is fixed while the machine runs.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API split_us split_clock_now(void);

/**
 * Read the wall clock, for what people see and for files.
 *
 * @return Microseconds since 1970-01-01T00:00:00Z.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API split_us split_clock_wall(void);

/**
 * Sleep until an instant of split_clock_now(), or until a signal arrives.
 *
 * @param instant_us Instant to wait for; one in the past returns at once.
 * @return 0; SPLIT_ERR_MODE when a signal ended the sleep.
 * @note Threads: pure. Since 0.1.
 */
SPLIT_API int split_clock_sleep_until(split_us instant_us);

/** Bytes that split_time_print() needs, with the final zero. @since 0.1 */
#define SPLIT_TIME_BYTES 32

/**
 * Print a wall-clock instant as RFC 3339 in UTC with whole seconds, such as "2026-11-23T00:17:00Z".
 *
 * @param wall_us Microseconds since 1970; years 1970 to 9999.
 * @param buf  Receives the text.
 * @return 0; SPLIT_ERR_VALUE for an instant outside those years.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API int split_time_print(split_us wall_us, char buf[SPLIT_TIME_BYTES]);

/**
 * Read an RFC 3339 instant in UTC ("Z"), with or without a fraction of a second.
 *
 * @param text     The text.
 * @param text_len Its length in bytes.
 * @param out      Microseconds since 1970; digits beyond the sixth are cut off.
 * @return 0; SPLIT_ERR_VALUE when the text is not such an instant.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API int split_time_read(const char *text, size_t text_len, split_us *out);

/** How to talk to peers. Fill with split_http_options_init(). @since 0.1 */
typedef struct split_http_options {
    size_t size;
    split_us connect_timeout_us; /**< For one attempt; default 2 s. */
    split_us timeout_us;         /**< For one attempt, all in all; default 10 s. */
    /** Wait before the second attempt, doubled for each further one; default 100 ms. */
    split_us backoff_us;
    uint64_t max_body_bytes; /**< A longer answer is an error; default 16 MiB. */
    uint64_t seed;           /**< Of the jitter; 0 (default) takes it from the clock. */
    uint32_t tries;          /**< [1, 10], default 3. */
    uint32_t reserved;       /**< 0. */
} split_http_options;

/** Size of split_http_options in version 0.1. @since 0.1 */
#define SPLIT_HTTP_OPTIONS_V1 SPLIT_SIZE_TO(split_http_options, reserved)

/** A request. Zero every member that is not used. Pointers are borrowed for the call. @since 0.1 */
typedef struct split_http_request {
    size_t size;
    const char *method;         /**< NULL: GET without a body, POST with one. */
    const char *url;            /**< http or https. */
    const char *const *headers; /**< n_headers lines "Name: value". */
    size_t n_headers;
    const char *body; /**< NULL for none. */
    size_t body_len;
    const char *user;        /**< User or access key id; NULL for none. */
    const char *password;    /**< Password or secret key. */
    const char *want_header; /**< Name of a header of the answer that is wanted; NULL for none. */
    const char *aws;     /**< "REGION:SERVICE" to sign as AWS Signature Version 4; NULL for none. */
    bool repeatable;     /**< A POST that changes nothing: it is retried like a GET. */
    uint8_t reserved[7]; /**< 0. */
} split_http_request;

/** Size of split_http_request in version 0.1. @since 0.1 */
#define SPLIT_HTTP_REQUEST_V1 SPLIT_SIZE_TO(split_http_request, reserved)

/** An answer. @since 0.1 */
typedef struct split_http_answer {
    size_t size;
    const char *body; /**< With a final zero; lives until the next call on the same object. */
    size_t body_len;
    split_us took_us; /**< From the first attempt to the end of the last. */
    int32_t status;   /**< HTTP status of the last attempt. */
    uint32_t tries;   /**< Attempts made. */
    char header[128]; /**< Value of the wanted header, cut; "" when absent. */
} split_http_answer;

/** Size of split_http_answer in version 0.1. @since 0.1 */
#define SPLIT_HTTP_ANSWER_V1 SPLIT_SIZE_TO(split_http_answer, header)

/** Connections to peers, kept open between requests. Thread rule: exclusive. @since 0.1 */
typedef struct split_http split_http;

/**
 * Fill options with their defaults.
 *
 * @param options Written whole.
 * @note Threads: pure. Since 0.1.
 */
#define split_http_options_init(options) split_http_options_init_sized((options), sizeof *(options))
SPLIT_API void split_http_options_init_sized(split_http_options *options, size_t size);

/**
 * Make an HTTP client.
 *
 * @param options Time-outs and retries; NULL for the defaults.
 * @param out     The client; free it with split_http_free().
 * @return 0; SPLIT_ERR_ARG when @p out is NULL; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_VALUE
 * for an option out of its range; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: allocates. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_http_new(const split_http_options *options, split_http **out);

/**
 * Send a request and wait for the answer.
 *
 * A connection that fails, a time-out, and the statuses 429, 502, 503 and 504 are retried after a
 * growing, jittered wait when the method is GET or HEAD, the request is repeatable, or nothing
 * was sent yet. Any HTTP status is an answer, not an error. Redirects are not followed. Secrets
 * never appear in errors.
 *
 * @param http    The client.
 * @param request The request.
 * @param out     The answer, valid until the next call.
 * @param error   Receives a sentence when the peer fails; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; SPLIT_ERR_NET when no attempt got an
 * answer; SPLIT_ERR_SPACE when the answer is too long; SPLIT_ERR_NOMEM.
 * @note Threads: exclusive. Cost: blocks up to tries * timeout plus the waits. Since 0.1.
 */
#define split_http_send(http, request, out, error)                                                 \
    split_http_send_sized((http), (request), (out), sizeof *(out), (error))
SPLIT_API SPLIT_CHECKED int split_http_send_sized(split_http *http,
                                                  const split_http_request *request,
                                                  split_http_answer *out, size_t size,
                                                  split_error *error);

/**
 * Close the connections and free the client.
 *
 * @param http The client, set to NULL; NULL and a NULL client are allowed.
 * @note Threads: exclusive. Since 0.1.
 */
SPLIT_API void split_http_free(split_http **http);

/** One sample of a Prometheus text exposition; text is borrowed from the exposition. @since 0.1 */
typedef struct split_sample {
    const char *name;
    size_t name_len;
    const char *labels; /**< What stands between the braces, or NULL. */
    size_t labels_len;
    double value; /**< May be NaN or infinite, as the format allows. */
} split_sample;

/** Position in an exposition. Zero it, then set `at` and `end`. @since 0.1 */
typedef struct split_exposition {
    const char *at;
    const char *end;
    uint64_t n_rejected; /**< Lines that are no samples, comments or empty. */
} split_exposition;

/**
 * Take the next sample of an exposition; malformed lines are counted and left out.
 *
 * @param exposition Position; moved on.
 * @param out        The sample.
 * @return true while there was one.
 * @note Source: Prometheus text format 0.0.4. Threads: exclusive. Cost: O(line). Since 0.1.
 */
SPLIT_API bool split_sample_next(split_exposition *exposition, split_sample *out);

/**
 * Value of a label of a sample, with escapes resolved.
 *
 * @param sample   The sample.
 * @param label    Name of the label.
 * @param buf      Receives the value and a final zero; empty when the label is absent.
 * @param buf_bytes Room in @p buf, at least 1.
 * @return true when the label is there and its value fitted.
 * @note Threads: pure. Cost: O(labels). Since 0.1.
 */
SPLIT_API bool split_sample_label(const split_sample *sample, const char *label, char *buf,
                                  size_t buf_bytes);

SPLIT_END

#endif
