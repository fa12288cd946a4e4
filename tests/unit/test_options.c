/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "common/sized.h"
#include "split/error.h"

typedef struct {
    size_t size;
    int64_t a;
} first;

typedef struct {
    size_t size;
    int64_t a;
    int64_t b;
} second;

/* Not inlined, as between a program and a library: the compiler must not see whose struct it is. */
__attribute__((noinline)) static int
take(void *own, size_t own_size, size_t v1, const void *theirs)
{
    return split__sized_take(own, own_size, v1, theirs);
}

Test(options, older_caller_gets_zero_for_new_fields)
{
    first theirs = {sizeof theirs, 7};
    second own = {0, 9, 9};
    cr_assert_eq(take(&own, sizeof own, sizeof(first), &theirs), SPLIT_OK);
    cr_assert_eq(own.a, 7);
    cr_assert_eq(own.b, 0);
    cr_assert_eq(own.size, sizeof own);
}

Test(options, newer_caller_may_not_use_what_we_do_not_know)
{
    second theirs = {sizeof theirs, 7, 0};
    first own;
    cr_assert_eq(take(&own, sizeof own, sizeof(first), &theirs), SPLIT_OK);
    theirs.b = 1;
    cr_assert_eq(take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_NEWER);
}

Test(options, forgotten_init_is_refused)
{
    first theirs = {0, 7}, own;
    cr_assert_eq(take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_STRUCT);
    theirs.size = 5000;
    cr_assert_eq(take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_STRUCT);
    cr_assert_eq(take(&own, sizeof own, sizeof(first), NULL), SPLIT_ERR_ARG);
}

Test(options, init_fills_what_the_caller_has_and_clears_the_rest)
{
    const second own = {0, 7, 9};
    unsigned char smaller[sizeof(second)], larger[sizeof(second) + 8];
    memset(smaller, 0xa5, sizeof smaller);
    split__sized_init(smaller, sizeof(first), &own, sizeof own);
    first a;
    memcpy(&a, smaller, sizeof a);
    cr_assert_eq(a.size, sizeof(first));
    cr_assert_eq(a.a, 7);
    cr_assert_eq(smaller[sizeof(first)], 0xa5);
    memset(larger, 0xa5, sizeof larger);
    split__sized_init(larger, sizeof larger, &own, sizeof own);
    second b;
    memcpy(&b, larger, sizeof b);
    cr_assert_eq(b.size, sizeof larger);
    cr_assert_eq(b.b, 9);
    cr_assert_eq(larger[sizeof(second)], 0);
    split__sized_init(NULL, sizeof larger, &own, sizeof own);
    split__sized_init(larger, 7, &own, sizeof own);
}

Test(options, give_refuses_a_size_that_nobody_set)
{
    const second own = {0, 7, 9};
    second theirs = {sizeof theirs, 1, 1};
    cr_assert_eq(split__sized_give(NULL, 24, &own, sizeof own, sizeof(first)), SPLIT_ERR_ARG);
    cr_assert_eq(split__sized_give(&theirs, 8, &own, sizeof own, sizeof(first)), SPLIT_ERR_STRUCT);
    cr_assert_eq(theirs.a, 1);
    cr_assert_eq(split__plain_give(&theirs, 9999, &own, sizeof own, 8), SPLIT_ERR_STRUCT);
    cr_assert_eq(split__plain_give(NULL, sizeof own, &own, sizeof own, 8), SPLIT_ERR_ARG);
    cr_assert_eq(split__plain_give(&theirs, 16, &own, sizeof own, 8), SPLIT_OK);
    cr_assert_eq(theirs.size, 0);
    cr_assert_eq(theirs.a, 7);
    cr_assert_eq(theirs.b, 1);
}

Test(options, an_error_without_its_size_is_left_alone)
{
    const split_error own = {.code = SPLIT_ERR_IO, .text = "x"};
    split_error theirs = {.size = 0, .code = 5};
    cr_assert_not(split__error_fits(&theirs));
    cr_assert(split__error_fits(NULL));
    split__error_give(&theirs, &own);
    split__error_give(NULL, &own);
    cr_assert_eq(theirs.code, 5);
    theirs.size = sizeof theirs;
    split__error_give(&theirs, &own);
    cr_assert_eq(theirs.code, SPLIT_ERR_IO);
    cr_assert_str_eq(theirs.text, "x");
}
