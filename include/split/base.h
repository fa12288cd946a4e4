/* SPDX-License-Identifier: MIT */
/**
 * @file base.h
 * What every header needs: attributes, time, allocator, version.
 *
 * Rules that hold for the whole library, said once:
 * - Functions return 0 or a negative SPLIT_ERR_* (error.h). On error nothing changed: outputs are
 *   not written and the object is as before, unless the function says otherwise.
 * - Structs that may grow do so at their end, and both sides know how much of one the other has.
 *   A struct that the caller fills begins with `size`; split_X_init() sets it and the defaults.
 *   split_X_init() and every call that fills a struct are macros that pass the caller's sizeof to a
 *   function of the same name with `_sized`, which other languages may call. So a program that was
 *   compiled against an older or newer header works with this library: what one side does not know
 *   is zero. Structs without `size` that no macro fills never change. SPLIT_X_V1 is the size of a
 *   struct in version 0.1. Pointers inside are borrowed for the call.
 * - An object lives in memory of the caller: split_X_size(), then split_X_init(). Objects hold no
 *   pointers, so they may be copied byte for byte or mapped at several addresses. split_X_new() and
 *   split_X_free() are thin helpers on top.
 * - After init no call allocates, locks, reads a clock or does I/O.
 * - Thread rule of each type, in one word: *pure* (touches no shared state), *const-safe* (any
 *   number of threads may use one object through const functions), *exclusive* (one thread at a
 *   time for each object).
 */
#ifndef SPLIT_BASE_H
#define SPLIT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "split/version.h"

#ifdef __cplusplus
#define SPLIT_BEGIN extern "C" {
#define SPLIT_END }
#else
#define SPLIT_BEGIN
#define SPLIT_END
#endif

/* Bytes of a struct from its start to the end of one member. */
#define SPLIT_SIZE_TO(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

#if (defined(__GNUC__) || defined(__clang__)) && !defined(SWIG)
#define SPLIT_CHECKED __attribute__((warn_unused_result))
#else
#define SPLIT_CHECKED
#endif
/* SPLIT_STATIC: the library is compiled into what uses it, which exports nothing of it. */
#if (defined(__GNUC__) || defined(__clang__)) && !defined(SWIG) && !defined(SPLIT_STATIC)
#define SPLIT_API __attribute__((visibility("default")))
#else
#define SPLIT_API
#endif

SPLIT_BEGIN

/**
 * Instant or duration in microseconds. Instants come from one monotonic clock of the caller.
 * @since 0.1
 */
typedef int64_t split_us;

/** "Never", as an instant or a duration. @since 0.1 */
#define SPLIT_NEVER INT64_MAX

/**
 * Allocator for the split_X_new() and split_X_free() pairs; nothing else allocates.
 *
 * NULL in place of a `const split_alloc *` means malloc() and free(). The same allocator must be
 * given to free.
 */
typedef struct split_alloc {
    void *(*malloc_fn)(size_t n_bytes, void *ctx); /**< Returns NULL when there is no memory. */
    void (*free_fn)(void *mem, void *ctx);         /**< Accepts NULL. */
    void *ctx;                                     /**< Given to both functions. */
} split_alloc;

/**
 * Version of the linked library, as "MAJOR.MINOR.PATCH".
 *
 * @return Static text; compare with SPLIT_VERSION to find a header and library that do not belong
 *         together.
 * @note Threads: pure. Cost: O(1). Since 0.1.
 */
SPLIT_API const char *split_version(void);

SPLIT_END

#endif
