/* SPDX-License-Identifier: MIT */
/**
 * @file error.h
 * Error codes, their names and texts, and the struct for detail.
 *
 * A number never changes its meaning and is never reused. Hundreds are
 * categories: 1xx the caller's mistake, 2xx input data, 3xx resources, 4xx the outside world, 9xx a
 * bug in the library.
 */
#ifndef SPLIT_ERROR_H
#define SPLIT_ERROR_H

#include "split/base.h"

SPLIT_BEGIN

/**
 * The one list of errors: XX(name, number, text). Enum, names, texts and the bindings' exceptions
 * come from it.
 */
#define SPLIT_ERR_MAP(XX)                                                                          \
    XX(ARG, -101, "an argument is NULL or out of its documented range")                            \
    XX(STRUCT, -102,                                                                               \
       "the size field of a struct is not set; use its init function, or = {.size = sizeof s}")    \
    XX(NEWER, -103, "an option is set that this version of the library does not know")             \
    XX(MEMORY_SIZE, -104, "the memory given is smaller than the size function asked for")          \
    XX(ALIGN, -105, "the memory given is not aligned to 8 bytes")                                  \
    XX(KEY, -106, "the key is empty or longer than 4096 bytes")                                    \
    XX(INDEX, -107, "an index is not below its count")                                             \
    XX(MODE, -108, "the call does not fit the object's mode or state")                             \
    XX(TOKEN, -109, "the token does not belong to this object")                                    \
    XX(SALT, -201, "the salt is longer than 64 bytes or holds a byte outside A-Z a-z 0-9 . _ -")   \
    XX(WEIGHTS, -202, "weights must be 1 to 64 numbers, not all zero, with a sum up to 2^43")      \
    XX(RANGES, -203, "the plan would need more than 1024 ranges; use split_plan_rehome")           \
    XX(LAYOUT, -204, "ranges must be sorted, disjoint and cover 0 to 1048576 once")                \
    XX(LIMIT, -205, "a count is over its documented limit")                                        \
    XX(VALUE, -206, "a value is out of its documented range")                                      \
    XX(NAME, -207, "a name must match [A-Za-z0-9][A-Za-z0-9._-]{0,63}")                            \
    XX(BOUNDS, -208, "target, warning and critical must lie in order on the bad side")             \
    XX(SNAPSHOT, -209, "the snapshot is damaged or of another version")                            \
    XX(JSON, -210, "the text is not valid JSON")                                                   \
    XX(FIELD, -211, "a field is unknown, missing, doubled or of the wrong type")                   \
    XX(SCHEMA, -212, "the document's schema number is not known to this version")                  \
    XX(REVISION, -213, "the revision is not above the one already there")                          \
    XX(WINDOW, -214, "a window is impossible: a bad count above its trials, or a negative count")  \
    XX(LATE, -215, "a window is older than the watermark")                                         \
    XX(DUPLICATE, -216, "a window with this id was taken already")                                 \
    XX(TEXT, -217, "the text is not valid UTF-8")                                                  \
    XX(SIGNATURE, -218, "the signature does not match")                                            \
    XX(NOMEM, -301, "out of memory")                                                               \
    XX(SPACE, -302, "the output buffer is too small")                                              \
    XX(IO, -401, "a file could not be read or written")                                            \
    XX(CONFLICT, -402, "another writer changed the document meanwhile")                            \
    XX(NET, -403, "a peer could not be reached or did not answer in time")                         \
    XX(PEER, -404, "a peer answered with an error or with something unreadable")                   \
    XX(NO_DATA, -405, "the source has no data for the time asked")                                 \
    XX(BUG, -901, "internal error; please report it")

/** Error codes. 0 is success. @since 0.1 */
typedef enum split_err {
    SPLIT_OK = 0,
#define XX(name, number, text) SPLIT_ERR_##name = number,
    SPLIT_ERR_MAP(XX)
#undef XX
} split_err;

/** Categories of errors, the hundreds of the code. @since 0.1 */
typedef enum split_err_category {
    SPLIT_CATEGORY_NONE = 0,
    SPLIT_CATEGORY_USAGE = 1,
    SPLIT_CATEGORY_DATA = 2,
    SPLIT_CATEGORY_RESOURCE = 3,
    SPLIT_CATEGORY_OUTSIDE = 4,
    SPLIT_CATEGORY_BUG = 9
} split_err_category;

/**
 * Detail of an error in a document: what, where, and the cure.
 *
 * Fixed size, nothing to free. Functions that take one accept NULL. The caller sets `size`, as in
 * `split_error error = {.size = sizeof error}`, and of an array that of the first entry; a function
 * refuses one without it with SPLIT_ERR_STRUCT.
 */
typedef struct split_error {
    size_t size;       /**< sizeof(split_error) of the caller. */
    int code;          /**< SPLIT_ERR_*, or 0. */
    uint32_t line;     /**< From 1; 0 when there is no position. */
    uint32_t column;   /**< In bytes, from 1. */
    uint32_t reserved; /**< 0. */
    uint64_t pos;      /**< Byte offset in the text. */
    char path[128];    /**< JSON path such as "$.rollout.phases[1].percent". */
    char text[256];    /**< One sentence that says what is wrong and how to cure it. */
} split_error;

/** Size of split_error in version 0.1. @since 0.1 */
#define SPLIT_ERROR_V1 SPLIT_SIZE_TO(split_error, text)

/**
 * Name of an error code, such as "SPLIT_ERR_KEY".
 *
 * @param code Any int.
 * @return Static text; "SPLIT_ERR_UNKNOWN" for a number that is not a code.
 * @note Threads: pure. Cost: O(number of codes). Since 0.1.
 */
SPLIT_API const char *split_errname(int code);

/**
 * Text of an error code.
 *
 * @param code Any int.
 * @return Static text without a full stop; "unknown error" for a number that is not a code.
 * @note Threads: pure. Cost: O(number of codes). Since 0.1.
 */
SPLIT_API const char *split_strerror(int code);

/**
 * Category of an error code.
 *
 * @param code Any int.
 * @return SPLIT_CATEGORY_NONE for 0, else the category; SPLIT_CATEGORY_BUG for a number that is not
 *         a code.
 * @note Threads: pure. Cost: O(number of codes). Since 0.1.
 */
SPLIT_API split_err_category split_errcategory(int code);

SPLIT_END

#endif
