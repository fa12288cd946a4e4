/* SPDX-License-Identifier: MIT */
/**
 * @file token.h
 * Stored decisions: a cookie value that keeps a visitor's variant when weights change (library
 * split-token, design/stored.md).
 *
 * The value is at most SPLIT_TOKEN_TEXT_MAX bytes that need no quoting in a cookie:
 *
 *     1:REVISION:ISSUED:SEEN:VARIANT:-              unsigned
 *     1:REVISION:ISSUED:SEEN:VARIANT:KEYID:MAC      signed, HMAC-SHA-256 by OpenSSL's libcrypto,
 * base64url
 *
 * Times are seconds since 1970. A value that is tampered with, expired, from the future, cut off or
 * too long is never an error: split_token_decide() falls back to the plan and returns the status,
 * for the caller to count.
 *
 * Type split_token: const-safe. It holds the secrets; split_token_free() wipes them.
 */
#ifndef SPLIT_TOKEN_H
#define SPLIT_TOKEN_H

#include "split/assign.h"

SPLIT_BEGIN

#define SPLIT_TOKEN_TEXT_MAX 192  /**< Longest value, without a terminator. */
#define SPLIT_TOKEN_KEYS_MAX 8    /**< Keys of one object. */
#define SPLIT_TOKEN_SECRET_MIN 16 /**< Shortest secret, in bytes. */
#define SPLIT_TOKEN_SECRET_MAX 64 /**< Longest secret, in bytes. */
#define SPLIT_TOKEN_KEY_ID_MAX 16 /**< Longest key id, in bytes. */

/** What a value turned out to be: XX(name, number, text for logs and metrics). @since 0.1 */
#define SPLIT_TOKEN_STATUS_MAP(XX)                                                                 \
    XX(VALID, 0, "valid")                                                                          \
    XX(ABSENT, 1, "absent")                                                                        \
    XX(MALFORMED, 2, "malformed")                                                                  \
    XX(TOO_LONG, 3, "too-long")                                                                    \
    XX(UNSIGNED, 4, "unsigned")                                                                    \
    XX(UNKNOWN_KEY, 5, "unknown-key")                                                              \
    XX(FORGED, 6, "forged")                                                                        \
    XX(FUTURE, 7, "future")                                                                        \
    XX(EXPIRED, 8, "expired")                                                                      \
    XX(IDLE, 9, "idle")                                                                            \
    XX(FENCED, 10, "fenced")                                                                       \
    XX(GONE, 11, "gone")                                                                           \
    XX(DRAINED, 12, "drained")                                                                     \
    XX(OVERRULED, 13, "overruled")

#define SPLIT_TOKEN_STATUS_COUNT 14 /**< How many there are, for arrays. */

/**
 * What a value turned out to be; only VALID is used. UNSIGNED: a signature is demanded. FENCED:
 * older than the fence. GONE: no such variant. DRAINED: its weight is 0. OVERRULED: an override,
 * holdout or coverage decided. @since 0.1
 */
typedef enum split_token_status {
#define XX(name, number, text) SPLIT_TOKEN_##name = number,
    SPLIT_TOKEN_STATUS_MAP(XX)
#undef XX
} split_token_status;

/** A signing key. Several at once let keys be changed: the first signs, all verify. */
typedef struct split_token_key {
    const char *id;              /**< [A-Za-z0-9][A-Za-z0-9._-]{0,15}, different for each key. */
    const unsigned char *secret; /**< secret_len random bytes. */
    size_t secret_len;           /**< [16,64]. */
} split_token_key;

/** What a split's stored decisions are checked against. Everything is copied. */
typedef struct split_token_options {
    size_t size; /**< Set by split_token_options_init(). */
    /** Name of the split; a value of another split does not verify. Required. */
    const char *split;
    const split_token_key *keys; /**< n_keys entries; NULL for the unsigned form. */
    size_t n_keys;               /**< [0,8]. */
    split_us max_age_us; /**< A decision lives so long from its issue; default 365 days, > 0. */
    split_us idle_us;    /**< And so long unseen; default SPLIT_NEVER, > 0. */
    split_us skew_us;    /**< How far clocks may differ; default 60 s, >= 0. */
    /** Decisions of a smaller revision are ignored: fresh draw for all. Default 0. */
    uint64_t fence;
} split_token_options;

/** Size of split_token_options in version 0.1. @since 0.1 */
#define SPLIT_TOKEN_OPTIONS_V1 SPLIT_SIZE_TO(split_token_options, fence)

/** A stored decision. */
typedef struct split_stored {
    uint64_t revision; /**< Of the route that decided. */
    int64_t issued_s;  /**< Seconds since 1970. */
    int64_t seen_s;    /**< The same, of the last request that renewed the value. */
    char variant[SPLIT_NAME_BYTES_MAX + 8]; /**< Its name, terminated. */
} split_stored;

/** Reader and writer of one split's values; opaque, immutable. */
typedef struct split_token split_token;

/** Text of a status for logs and metrics; "?" for a number outside the registry. @since 0.1 */
SPLIT_API const char *split_token_status_name(int status);

/** Fill options with defaults. @since 0.1 */
#define split_token_options_init(options)                                                          \
    split_token_options_init_sized((options), sizeof *(options))
SPLIT_API void split_token_options_init_sized(split_token_options *options, size_t size);

/** Bytes that split_token_init() needs; 0 when options are NULL or not initialised. @since 0.1 */
SPLIT_API size_t split_token_size(const split_token_options *options);

/**
 * Make a reader and writer in the caller's memory.
 *
 * @param mem       Memory aligned to 8 bytes. It will hold secrets: wipe it when done.
 * @param mem_bytes At least split_token_size(@p options).
 * @param options   Borrowed.
 * @param out       Receives @p mem.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_STRUCT, SPLIT_ERR_NEWER; SPLIT_ERR_ALIGN,
 * SPLIT_ERR_MEMORY_SIZE; SPLIT_ERR_NAME for the split or a key id; SPLIT_ERR_DUPLICATE for two keys
 * of one id; SPLIT_ERR_LIMIT for too many keys; SPLIT_ERR_VALUE for a secret's length or a time.
 * @note Threads: pure. Cost: O(keys), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_token_init(void *mem, size_t mem_bytes,
                                             const split_token_options *options, split_token **out);

/** As split_token_init(), in memory from an allocator (NULL: malloc); also SPLIT_ERR_NOMEM. @since
 * 0.1 */
SPLIT_API SPLIT_CHECKED int split_token_new(const split_token_options *options,
                                            const split_alloc *alloc, split_token **out);

/** Wipe, give back, and set the handle to NULL. NULL handles are accepted. @since 0.1 */
SPLIT_API void split_token_free(split_token **token, const split_alloc *alloc);

/**
 * Read keys from the text of a file or variable: entries ID:HEX separated by white space or commas;
 * # starts a comment.
 *
 * @param text     text_len bytes.
 * @param text_len Its length.
 * @param ids      Receives the ids, terminated; max_keys rows.
 * @param secrets  Receives the secrets; max_keys rows.
 * @param out_keys Receives max_keys entries at most, whose pointers lead into @p ids and @p
 * secrets.
 * @param max_keys [1,8].
 * @param out_n    Receives the number of keys, 1 or more.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_FIELD for text of another form or without a key;
 * SPLIT_ERR_LIMIT for too many.
 * @note Threads: pure. Cost: O(text), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_token_keys_parse(const char *text, size_t text_len,
                                                   char (*ids)[SPLIT_TOKEN_KEY_ID_MAX + 1],
                                                   unsigned char (*secrets)[SPLIT_TOKEN_SECRET_MAX],
                                                   split_token_key *out_keys, size_t max_keys,
                                                   size_t *out_n);

/**
 * Write a value.
 *
 * @param token       Writer.
 * @param stored      What to write.
 * @param subject     Whom it is for, such as the visitor id: subject_len bytes that the signature
 * covers, so that a signed value is useless to others. May be NULL when subject_len is 0.
 * @param subject_len [0,4096].
 * @param out         Receives the value and a terminator.
 * @param out_bytes   SPLIT_TOKEN_TEXT_MAX + 1 always suffices.
 * @return 0; SPLIT_ERR_ARG for NULL; SPLIT_ERR_NAME for the variant; SPLIT_ERR_VALUE for times
 * below 0 or out of order; SPLIT_ERR_KEY for the subject's length; SPLIT_ERR_SPACE; SPLIT_ERR_NOMEM
 * when libcrypto has no memory.
 * @note Source: design/stored.md T1, T2. Threads: const-safe. Cost: one HMAC-SHA-256 when signed.
 * Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_token_write(const split_token *token, const split_stored *stored,
                                              const char *subject, size_t subject_len, char *out,
                                              size_t out_bytes);

/**
 * Read and check a value.
 *
 * @param token       Reader.
 * @param text        text_len bytes from the outside; NULL or 0 bytes is ABSENT.
 * @param text_len    Its length.
 * @param subject     As given to split_token_write().
 * @param subject_len [0,4096]; longer is FORGED.
 * @param unix_us     Wall clock, microseconds since 1970.
 * @param out         Receives the decision, only when VALID.
 * @param out_status  Receives a split_token_status.
 * @return 0; SPLIT_ERR_ARG for a NULL token or output; SPLIT_ERR_NOMEM when libcrypto has no
 * memory.
 * @note Source: design/stored.md T2-T5. Threads: const-safe. Cost: one HMAC-SHA-256 when signed.
 * Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_token_read(const split_token *token, const char *text,
                                             size_t text_len, const char *subject,
                                             size_t subject_len, split_us unix_us,
                                             split_stored *out, uint32_t *out_status);

/**
 * Decide for a visitor of a sticky plan: gates first, then the stored decision, then the plan.
 *
 * Without a usable key nothing is read or stored: the default variant, rule DEFAULT, status ABSENT.
 *
 * @param token       Reader.
 * @param plan        Plan.
 * @param names       n_names names of the plan's variants, in its order.
 * @param n_names     The plan's number of variants.
 * @param text        Value of the cookie, text_len bytes, or NULL.
 * @param text_len    Its length.
 * @param key         The visitor's key, key_len bytes; also the subject of the signature.
 * @param key_len     Its length.
 * @param unix_us     Wall clock, microseconds since 1970.
 * @param revision    Revision of the route in use.
 * @param out         Receives the decision; its reason is STORED when the value was used.
 * @param out_status  Receives a split_token_status, for counting.
 * @param out_renew   Receives what to write into a new cookie; its variant is "" when none is due.
 * @return 0; SPLIT_ERR_ARG for NULL or n_names; SPLIT_ERR_MODE when the plan is not sticky;
 * SPLIT_ERR_NOMEM.
 * @note Source: design/stored.md T6-T8. Threads: const-safe. Cost: as split_token_read() and
 * split_assign(). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_token_decide(const split_token *token, const split_plan *plan,
                                               const char *const *names, size_t n_names,
                                               const char *text, size_t text_len, const char *key,
                                               size_t key_len, split_us unix_us, uint64_t revision,
                                               split_assignment *out, uint32_t *out_status,
                                               split_stored *out_renew);

SPLIT_END

#endif
