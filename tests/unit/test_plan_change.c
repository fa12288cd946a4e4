/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "plans.h"

static split_plan *
reweighted(const split_plan *plan, const uint64_t *weights, size_t n, uint32_t *out_moved)
{
    split_plan *next = NULL;
    cr_assert_eq(split_plan_reweight_new(plan, weights, n, NULL, &next, out_moved), 0);
    return next;
}

Test(plan_change, ramping_moves_exactly_the_difference_and_comes_home)
{
    const uint64_t steps[][2] = {{10, 90}, {50, 50}, {100, 0}, {10, 90}};
    const uint32_t moved[] = {0, 419430, 524288, 943718};
    split_plan *plan = PLAN_OF(10, 90), *first = PLAN_OF(10, 90);
    for (size_t i = 0; i < 4; i++) {
        uint32_t got;
        split_plan *next = reweighted(plan, steps[i], 2, &got);
        cr_assert_eq(got, moved[i]);
        split_plan_free(&plan, NULL);
        plan = next;
    }
    cr_assert_arr_eq((char *)plan, (char *)first, split_plan_bytes(plan));
    split_plan_free(&plan, NULL);
    split_plan_free(&first, NULL);
}

Test(plan_change, matrix_says_who_goes_where)
{
    uint32_t matrix[6], moved = 0;
    split_plan *from = PLAN_OF(1, 1), *to = reweighted(from, (const uint64_t[]){1, 1, 2}, 3, NULL);
    cr_assert_eq(split_plan_diff(from, to, matrix, 6, &moved), 0);
    cr_assert_eq(moved, SPLIT_BUCKETS / 2);
    cr_assert(matrix[0] == SPLIT_BUCKETS / 4 && matrix[2] == SPLIT_BUCKETS / 4 && matrix[1] == 0);
    cr_assert(matrix[4] == SPLIT_BUCKETS / 4 && matrix[5] == SPLIT_BUCKETS / 4 && matrix[3] == 0);
    cr_assert_eq(split_plan_diff(from, to, NULL, 0, NULL), 0);
    cr_assert_eq(split_plan_diff(from, to, matrix, 5, NULL), SPLIT_ERR_SPACE);
    cr_assert_eq(split_plan_diff(NULL, to, NULL, 0, NULL), SPLIT_ERR_ARG);
    split_plan_free(&to, NULL);
    split_plan_free(&from, NULL);
}

Test(plan_change, plans_of_other_salts_cannot_be_compared)
{
    const uint64_t w[2] = {1, 1};
    split_plan_options o = plan_options(w, 2);
    split_plan *a = plan_or_die(&o);
    o.salt = "other";
    split_plan *b = plan_or_die(&o);
    cr_assert_eq(split_plan_diff(a, b, NULL, 0, NULL), SPLIT_ERR_ARG);
    split_plan_free(&a, NULL);
    split_plan_free(&b, NULL);
}

Test(plan_change, variants_come_and_go_at_the_end)
{
    uint32_t moved;
    split_plan *plan = PLAN_OF(1, 1),
               *three = reweighted(plan, (const uint64_t[]){1, 1, 1}, 3, NULL);
    cr_assert_eq(split_plan_n_variants(three), 3);
    cr_assert_eq(split_plan_home(three, 2), 0, "a newcomer has no home");
    split_plan *back = reweighted(three, (const uint64_t[]){1, 1}, 2, &moved);
    cr_assert_eq(moved, split_plan_buckets(three, 2));
    cr_assert_arr_eq((char *)back, (char *)plan, split_plan_bytes(plan),
                     "and all are at home again");
    split_plan_free(&back, NULL);
    split_plan_free(&three, NULL);
    split_plan_free(&plan, NULL);
}

Test(plan_change, a_variant_in_use_cannot_be_taken_away)
{
    const uint64_t w[3] = {1, 1, 1};
    const split_override qa = {"qa", 2, 2};
    split_plan_options o = plan_options(w, 3);
    split_plan *next = NULL;
    o.default_variant = 2;
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_plan_reweight_new(plan, w, 2, NULL, &next, NULL), SPLIT_ERR_INDEX);
    split_plan_free(&plan, NULL);
    o.default_variant = 0;
    o.overrides = &qa;
    o.n_overrides = 1;
    plan = plan_or_die(&o);
    cr_assert_eq(split_plan_rehome_new(plan, w, 2, NULL, &next, NULL), SPLIT_ERR_INDEX);
    split_plan_free(&plan, NULL);
    cr_assert_null(next);
}

Test(plan_change, bad_arguments_are_refused)
{
    static uint64_t mem[4096];
    const uint64_t w[2] = {1, 1}, zero[2] = {0, 0};
    split_plan *plan = PLAN_OF(1, 1), *next = NULL;
    size_t size = split_plan_bytes(plan);
    cr_assert_eq(split_plan_reweight(NULL, w, 2, mem, size, &next, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_reweight(plan, NULL, 2, mem, size, &next, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_reweight(plan, w, 2, NULL, size, &next, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_reweight(plan, w, 2, mem, size, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_reweight(plan, w, 2, mem, size - 1, &next, NULL),
                 SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_plan_reweight(plan, w, 2, (char *)mem + 1, size, &next, NULL),
                 SPLIT_ERR_ALIGN);
    cr_assert_eq(split_plan_reweight(plan, zero, 2, mem, size, &next, NULL), SPLIT_ERR_WEIGHTS);
    cr_assert_eq(split_plan_reweight(plan, w, 65, mem, size, &next, NULL), SPLIT_ERR_WEIGHTS);
    cr_assert_eq(split_plan_reweight_new(plan, w, 0, NULL, &next, NULL), SPLIT_ERR_WEIGHTS);
    cr_assert_eq(split_plan_rehome(plan, w, 2, mem, size - 1, &next, NULL), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_null(next);
    cr_assert_eq(split_plan_rehome(plan, w, 2, mem, size, &next, NULL), 0);
    cr_assert_eq((void *)next, (void *)mem);
    split_plan_free(&plan, NULL);
}

/* 1,024 ranges that alternate between variants 0 and 1. */
static split_plan *
fullest_plan(void)
{
    static split_range ranges[SPLIT_RANGES_MAX];
    split_plan_options o = plan_options(NULL, 3);
    for (uint32_t i = 0; i < SPLIT_RANGES_MAX; i++)
        ranges[i] = (split_range){i * 1024, i * 1024 + 1024, i % 2};
    o.ranges = ranges;
    o.n_ranges = SPLIT_RANGES_MAX;
    return plan_or_die(&o);
}

Test(plan_change, more_than_1024_ranges_is_an_error_with_a_cure)
{
    split_plan *plan = fullest_plan(), *next = NULL;
    const uint64_t w[3] = {1001, 1024, 23};
    uint32_t moved = 0;
    cr_assert_eq(split_plan_reweight_new(plan, w, 3, NULL, &next, NULL), SPLIT_ERR_RANGES);
    cr_assert_null(next);
    cr_assert_eq(split_plan_rehome_new(plan, w, 3, NULL, &next, &moved), 0);
    cr_assert_eq(split_plan_n_ranges(next), 3);
    cr_assert_eq(split_plan_home(next, 2), split_plan_buckets(next, 2), "a new home for all");
    cr_assert(moved > 100000, "and many move: %u", moved);
    split_plan_free(&next, NULL);
    split_plan_free(&plan, NULL);
}

Test(plan_change, overrides_and_gates_survive)
{
    const uint64_t w[2] = {1, 1};
    const split_override qa[2] = {{"qa", 2, 1}, {"dev", 3, 0}};
    split_plan_options o = plan_options(w, 2);
    o.overrides = qa;
    o.n_overrides = 2;
    o.coverage_e6 = 50 * SPLIT_PERCENT;
    split_plan *plan = plan_or_die(&o), *next = reweighted(plan, (const uint64_t[]){1, 0}, 2, NULL);
    split_assignment a;
    cr_assert_eq(split_assign(next, "qa", 2, &a), 0);
    cr_assert(a.variant == 1 && a.reason == SPLIT_RULE_OVERRIDE);
    cr_assert_eq(split_plan_coverage(next), SPLIT_BUCKETS / 2);
    split_plan_free(&next, NULL);
    split_plan_free(&plan, NULL);
}
