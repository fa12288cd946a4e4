/* SPDX-License-Identifier: MIT */
/**
 * @file lines.h
 * Windows, operator actions and decisions as JSON Lines (library split-policy): replay input,
 * journal export, `--json` output.
 *
 * The first line is {"policy": {...}}. Windows and operator actions follow in any order. A
 * split_lines reads line by line and keeps the policy. The writers make the same lines, so what was
 * written reads back equal.
 */
#ifndef SPLIT_LINES_H
#define SPLIT_LINES_H

#include "split/policy.h"

SPLIT_BEGIN

/** Room that suffices for every line written here. @since 0.1 */
#define SPLIT_LINE_BYTES 65536
/** Room for the texts of an operator, with the closing zero. @since 0.1 */
#define SPLIT_OPERATOR_WHO_BYTES 513
#define SPLIT_OPERATOR_WHY_BYTES 4097

/** What a line holds. @since 0.1 */
typedef enum split_line_kind {
    SPLIT_LINE_POLICY = 0,
    SPLIT_LINE_WINDOW = 1,
    SPLIT_LINE_OPERATOR = 2
} split_line_kind;

/** What an operator did. @since 0.1 */
typedef struct split_operator {
    split_us at_us; /**< Wall clock, microseconds since 1970. */
    split_action action;
    char who[SPLIT_OPERATOR_WHO_BYTES]; /**< "" when not said. */
    char why[SPLIT_OPERATOR_WHY_BYTES]; /**< "" when not said. */
} split_operator;

/** One line that was read; the member that belongs to the kind is filled. @since 0.1 */
typedef struct split_line {
    split_line_kind kind;
    split_window window;
    split_operator operation;
} split_line;

/** A reader of lines. Threads: exclusive. @since 0.1 */
typedef struct split_lines split_lines;

/**
 * Make a reader.
 *
 * @param policy  The policy that windows are read by; borrowed until free. NULL: the first line
 * must bring it.
 * @param alloc   Allocator, or NULL; used by split_lines_read() too, and must live until free.
 * @param out     Receives the reader.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NO_DATA when the policy has no "rollout"; SPLIT_ERR_NOMEM.
 * @note Threads: pure. Cost: one allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_lines_new(const split_policy *policy, const split_alloc *alloc,
                                            split_lines **out);

/** Free a reader, with the policy that a line brought, and set the pointer to NULL. NULL is
 * accepted. @since 0.1 */
SPLIT_API void split_lines_free(split_lines **lines, const split_alloc *alloc);

/** The policy in force; NULL before the first line. Freed with the reader when a line brought it.
 * @since 0.1 */
SPLIT_API const split_policy *split_lines_policy(const split_lines *lines);

/**
 * Read one line.
 *
 * Counts are passed on as they are; split_rollout_step() refuses and counts impossible
 * ones.
 *
 * @param text   One line, text_len bytes, with or without its newline.
 * @param out    Receives kind and content.
 * @param error  Receives the first fault; may be NULL. Its line is 1: the caller knows which line
 * it read.
 * @return 0; SPLIT_ERR_MODE for a window or operator before the policy, or a second policy;
 * SPLIT_ERR_NO_DATA for a policy without "rollout"; SPLIT_ERR_FIELD, _JSON, _TEXT, _VALUE, _NAME,
 * _LIMIT and the faults of split_policy_load(); SPLIT_ERR_ARG; SPLIT_ERR_STRUCT; SPLIT_ERR_NOMEM.
 * @note Source: design/documents.md D20. Threads: exclusive. Cost: O(text_len). Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_lines_read(split_lines *lines, const char *text, size_t text_len,
                                             split_line *out, split_error *error);

/**
 * Write a window as a line, without newline.
 *
 * @param policy   Names of arms and metrics.
 * @param window   What was counted.
 * @param text     Receives the line, NUL-terminated.
 * @param out_len  Receives its length; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_NO_DATA when the policy has no "rollout"; SPLIT_ERR_VALUE for
 * a start before 1970 or after 9999; SPLIT_ERR_SPACE when text_bytes is too small (SPLIT_LINE_BYTES
 * suffices).
 * @note Threads: const-safe. Cost: O(metrics), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_window_write(const split_policy *policy,
                                               const split_window *window, char *text,
                                               size_t text_bytes, size_t *out_len);

/**
 * Write an operator's action as a line, without newline.
 *
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_VALUE for a time before 1970 or after 9999 or no action;
 * SPLIT_ERR_SPACE.
 * @note Threads: pure. Cost: O(1), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_operator_write(const split_operator *operation, char *text,
                                                 size_t text_bytes, size_t *out_len);

/**
 * Write a decision as the output line of a replay, without newline.
 *
 * Evidence is written so that it reads back to the same double; evidence of minus infinity is null.
 *
 * @param rollout   The rollout that decided; for names and the detail.
 * @param decision  Of split_rollout_step().
 * @param text      Receives the line, NUL-terminated.
 * @param out_len   Receives its length; may be NULL.
 * @return 0; SPLIT_ERR_ARG; SPLIT_ERR_SPACE when text_bytes is too small (SPLIT_LINE_BYTES
 * suffices).
 * @note Threads: const-safe. Cost: O(metrics), no allocation. Since 0.1.
 */
SPLIT_API SPLIT_CHECKED int split_decision_write(const split_rollout *rollout,
                                                 const split_rollout_decision *decision, char *text,
                                                 size_t text_bytes, size_t *out_len);

SPLIT_END

#endif
