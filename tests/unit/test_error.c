/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "split/split.h"

Test(error, every_code_has_its_own_name_text_and_category)
{
    static const int codes[] = {
#define XX(name, number, text) SPLIT_ERR_##name,
        SPLIT_ERR_MAP(XX)
#undef XX
    };
    const size_t n = sizeof codes / sizeof codes[0];
    for (size_t i = 0; i < n; i++) {
        cr_assert(strncmp(split_errname(codes[i]), "SPLIT_ERR_", 10) == 0);
        cr_assert_str_neq(split_strerror(codes[i]), "unknown error");
        cr_assert_eq((int)split_errcategory(codes[i]), -codes[i] / 100);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(codes[i], codes[j]);
    }
}

Test(error, numbers_that_are_no_codes_are_named_so)
{
    cr_assert_str_eq(split_errname(-7), "SPLIT_ERR_UNKNOWN");
    cr_assert_str_eq(split_strerror(1), "unknown error");
    cr_assert_eq(split_errcategory(-7), SPLIT_CATEGORY_BUG);
    cr_assert_str_eq(split_errname(0), "SPLIT_OK");
    cr_assert_eq(split_errcategory(0), SPLIT_CATEGORY_NONE);
}

Test(error, library_and_header_have_the_same_version)
{
    cr_assert_str_eq(split_version(), SPLIT_VERSION);
}
