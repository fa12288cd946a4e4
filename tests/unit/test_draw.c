/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"

static split_plan *
drawing_plan(split_mode mode, const uint64_t *weights, size_t n)
{
    split_plan_options o = plan_options(weights, n);
    o.mode = mode;
    return plan_or_die(&o);
}

Test(draw, random_is_splitmix64_and_its_top_20_bits)
{
    const uint64_t w[2] = {1, 1};
    split_plan *plan = drawing_plan(SPLIT_MODE_RANDOM, w, 2);
    split_random rnd;
    split_assignment a;
    split_random_init(&rnd, 1234567);
    const uint64_t known[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u};
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(split_assign_random(plan, &rnd, &a), 0);
        cr_assert_eq(a.bucket, known[i] >> 44);
        cr_assert_eq(a.variant, a.bucket >= SPLIT_BUCKETS / 2);
        cr_assert_eq(a.reason, SPLIT_RULE_RANDOM);
    }
    split_plan_free(&plan, NULL);
}

Test(draw, random_shares_are_right_and_weight_0_is_never_drawn)
{
    const uint64_t w[4] = {1, 0, 9, 90};
    unsigned n[4] = {0};
    split_plan *plan = drawing_plan(SPLIT_MODE_RANDOM, w, 4);
    split_random rnd;
    split_random_init(&rnd, 42);
    for (int i = 0; i < 1000000; i++) {
        split_assignment a;
        cr_assert_eq(split_assign_random(plan, &rnd, &a), 0);
        n[a.variant]++;
    }
    cr_assert_eq(n[1], 0);
    cr_assert_float_eq((double)n[0], 10000, 400);
    cr_assert_float_eq((double)n[2], 90000, 1200);
    split_plan_free(&plan, NULL);
}

Test(draw, one_percent_of_five_hundred_is_five)
{
    const uint64_t w[2] = {1, 99};
    unsigned n = 0;
    split_plan *plan = drawing_plan(SPLIT_MODE_EVEN, w, 2);
    split_even even;
    split_even_init(&even);
    for (int i = 0; i < 500; i++) {
        split_assignment a;
        cr_assert_eq(split_assign_even(plan, &even, &a), 0);
        cr_assert(a.bucket == SPLIT_NO_BUCKET && a.reason == SPLIT_RULE_EVEN);
        n += a.variant == 0;
    }
    cr_assert_eq(n, 5);
    split_plan_free(&plan, NULL);
}

Test(draw, even_with_one_variant_or_zero_weights_never_takes_the_others)
{
    const uint64_t none[2] = {0, 5}, one[3] = {0, 5, 0}, single[1] = {3};
    const struct {
        const uint64_t *w;
        size_t n;
        uint32_t want;
    } cases[] = {{none, 2, 1}, {one, 3, 1}, {single, 1, 0}};
    for (size_t c = 0; c < 3; c++) {
        split_plan *plan = drawing_plan(SPLIT_MODE_EVEN, cases[c].w, cases[c].n);
        split_even even;
        split_even_init(&even);
        for (int i = 0; i < 1000; i++) {
            split_assignment a;
            cr_assert_eq(split_assign_even(plan, &even, &a), 0);
            cr_assert_eq(a.variant, cases[c].want);
        }
        split_plan_free(&plan, NULL);
    }
}

Test(draw, calls_refuse_null_and_other_modes)
{
    const uint64_t w[2] = {1, 1};
    split_plan *random = drawing_plan(SPLIT_MODE_RANDOM, w, 2),
               *even_plan = drawing_plan(SPLIT_MODE_EVEN, w, 2);
    split_random rnd = {0};
    split_even even;
    split_assignment a;
    split_even_init(&even);
    cr_assert_eq(split_assign_random(even_plan, &rnd, &a), SPLIT_ERR_MODE);
    cr_assert_eq(split_assign_random(NULL, &rnd, &a), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_random(random, NULL, &a), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_random(random, &rnd, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_even(random, &even, &a), SPLIT_ERR_MODE);
    cr_assert_eq(split_assign_even(NULL, &even, &a), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_even(even_plan, NULL, &a), SPLIT_ERR_ARG);
    cr_assert_eq(split_assign_even(even_plan, &even, NULL), SPLIT_ERR_ARG);
    split_plan_free(&random, NULL);
    split_plan_free(&even_plan, NULL);
}
