/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "counting_alloc.h"
#include "plans.h"

static const uint64_t two[2] = {10, 90};

static int
error_of(const split_plan_options *options)
{
    split_plan *plan = NULL;
    int err = split_plan_new(options, NULL, &plan);
    split_plan_free(&plan, NULL);
    return err;
}

static void
expect_ranges(const split_plan *plan, const uint32_t (*want)[3], size_t n)
{
    cr_assert_eq(split_plan_n_ranges(plan), n);
    for (size_t i = 0; i < n; i++) {
        split_range r;
        cr_assert_eq(split_plan_range(plan, i, &r), 0);
        cr_assert(r.start == want[i][0] && r.end == want[i][1] && r.variant == want[i][2]);
    }
}

Test(plan, weights_become_buckets_by_largest_remainder)
{
    split_plan *plan = PLAN_OF(1, 10, 1);
    cr_assert_eq(split_plan_buckets(plan, 0), 87382);
    cr_assert_eq(split_plan_buckets(plan, 1), 873813);
    cr_assert_eq(split_plan_buckets(plan, 2), 87381);
    expect_ranges(
        plan, (const uint32_t[][3]){{0, 87382, 0}, {87382, 961195, 1}, {961195, 1048576, 2}}, 3);
    split_plan_free(&plan, NULL);
}

Test(plan, a_positive_weight_never_gets_nothing)
{
    split_plan *plan = PLAN_OF(1, 1LL << 41, 0, 1LL << 41);
    cr_assert_eq(split_plan_buckets(plan, 0), 1);
    cr_assert_eq(split_plan_buckets(plan, 1), SPLIT_BUCKETS / 2 - 1);
    cr_assert_eq(split_plan_buckets(plan, 2), 0);
    cr_assert_eq(split_plan_buckets(plan, 3), SPLIT_BUCKETS / 2);
    cr_assert_eq(split_plan_buckets(plan, 4), 0, "no such variant");
    split_plan_free(&plan, NULL);
}

Test(plan, a_hundred_percent_covers_every_bucket)
{
    split_plan *plan = PLAN_OF(100, 0);
    expect_ranges(plan, (const uint32_t[][3]){{0, SPLIT_BUCKETS, 0}}, 1);
    split_plan_free(&plan, NULL);
}

Test(plan, getters_tell_what_was_given)
{
    split_plan_options o = plan_options(two, 2);
    o.salt = "2026.q4";
    o.mode = SPLIT_MODE_EVEN;
    o.default_variant = 1;
    o.coverage_e6 = 25 * SPLIT_PERCENT;
    o.holdout_e6 = 1;
    split_plan *plan = plan_or_die(&o);
    cr_assert_str_eq(split_plan_name(plan), "test");
    cr_assert_str_eq(split_plan_salt(plan), "2026.q4");
    cr_assert_eq(split_plan_mode(plan), SPLIT_MODE_EVEN);
    cr_assert_eq(split_plan_default(plan), 1);
    cr_assert_eq(split_plan_n_variants(plan), 2);
    cr_assert_eq(split_plan_home(plan, 0), split_plan_buckets(plan, 0));
    cr_assert_eq(split_plan_home(plan, 2), 0);
    cr_assert_eq(split_plan_coverage(plan), SPLIT_BUCKETS / 4);
    cr_assert_eq(split_plan_holdout(plan), 1, "a positive share keeps a bucket");
    cr_assert_eq(split_plan_bytes(plan), split_plan_size(&o));
    cr_assert_eq(split_plan_n_overrides(plan), 0);
    split_plan_free(&plan, NULL);
}

Test(plan, salt_is_the_name_unless_given)
{
    split_plan_options o = plan_options(two, 2);
    split_plan *plan = plan_or_die(&o);
    cr_assert_str_eq(split_plan_salt(plan), "test");
    split_plan_free(&plan, NULL);
    o.salt = "";
    plan = plan_or_die(&o);
    cr_assert_str_eq(split_plan_salt(plan), "");
    split_plan_free(&plan, NULL);
}

Test(plan, names_and_salts_have_an_alphabet_and_a_length)
{
    char long_text[66];
    split_plan_options o = plan_options(two, 2);
    memset(long_text, 'a', 65);
    long_text[65] = '\0';
    const char *const bad_names[] = {"", "-a", ".a", "a b", "a:b", "\xc3\xa9", long_text};
    for (size_t i = 0; i < 7; i++) {
        o.name = bad_names[i];
        cr_assert_eq(error_of(&o), SPLIT_ERR_NAME, "%s", bad_names[i]);
    }
    o.name = long_text + 1;
    cr_assert_eq(error_of(&o), 0);
    const char *const bad_salts[] = {"a:b", "a b", "\n", long_text};
    for (size_t i = 0; i < 4; i++) {
        o.salt = bad_salts[i];
        cr_assert_eq(error_of(&o), SPLIT_ERR_SALT, "%s", bad_salts[i]);
    }
    o.salt = "_-.";
    cr_assert_eq(error_of(&o), 0);
}

Test(plan, weights_that_cannot_be_divided_are_refused)
{
    const uint64_t zero[2] = {0, 0}, sum[2] = {1LL << 43, 1}, huge[2] = {UINT64_MAX, 2},
                   top[1] = {1LL << 43};
    split_plan_options o = plan_options(zero, 2);
    cr_assert_eq(error_of(&o), SPLIT_ERR_WEIGHTS);
    o.weights = sum;
    cr_assert_eq(error_of(&o), SPLIT_ERR_WEIGHTS);
    o.weights = huge;
    cr_assert_eq(error_of(&o), SPLIT_ERR_WEIGHTS);
    o.n_variants = 0;
    cr_assert_eq(error_of(&o), SPLIT_ERR_WEIGHTS);
    o.n_variants = 65;
    cr_assert_eq(error_of(&o), SPLIT_ERR_WEIGHTS);
    o = plan_options(top, 1);
    cr_assert_eq(error_of(&o), 0);
}

Test(plan, a_plan_is_made_of_weights_or_of_ranges)
{
    const split_range all = {0, SPLIT_BUCKETS, 0};
    const uint32_t home[2] = {SPLIT_BUCKETS, 0};
    split_plan_options o = plan_options(two, 2);
    o.home = home;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG, "home without ranges");
    o.ranges = &all;
    o.n_ranges = 1;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG, "both");
    o.weights = NULL;
    cr_assert_eq(error_of(&o), 0);
    o.ranges = NULL;
    o.home = NULL;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG, "neither");
    o.weights = two;
    o.name = NULL;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG, "no name");
    cr_assert_eq(split_plan_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_new(NULL, NULL, &(split_plan *){NULL}), SPLIT_ERR_ARG);
}

Test(plan, ranges_must_cover_every_bucket_once_in_order)
{
    const split_range gap[] = {{0, 10, 0}, {11, SPLIT_BUCKETS, 1}},
                      overlap[] = {{0, 10, 0}, {9, SPLIT_BUCKETS, 1}},
                      empty[] = {{0, 0, 0}, {0, SPLIT_BUCKETS, 1}},
                      tail[] = {{0, 10, 0}, {10, 1048575, 1}},
                      over[] = {{0, 10, 0}, {10, SPLIT_BUCKETS + 1, 1}},
                      late[] = {{1, 10, 0}, {10, SPLIT_BUCKETS, 1}};
    const split_range *const bad[] = {gap, overlap, empty, tail, over, late};
    split_plan_options o = plan_options(NULL, 2);
    o.n_ranges = 2;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        o.ranges = bad[i];
        cr_assert_eq(error_of(&o), SPLIT_ERR_LAYOUT, "case %zu", i);
    }
    const split_range stranger[] = {{0, 10, 0}, {10, SPLIT_BUCKETS, 2}};
    o.ranges = stranger;
    cr_assert_eq(error_of(&o), SPLIT_ERR_INDEX);
    o.n_ranges = 0;
    cr_assert_eq(error_of(&o), SPLIT_ERR_LIMIT);
    o.n_ranges = SPLIT_RANGES_MAX + 1;
    cr_assert_eq(error_of(&o), SPLIT_ERR_LIMIT);
}

Test(plan, home_may_not_hold_more_buckets_than_there_are)
{
    const split_range all = {0, SPLIT_BUCKETS, 0};
    const uint32_t more[2] = {SPLIT_BUCKETS, 1}, less[2] = {5, 1};
    split_plan_options o = plan_options(NULL, 2);
    o.ranges = &all;
    o.n_ranges = 1;
    o.home = more;
    cr_assert_eq(error_of(&o), SPLIT_ERR_LAYOUT);
    o.home = less;
    cr_assert_eq(error_of(&o), 0, "buckets whose first variant left have no home");
}

Test(plan, numbers_out_of_range_are_refused)
{
    split_plan_options o = plan_options(two, 2);
    o.default_variant = 2;
    cr_assert_eq(error_of(&o), SPLIT_ERR_INDEX);
    o = plan_options(two, 2);
    o.mode = 3;
    cr_assert_eq(error_of(&o), SPLIT_ERR_VALUE);
    o = plan_options(two, 2);
    o.coverage_e6 = 100 * SPLIT_PERCENT + 1;
    cr_assert_eq(error_of(&o), SPLIT_ERR_VALUE);
    o = plan_options(two, 2);
    o.holdout_e6 = 100 * SPLIT_PERCENT + 1;
    cr_assert_eq(error_of(&o), SPLIT_ERR_VALUE);
}

Test(plan, mode_names_are_those_of_documents)
{
    cr_assert_str_eq(split_mode_name(SPLIT_MODE_STICKY), "sticky");
    cr_assert_str_eq(split_mode_name(SPLIT_MODE_RANDOM), "random");
    cr_assert_str_eq(split_mode_name(SPLIT_MODE_EVEN), "even");
    cr_assert_str_eq(split_mode_name(3), "?");
}

Test(plan, options_follow_the_size_rule)
{
    struct {
        split_plan_options o;
        uint64_t newer;
    } next = {plan_options(two, 2), 0};
    next.o.size = sizeof next;
    cr_assert_eq(error_of(&next.o), 0);
    next.newer = 1;
    cr_assert_eq(error_of(&next.o), SPLIT_ERR_NEWER);
    next.o.size = 0;
    cr_assert_eq(error_of(&next.o), SPLIT_ERR_STRUCT);
    cr_assert_eq(split_plan_size(&next.o), 0);
    cr_assert_eq(split_plan_size(NULL), 0);
}

Test(plan, memory_must_be_aligned_and_large_enough)
{
    static uint64_t mem[4096];
    split_plan *plan = NULL;
    split_plan_options o = plan_options(two, 2);
    size_t size = split_plan_size(&o);
    cr_assert(size <= sizeof mem);
    cr_assert_eq(split_plan_init(mem, size - 1, &o, &plan), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_plan_init((char *)mem + 4, size, &o, &plan), SPLIT_ERR_ALIGN);
    cr_assert_eq(split_plan_init(NULL, size, &o, &plan), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_init(mem, size, &o, NULL), SPLIT_ERR_ARG);
    cr_assert_null(plan);
    cr_assert_eq(split_plan_init(mem, size, &o, &plan), 0);
    cr_assert_eq((void *)plan, (void *)mem);
}

Test(plan, a_copy_elsewhere_is_the_same_plan)
{
    static uint64_t copy[4096];
    const split_override qa = {"qa", 2, 1};
    split_plan_options o = plan_options(two, 2);
    o.overrides = &qa;
    o.n_overrides = 1;
    split_plan *plan = plan_or_die(&o);
    memcpy(copy, plan, split_plan_bytes(plan));
    memset(plan, 0xee, split_plan_bytes((split_plan *)copy));
    split_plan_free(&plan, NULL);
    split_assignment a;
    cr_assert_eq(split_assign((split_plan *)copy, "qa", 2, &a), 0);
    cr_assert(a.variant == 1 && a.reason == SPLIT_RULE_OVERRIDE);
}

Test(plan, new_gives_back_what_it_took_and_reports_no_memory)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_plan *plan = NULL, *next = NULL;
    split_plan_options o = plan_options(two, 2);
    c.fail_at = 1;
    cr_assert_eq(split_plan_new(&o, &c.alloc, &plan), SPLIT_ERR_NOMEM);
    c.fail_at = 0;
    cr_assert_eq(split_plan_new(&o, &c.alloc, &plan), 0);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_plan_reweight_new(plan, two, 2, &c.alloc, &next, NULL), SPLIT_ERR_NOMEM);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_plan_rehome_new(plan, two, 2, &c.alloc, &next, NULL), SPLIT_ERR_NOMEM);
    c.fail_at = 0;
    cr_assert_eq(split_plan_rehome_new(plan, two, 2, &c.alloc, &next, NULL), 0);
    split_plan_free(&next, &c.alloc);
    split_plan_free(&plan, &c.alloc);
    o.name = "?";
    cr_assert_eq(split_plan_new(&o, &c.alloc, &plan), SPLIT_ERR_NAME);
    split_plan_free(&plan, &c.alloc);
    split_plan_free(NULL, NULL);
    cr_assert_eq(c.n_live, 0);
}

Test(plan, reading_outside_is_an_error)
{
    split_plan *plan = PLAN_OF(1, 2);
    split_range r;
    split_override o;
    cr_assert_eq(split_plan_range(plan, 2, &r), SPLIT_ERR_INDEX);
    cr_assert_eq(split_plan_range(plan, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_range(NULL, 0, &r), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_override(plan, 0, &o), SPLIT_ERR_INDEX);
    cr_assert_eq(split_plan_override(plan, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_plan_override(NULL, 0, &o), SPLIT_ERR_ARG);
    split_plan_free(&plan, NULL);
}

Test(plan, a_plan_can_be_rebuilt_from_what_it_tells)
{
    split_plan *first = PLAN_OF(3, 4, 5), *plan = NULL, *again;
    cr_assert_eq(split_plan_reweight_new(first, (const uint64_t[]){9, 1, 2}, 3, NULL, &plan, NULL),
                 0);
    split_range ranges[SPLIT_RANGES_MAX];
    uint32_t home[3];
    split_plan_options o = plan_options(NULL, 3);
    o.ranges = ranges;
    o.n_ranges = split_plan_n_ranges(plan);
    o.home = home;
    for (size_t i = 0; i < o.n_ranges; i++)
        cr_assert_eq(split_plan_range(plan, i, &ranges[i]), 0);
    for (size_t i = 0; i < 3; i++)
        home[i] = split_plan_home(plan, i);
    again = plan_or_die(&o);
    cr_assert_arr_eq((char *)again, (char *)plan, split_plan_bytes(plan));
    split_plan_free(&again, NULL);
    split_plan_free(&plan, NULL);
    split_plan_free(&first, NULL);
}

Test(plan, overrides_are_read_back_and_checked)
{
    const split_override ok[] = {{"a", 1, 0}, {"b\0c", 3, 1}}, twice[] = {{"a", 1, 0}, {"a", 1, 1}},
                         empty[] = {{"", 0, 0}}, far[] = {{"a", 1, 2}}, null[] = {{NULL, 1, 0}};
    split_plan_options o = plan_options(two, 2);
    split_override got;
    o.overrides = ok;
    o.n_overrides = 2;
    split_plan *plan = plan_or_die(&o);
    cr_assert_eq(split_plan_n_overrides(plan), 2);
    cr_assert_eq(split_plan_override(plan, 1, &got), 0);
    cr_assert(got.key_len == 3 && memcmp(got.key, "b\0c", 3) == 0 && got.variant == 1);
    split_plan_free(&plan, NULL);
    o.overrides = twice;
    cr_assert_eq(error_of(&o), SPLIT_ERR_DUPLICATE);
    o.n_overrides = 1;
    o.overrides = empty;
    cr_assert_eq(error_of(&o), SPLIT_ERR_KEY);
    o.overrides = null;
    cr_assert_eq(error_of(&o), SPLIT_ERR_KEY);
    o.overrides = far;
    cr_assert_eq(error_of(&o), SPLIT_ERR_INDEX);
    o.overrides = NULL;
    cr_assert_eq(error_of(&o), SPLIT_ERR_ARG);
    o.n_overrides = SPLIT_OVERRIDES_MAX + 1;
    cr_assert_eq(error_of(&o), SPLIT_ERR_LIMIT);
    cr_assert_eq(split_plan_size(&o), 0);
}
