/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "core/base/options.h"
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

Test(options, older_caller_gets_zero_for_new_fields)
{
    first theirs = {sizeof theirs, 7};
    second own = {0, 9, 9};
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), &theirs), SPLIT_OK);
    cr_assert_eq(own.a, 7);
    cr_assert_eq(own.b, 0);
    cr_assert_eq(own.size, sizeof own);
}

Test(options, newer_caller_may_not_use_what_we_do_not_know)
{
    second theirs = {sizeof theirs, 7, 0};
    first own;
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), &theirs), SPLIT_OK);
    theirs.b = 1;
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_NEWER);
}

Test(options, forgotten_init_is_refused)
{
    first theirs = {0, 7}, own;
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_STRUCT);
    theirs.size = 5000;
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), &theirs), SPLIT_ERR_STRUCT);
    cr_assert_eq(split__options_take(&own, sizeof own, sizeof(first), NULL), SPLIT_ERR_ARG);
}
