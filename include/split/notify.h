/* SPDX-License-Identifier: MIT */
/**
 * @file notify.h
 * Notifications (library split-net): a webhook, a Slack-compatible webhook, or an SNS topic.
 *
 * Secrets are given as references ("env:NAME", "file:PATH") and are read when they are used. No
 * error text contains them.
 */
#ifndef SPLIT_NOTIFY_H
#define SPLIT_NOTIFY_H

#include "split/net.h"

SPLIT_BEGIN

/** Room for a secret, with the final zero. @since 0.1 */
#define SPLIT_SECRET_BYTES 4096

/** What happened. Texts are borrowed, UTF-8, never NULL. @since 0.1 */
typedef struct split_notice {
    size_t size;
    const char *split;  /**< Name of the split. */
    const char *event;  /**< "level", "hold", "advance", "rollback" or "complete". */
    const char *text;   /**< One sentence. */
    split_us at_us;     /**< Wall clock. */
    int64_t percent_e6; /**< Share of the new system. */
} split_notice;

/** Size of split_notice in version 0.1. @since 0.1 */
#define SPLIT_NOTICE_V1 SPLIT_SIZE_TO(split_notice, percent_e6)

/** Where a topic is and who publishes. Fill with split_sns_init(). @since 0.1 */
typedef struct split_sns {
    size_t size;
    const char *topic; /**< ARN; its region is used. */
    /** Reference of the key id; NULL (default): as every AWS tool finds credentials, in the
     * environment, ~/.aws, the container or the instance. */
    const char *key_id;
    const char *secret;  /**< Reference, of no meaning without key_id. */
    const char *session; /**< Reference, of no meaning without key_id; may be unset. */
    /** URL in place of the public one; NULL for AWS_ENDPOINT_URL or the public one. */
    const char *endpoint;
} split_sns;

/** Size of split_sns in version 0.1. @since 0.1 */
#define SPLIT_SNS_V1 SPLIT_SIZE_TO(split_sns, endpoint)

/**
 * Read a secret: "env:NAME", "file:PATH" (without the last line end), or the text itself.
 *
 * @param reference  What the policy says.
 * @param buf        Receives the secret; empty on an error.
 * @param error      Receives a sentence that names the reference, not the secret; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NO_DATA when there is no such variable, or
 * it is empty; SPLIT_ERR_IO when the file cannot be read; SPLIT_ERR_SPACE when it is longer than
 * the buffer.
 * @note Threads: pure, as far as the environment is. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_secret_read(const char *reference, char buf[SPLIT_SECRET_BYTES],
                                              split_error *error);

/**
 * Post a notice as JSON: {"split", "event", "at", "percent", "text"}.
 *
 * @param http    Client.
 * @param url     URL or its reference.
 * @param token   Reference of a bearer token, or NULL.
 * @param notice  What happened.
 * @param error   Receives a sentence; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NEWER; the errors of split_secret_read();
 * SPLIT_ERR_NET; SPLIT_ERR_PEER for a status other than 2xx; SPLIT_ERR_NOMEM.
 * @note Threads: exclusive in @p http. Cost: blocks as split_http_send(). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_notify_webhook(split_http *http, const char *url,
                                                 const char *token, const split_notice *notice,
                                                 split_error *error);

/** Post a notice as {"text": ...}, in the form of Slack. Otherwise as
 * split_notify_webhook(). @since 0.1 */
SPLIT_API SPLIT_CHECKED int split_notify_slack(split_http *http, const char *url,
                                               const split_notice *notice, split_error *error);

/** Fill with the defaults and a topic. @note Threads: pure. Since 0.1. */
#define split_sns_init(sns, topic) split_sns_init_sized((sns), sizeof *(sns), (topic))
SPLIT_API void split_sns_init_sized(split_sns *sns, size_t size, const char *topic);

/**
 * Publish a notice to an SNS topic, signed with AWS Signature Version 4.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_VALUE for a topic that is no ARN of SNS; SPLIT_ERR_NO_DATA
 * without credentials; else as split_notify_webhook().
 * @note Threads: exclusive in @p http. Cost: blocks as split_http_send(). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_notify_sns(split_http *http, const split_sns *sns,
                                             const split_notice *notice, split_error *error);

SPLIT_END

#endif
