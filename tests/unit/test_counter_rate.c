/* SPDX-License-Identifier: MIT */
/* How much a counter may rise between two polls (design/sources.md C3). */
#include <criterion/criterion.h>

#include "net/source/counter.h"

Test(counter_rate, believes_the_first_count)
{
    counter_rate rate = {0};
    cr_assert(split__counter_rate_take(&rate, 1000000, 1, -1));
}

Test(counter_rate, refuses_a_jump_and_then_believes_it)
{
    counter_rate rate = {0};
    cr_assert(split__counter_rate_take(&rate, 100, 1, -1));
    cr_assert(split__counter_rate_take(&rate, 100 * 16 + 1000, 1, -1));
    rate = (counter_rate){0};
    cr_assert(split__counter_rate_take(&rate, 100, 1, -1));
    cr_assert_not(split__counter_rate_take(&rate, 100 * 16 + 1001, 1, -1));
    cr_assert(split__counter_rate_take(&rate, 100 * 16 + 1001, 1, -1));
}

Test(counter_rate, learns_nothing_from_polls_in_quick_succession)
{
    counter_rate rate = {0};
    cr_assert(split__counter_rate_take(&rate, 0, 0.002, -1));
    cr_assert(split__counter_rate_take(&rate, 50000, 0.25, -1), "the first poll of a run counted nothing in 2 ms");
}
