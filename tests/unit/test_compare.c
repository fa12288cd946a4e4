/* SPDX-License-Identifier: MIT */
/* The parts of splitctl compare that count: exact money, and both systems by share of traffic. */
#include <criterion/criterion.h>
#include <string.h>

#include "compare/money.h"
#include "compare/sample.h"
#include "split/evidence.h"

static int64_t
decimal(double value, int decimals)
{
    int64_t out = -1;
    cr_assert_eq(money_decimal(value, decimals, 1000000, &out), MONEY_OK);
    return out;
}

Test(money, takes_decimal_numbers_as_they_are_written)
{
    cr_expect_eq(decimal(0, 12), 0);
    cr_expect_eq(decimal(0.1, 12), INT64_C(100000000000));
    cr_expect_eq(decimal(0.00005001, 12), INT64_C(50010000));
    cr_expect_eq(decimal(1e-12, 12), 1);
    cr_expect_eq(decimal(1000000, 12), INT64_C(1000000000000000000));
    cr_expect_eq(decimal(123456.789012345, 12), INT64_C(123456789012345000));
    cr_expect_eq(decimal(0.3, 6), 300000);
}

Test(money, takes_every_thousandth_up_to_a_hundred_exactly)
{
    for (int64_t i = 0; i <= 100000; i++)
        cr_assert_eq(decimal((double)i / 1000, 12), i * INT64_C(1000000000), "%lld", (long long)i);
}

Test(money, refuses_what_is_too_fine_negative_or_too_large)
{
    int64_t out;
    cr_expect_eq(money_decimal(1e-13, 12, 1000000, &out), MONEY_FINE);
    cr_expect_eq(money_decimal(0.1234567, 6, 1000000, &out), MONEY_FINE);
    cr_expect_eq(money_decimal(-1, 12, 1000000, &out), MONEY_RANGE);
    cr_expect_eq(money_decimal(1000000.5, 12, 1000000, &out), MONEY_RANGE);
    cr_expect_eq(money_decimal(0.0 / 0.0, 12, 1000000, &out), MONEY_RANGE);
    cr_expect_eq(money_decimal(1e308 * 10, 12, 1000000, &out), MONEY_RANGE);
    cr_expect_eq(money_decimal(100, 17, 1000000, &out), MONEY_RANGE);
}

Test(money, rounds_halves_away_from_zero)
{
    money out;
    cr_assert(money_scale(5, 1, 10, &out) && out == 1);
    cr_assert(money_scale(4, 1, 10, &out) && out == 0);
    cr_assert(money_scale(-5, 1, 10, &out) && out == -1);
    cr_assert(money_scale(-4, 1, 10, &out) && out == 0);
    cr_assert(money_scale(7, 3, 7, &out) && out == 3);
    cr_assert(money_scale(1, 1, 3, &out) && out == 0);
    cr_assert(money_scale(2, 1, 3, &out) && out == 1);
}

Test(money, says_when_a_product_does_not_fit)
{
    money out;
    money large = (money)INT64_MAX * INT64_MAX;
    cr_expect_not(money_scale(large, 4, 1, &out));
    cr_expect(money_scale(large, 1, INT64_MAX, &out) && out == INT64_MAX);
}

Test(money, is_printed_in_cents_and_small_amounts_to_a_millionth)
{
    char text[MONEY_TEXT_BYTES];
    cr_expect_str_eq(money_text(0, text), "0.00");
    cr_expect_str_eq(money_text(MONEY_UNIT / 2, text), "0.50");
    cr_expect_str_eq(money_text((money)MONEY_UNIT * 1234567 + MONEY_UNIT * 9 / 1000, text),
                     "1,234,567.01");
    cr_expect_str_eq(money_text(MONEY_UNIT / 100 - 1, text), "0.01");
    cr_expect_str_eq(money_text(MONEY_UNIT / 8000, text), "0.000125");
    cr_expect_str_eq(money_text(MONEY_UNIT / 200, text), "0.005");
    cr_expect_str_eq(money_text(MONEY_UNIT / 10000000, text), "0.00", "below half a millionth");
    cr_expect_str_eq(money_text(-(money)MONEY_UNIT * 1000, text), "-1,000.00");
    cr_expect_str_eq(money_text(-(money)1, text), "0.00");
    cr_expect_str_eq(money_text((money)MONEY_UNIT * MONEY_UNIT * 100000000000000, text),
                     "100,000,000,000,000,000,000,000,000.00");
}

Test(money, is_a_number_of_json_with_six_decimals_at_most)
{
    char text[MONEY_TEXT_BYTES];
    cr_expect_str_eq(money_json(0, text), "0");
    cr_expect_str_eq(money_json((money)MONEY_UNIT * 12, text), "12");
    cr_expect_str_eq(money_json(MONEY_UNIT / 4, text), "0.25");
    cr_expect_str_eq(money_json(MONEY_UNIT / 3, text), "0.333333");
    cr_expect_str_eq(money_json(-MONEY_UNIT / 3 * 2, text), "-0.666667");
    cr_expect_str_eq(money_json(-(money)1, text), "0");
}

static split_arm
counted(int64_t sent, int64_t errors)
{
    split_arm arm;
    split_arm_clear(&arm);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_SENT, sent), SPLIT_OK);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_OUTCOMES, sent), SPLIT_OK);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_ERROR, errors), SPLIT_OK);
    return arm;
}

static difference
errors_of(const sample *s)
{
    split_metric metric;
    difference d;
    cr_assert_eq(split_metric_init(&metric, SPLIT_METRIC_ERROR), SPLIT_OK);
    sample_metric(s, &metric, 0, &d);
    return d;
}

static void
add(sample *s, int64_t percent, int64_t n_new, int64_t bad_new, int64_t n_old, int64_t bad_old)
{
    split_arm new = counted(n_new, bad_new);
    split_arm old = counted(n_old, bad_old);
    sample_add(s, percent * 1000000, &new, &old, s->n_windows * 60, 60);
}

Test(sample, one_share_is_the_plain_difference)
{
    static sample s;
    add(&s, 50, 1000, 10, 1000, 5);
    add(&s, 50, 1000, 10, 1000, 5);
    difference d = errors_of(&s);
    cr_assert(d.known);
    cr_expect_eq(d.n[0], 2000);
    cr_expect_float_eq(d.share[0], 1.0, 1e-12);
    cr_expect_float_eq(d.share[1], 0.5, 1e-12);
    cr_expect(d.low < 0.5 && 0.5 < d.high);
    cr_expect_not(d.has_worst, "one share is the whole");
    cr_expect_eq(s.n_strata, 1);
    cr_expect_eq(s.span_us, 120);
    cr_expect_eq(s.last_us, 120);
}

Test(sample, an_incident_of_both_while_the_share_was_higher_is_nobodys_fault)
{
    static sample s;
    add(&s, 10, 1000, 0, 9000, 0);
    add(&s, 50, 5000, 500, 5000, 500);
    difference d = errors_of(&s);
    cr_expect_float_eq(d.share[0], 5.0, 1e-9);
    cr_expect_float_eq(d.share[1], 5.0, 1e-9);
    cr_expect(d.low < 0 && d.high > 0, "sums of all would be 8.3 %% against 3.6 %%");
    cr_expect_not(d.has_worst);
}

Test(sample, each_share_has_its_part_of_the_error_and_of_the_weight)
{
    static sample s;
    double low[4];
    double high[4];
    add(&s, 10, 1000, 10, 9000, 45);
    add(&s, 50, 15000, 300, 15000, 150);
    difference d = errors_of(&s);
    const int64_t counts[4][2] = {{1000, 10}, {9000, 45}, {15000, 300}, {15000, 150}};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(split_evidence_interval(counts[i][0], counts[i][1], SAMPLE_ALPHA / 2, &low[i],
                                             &high[i]),
                     SPLIT_OK);
    cr_expect_float_eq(d.low, 100 * (0.25 * (low[0] - high[1]) + 0.75 * (low[2] - high[3])), 1e-9);
    cr_expect_float_eq(d.high, 100 * (0.25 * (high[0] - low[1]) + 0.75 * (high[2] - low[3])), 1e-9);
    cr_expect_float_eq(d.share[0], 0.25 * 1.0 + 0.75 * 2.0, 1e-9);
}

Test(sample, a_share_in_which_it_is_worse_is_not_hidden_by_the_others)
{
    static sample s;
    add(&s, 10, 30, 0, 9000, 450);
    add(&s, 50, 3000, 150, 3000, 3);
    add(&s, 60, 3000, 60, 3000, 3);
    difference d = errors_of(&s);
    cr_expect(d.low < 0 && d.high > 0,
              "a bad time of the other system while this one had few requests");
    cr_assert(d.has_worst);
    cr_expect_eq(d.worst_e6, 50000000);
    cr_expect(d.worst_low > 2 && d.worst_low < 4.9 && d.worst_high > 4.9);
}

Test(sample, shares_that_one_system_did_not_see_are_passed_over)
{
    static sample s;
    add(&s, 10, 0, 0, 9000, 900);
    cr_expect_not(errors_of(&s).known);
    add(&s, 50, 1000, 10, 1000, 10);
    difference d = errors_of(&s);
    cr_expect(d.known);
    cr_expect_eq(d.n[1], 1000);
    cr_expect_float_eq(d.share[1], 1.0, 1e-12);
}

Test(sample, more_shares_than_there_is_room_for_are_counted_as_left_out)
{
    static sample s;
    for (int i = 0; i < SAMPLE_STRATA_MAX + 3; i++)
        add(&s, i, 100, 0, 100, 0);
    cr_expect_eq(s.n_strata, SAMPLE_STRATA_MAX);
    cr_expect_eq(s.n_left_out, 3);
    cr_expect_eq(s.n_windows, SAMPLE_STRATA_MAX);
    cr_expect_eq(sample_requests(&s, 0), 100 * SAMPLE_STRATA_MAX);
}

Test(sample, cache_misses_need_both_counts_of_both)
{
    static sample s;
    difference d;
    split_arm arm = counted(100, 0);
    sample_add(&s, 0, &arm, &arm, 0, 60);
    sample_cache(&s, &d);
    cr_expect_not(d.known);
    memset(&s, 0, sizeof s);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_LOOKUPS, 80), SPLIT_OK);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_MISSES, 20), SPLIT_OK);
    sample_add(&s, 0, &arm, &arm, 0, 60);
    sample_cache(&s, &d);
    cr_expect(d.known);
    cr_expect_float_eq(d.share[0], 25.0, 1e-12);
}

Test(sample, requests_fall_back_to_what_the_source_says)
{
    static sample s;
    split_arm arm;
    split_arm_clear(&arm);
    cr_assert_eq(split_arm_set(&arm, SPLIT_COUNTER_EDGE_REQUESTS, 7), SPLIT_OK);
    sample_add(&s, 0, &arm, &arm, 0, 60);
    cr_expect_eq(sample_requests(&s, 0), 7);
}
