/* SPDX-License-Identifier: MIT */
/**
 * @file route.h
 * The route document (library split-policy): what routers read, built from a policy and a plan,
 * published atomically.
 *
 * A split_route is immutable and const-safe; texts and arrays that its getters hand out stay valid
 * until split_route_free(). Its text is canonical when it was built here, and as read when it was
 * loaded.
 */
#ifndef SPLIT_ROUTE_H
#define SPLIT_ROUTE_H

#include "split/policy.h"

SPLIT_BEGIN

/** Longest issuer of a route in bytes. @since 0.1 */
#define SPLIT_ROUTE_BY_BYTES_MAX 100
/** Longest reason of a route in bytes. @since 0.1 */
#define SPLIT_ROUTE_WHY_BYTES_MAX 1000

/** What a route is loaded into. @since 0.1 */
typedef struct split_route split_route;

/**
 * Load a route from text by the reader's rules: unknown fields are ignored, everything else is
 * checked.
 *
 * @param text, alloc, faults, n_faults, out_n_faults, out  As split_policy_load().
 * @return 0; otherwise the code of the first fault, SPLIT_ERR_SCHEMA for an unknown schema,
 * SPLIT_ERR_LAYOUT for ranges that do not cover 0..1048576 once, SPLIT_ERR_INDEX for an index out
 * of range; SPLIT_ERR_NOMEM, SPLIT_ERR_ARG or SPLIT_ERR_STRUCT without a fault.
 * @note Source: design/documents.md D1-D5, D16. Threads: pure. Cost: O(text_len). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_load(const char *text, size_t text_len,
                                             const split_alloc *alloc, split_error *faults,
                                             size_t n_faults, size_t *out_n_faults,
                                             split_route **out);

/**
 * Load a route from a file; otherwise as split_route_load().
 *
 * @return As split_route_load(); SPLIT_ERR_IO, as a fault, when the file cannot be read.
 * @note Threads: pure. Cost: one file read. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_load_file(const char *path, const split_alloc *alloc,
                                                  split_error *faults, size_t n_faults,
                                                  size_t *out_n_faults, split_route **out);

/**
 * Build a route from a policy and a plan of it.
 *
 * @param policy        Origins, chains, failover, cookie, overrides.
 * @param plan          Ranges, home layout, mode; made from split_policy_plan_options(), perhaps
 * re-weighted.
 * @param revision      1 or more; one above the revision that it replaces.
 * @param issued_at_us  Wall clock, microseconds since 1970; written to the second.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_VALUE for a revision or time out of range; SPLIT_ERR_FIELD
 * when the plan does not fit the policy; SPLIT_ERR_LIMIT when the text would exceed
 * SPLIT_DOCUMENT_BYTES_MAX; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: O(size of the text). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_build(const split_policy *policy, const split_plan *plan,
                                              uint64_t revision, split_us issued_at_us,
                                              const split_alloc *alloc, split_route **out);

/**
 * Build a route from another one: new ranges, revision and issuer, and every other member as it was
 * written, also one that this version does not know. It needs no policy.
 *
 * @param route         The route to start from.
 * @param plan          Its ranges and home layout are taken, made from split_route_plan_options()
 * and perhaps re-weighted; NULL keeps those of the route.
 * @param revision      1 or more; one above the revision that it replaces.
 * @param issued_at_us  Wall clock, microseconds since 1970; written to the second.
 * @param by            Who issues it: one line of at most SPLIT_ROUTE_BY_BYTES_MAX; NULL or "" for
 * nobody in particular.
 * @param why Why: one line of at most SPLIT_ROUTE_WHY_BYTES_MAX; NULL or "" for no reason.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_VALUE for a revision, a time or a text out of range;
 * SPLIT_ERR_FIELD when the plan does not fit the route; SPLIT_ERR_LIMIT when the text would exceed
 * SPLIT_DOCUMENT_BYTES_MAX; SPLIT_ERR_NOMEM; a fault's code for a text that is not UTF-8.
 * @note Threads: const-safe. Cost: O(size of the text). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_reissue(const split_route *route, const split_plan *plan,
                                                uint64_t revision, split_us issued_at_us,
                                                const char *by, const char *why,
                                                const split_alloc *alloc, split_route **out);

/** Free a route and set the pointer to NULL; NULL and a pointer to NULL are accepted. @since 0.1 */
SPLIT_API void split_route_free(split_route **route, const split_alloc *alloc);

/** The route's text, one line, NUL-terminated. @since 0.1 */
SPLIT_API const char *split_route_text(const split_route *route, size_t *out_len);

/** Who issued it, one line; "" when it does not say. @since 0.1 */
SPLIT_API const char *split_route_issued_by(const split_route *route);

/** Why it was issued, one line; "" when it does not say. @since 0.1 */
SPLIT_API const char *split_route_issued_why(const split_route *route);

/** Name of the split. @since 0.1 */
SPLIT_API const char *split_route_name(const split_route *route);

/** Revision, 1 or more. @since 0.1 */
SPLIT_API uint64_t split_route_revision(const split_route *route);

/** When it was issued, microseconds since 1970. @since 0.1 */
SPLIT_API split_us split_route_issued_at_us(const split_route *route);

/** Number of variants, 1 to 64. @since 0.1 */
SPLIT_API size_t split_route_n_variants(const split_route *route);

/** Name of a variant, or NULL when the index is not below the count. @since 0.1 */
SPLIT_API const char *split_route_variant(const split_route *route, size_t variant);

/** Options of the plan, ready for split_plan_new(); pointers are borrowed from the route. @return
 * 0; SPLIT_ERR_ARG. @since 0.1 */
#define split_route_plan_options(route, out)                                                       \
    split_route_plan_options_sized((route), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_route_plan_options_sized(const split_route *route,
                                                           split_plan_options *out, size_t size);

/** Options of the failover machine, as split_policy_failover_options(). @return 0; SPLIT_ERR_ARG.
 * @since 0.1 */
#define split_route_failover_options(route, out)                                                   \
    split_route_failover_options_sized((route), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_route_failover_options_sized(const split_route *route,
                                                               split_failover_options *out,
                                                               size_t size);

/** Number of origins. @since 0.1 */
SPLIT_API size_t split_route_n_origins(const split_route *route);

/** An origin. @return 0; SPLIT_ERR_ARG; SPLIT_ERR_INDEX. @since 0.1 */
#define split_route_origin(route, origin, out)                                                     \
    split_route_origin_sized((route), (origin), (out), sizeof *(out))
SPLIT_API SPLIT_CHECKED int split_route_origin_sized(const split_route *route, size_t origin,
                                                     split_origin_info *out, size_t size);

/** The cookie's settings. @since 0.1 */
#define split_route_cookie(route, out) split_route_cookie_sized((route), (out), sizeof *(out))
SPLIT_API void split_route_cookie_sized(const split_route *route, split_cookie_info *out,
                                        size_t size);

/**
 * The revision fence of a reader (design/documents.md D17): may `next` replace `current`?
 *
 * @param current  The route in use, or NULL for none.
 * @param next     The one just loaded.
 * @return 0 when next is newer, or byte-identical to current; SPLIT_ERR_REVISION when it is not
 * above current; SPLIT_ERR_NAME when it belongs to another split; SPLIT_ERR_ARG when next is NULL.
 * @note Threads: const-safe. Cost: O(text) at most. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_accept(const split_route *current, const split_route *next);

/**
 * Publish a route to a file: readers see the old text or the new one, never a part, also over a
 * crash or a full disk.
 *
 * Takes a lock beside the file (path + ".lock"), reads the revision on disk again, writes path +
 * ".new", syncs it, renames it over the path and syncs the folder.
 *
 * @param path      The route file. Its folder must exist.
 * @param expected  Revision that the caller means to replace; 0 for a file that does not exist yet.
 * @param error     Receives detail; may be NULL.
 * @return 0; SPLIT_ERR_CONFLICT when the file holds another revision than expected, or none, or
 * when another writer holds the lock for 5 s; SPLIT_ERR_REVISION when the route's revision is not
 * above the one there; SPLIT_ERR_NAME when the file holds the route of another split; SPLIT_ERR_IO
 * when a step failed: the previous route is intact, unless the folder could not be synced at the
 * end, when the new one is in force already and the sentence says so; a fault's code when the file
 * there is no route; SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NOMEM.
 * @note Threads and processes: safe together, one wins. Cost: two syncs to disk. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_route_publish(const split_route *route, const char *path,
                                                uint64_t expected, split_error *error);

SPLIT_END

#endif
