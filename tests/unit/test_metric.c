/* SPDX-License-Identifier: MIT */
/* The registry of metrics and the counters of an arm (design/verdicts.md M1-M6). */
#include <criterion/criterion.h>
#include <string.h>

#include "split/split.h"

static split_metric
named(split_metric_kind kind)
{
    split_metric m;
    cr_assert_eq(split_metric_init(&m, kind), 0);
    strcpy(m.name, "m");
    return m;
}

Test(metric, every_kind_has_a_name_valid_defaults_and_bounds_in_order)
{
    for (int k = 0; k < SPLIT_METRIC_KIND_COUNT; k++) {
        const split_metric m = named((split_metric_kind)k);
        cr_assert_str_neq(split_metric_kind_name((int)m.kind), "?");
        cr_assert_eq(split_metric_check(&m), 0);
        cr_assert(m.gate && !m.clustered && m.missing == SPLIT_MISSING_HOLD);
        for (int j = 0; j < k; j++)
            cr_assert_str_neq(split_metric_kind_name((int)(split_metric_kind)j),
                              split_metric_kind_name((int)m.kind));
        for (int b = 1; b < SPLIT_BOUND_COUNT; b++)
            cr_assert_geq(split_metric_share_e6(&m, (split_bound_index)b),
                          split_metric_share_e6(&m, (split_bound_index)(b - 1)));
    }
    cr_assert_str_eq(split_metric_kind_name((split_metric_kind)99), "?");
    split_metric m;
    cr_assert_eq(split_metric_init(NULL, SPLIT_METRIC_ERROR), SPLIT_ERR_ARG);
    cr_assert_eq(split_metric_init(&m, (split_metric_kind)99), SPLIT_ERR_ARG);
}

Test(metric, names_of_counters_operators_and_policies_are_those_of_the_documents)
{
    cr_assert_str_eq(split_counter_name(SPLIT_COUNTER_SENT), "sent");
    cr_assert_str_eq(split_counter_name(SPLIT_COUNTER_EDGE_5XX), "edge_5xx");
    cr_assert_str_eq(split_counter_name(SPLIT_COUNTER_COUNT), "?");
    cr_assert_str_eq(split_op_name(SPLIT_OP_LE), "<=");
    cr_assert_str_eq(split_op_name((split_op)9), "?");
    cr_assert_str_eq(split_missing_name(SPLIT_MISSING_ROLLBACK), "rollback");
    cr_assert_str_eq(split_missing_name((split_missing)9), "?");
}

Test(metric, bounds_are_shares_of_bad_events)
{
    const split_metric e = named(SPLIT_METRIC_ERROR), l = named(SPLIT_METRIC_LATENCY),
                       c = named(SPLIT_METRIC_CACHE);
    cr_assert_eq(split_metric_share_e6(&e, SPLIT_BOUND_CRITICAL), 5000000);
    cr_assert_eq(split_metric_share_e6(&c, SPLIT_BOUND_TARGET), 15000000);
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
        cr_assert_eq(split_metric_share_e6(&l, (split_bound_index)b), 5000000);
    cr_assert_eq(split_metric_share_e6(NULL, SPLIT_BOUND_TARGET), 0);
    cr_assert_eq(split_metric_share_e6(&e, SPLIT_BOUND_COUNT), 0);
    cr_assert_eq(split_metric_bound(&c, SPLIT_BOUND_WARNING)->value, 80000000);
    cr_assert_null(split_metric_bound(&c, SPLIT_BOUND_COUNT));
    cr_assert_null(split_metric_bound(NULL, SPLIT_BOUND_TARGET));
}

Test(metric, an_operator_decides_whether_a_latency_at_the_bound_is_over_it)
{
    split_metric l = named(SPLIT_METRIC_LATENCY);
    cr_assert_eq(split_metric_over_us(&l, SPLIT_BOUND_TARGET), 200000);
    cr_assert_eq(split_metric_over_us(&l, SPLIT_BOUND_WARNING), 300001);
    l.target.op = SPLIT_OP_LE;
    l.warning.op = SPLIT_OP_GE;
    cr_assert_eq(split_metric_over_us(&l, SPLIT_BOUND_TARGET), 200001);
    cr_assert_eq(split_metric_over_us(&l, SPLIT_BOUND_WARNING), 300000);
    const split_metric e = named(SPLIT_METRIC_ERROR);
    cr_assert_eq(split_metric_over_us(&e, SPLIT_BOUND_TARGET), SPLIT_NEVER);
}

Test(metric, a_name_must_be_plain)
{
    static const char *const bad[] = {"", ".a", "-a", "_a", "a b", "a/b", "\xc3\xa4"};
    split_metric m = named(SPLIT_METRIC_ERROR);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        strcpy(m.name, bad[i]);
        cr_assert_eq(split_metric_check(&m), SPLIT_ERR_NAME, "%s", bad[i]);
    }
    memset(m.name, 'a', sizeof m.name);
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_NAME);
    m.name[64] = '\0';
    cr_assert_eq(split_metric_check(&m), 0);
    strcpy(m.name, "A0._-z");
    cr_assert_eq(split_metric_check(&m), 0);
    cr_assert_eq(split_metric_check(NULL), SPLIT_ERR_ARG);
}

Test(metric, values_must_be_in_range)
{
    split_metric m = named(SPLIT_METRIC_ERROR);
    m.target.value = 0;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m.target.value = SPLIT_PERCENT_ALL_E6;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m = named(SPLIT_METRIC_ERROR);
    m.warning.op = (split_op)7;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m = named(SPLIT_METRIC_LATENCY);
    m.percentile_e6 = SPLIT_PERCENT_ALL_E6;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m = named(SPLIT_METRIC_LATENCY);
    m.critical.value = INT64_C(86400000001);
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m = named(SPLIT_METRIC_ERROR);
    m.kind = (split_metric_kind)9;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
    m = named(SPLIT_METRIC_ERROR);
    m.missing = (split_missing)9;
    cr_assert_eq(split_metric_check(&m), SPLIT_ERR_VALUE);
}

/* target op value, warning op value, critical op value of an error metric, in percent. */
static int
order(split_op to, int t, split_op wo, int w, split_op co, int c)
{
    split_metric m = named(SPLIT_METRIC_RATIO);
    m.target = (split_bound){to, INT64_C(1000000) * t};
    m.warning = (split_bound){wo, INT64_C(1000000) * w};
    m.critical = (split_bound){co, INT64_C(1000000) * c};
    return split_metric_check(&m);
}

Test(metric, warning_and_critical_lie_in_order_on_the_bad_side)
{
    static const split_op LT = SPLIT_OP_LT, LE = SPLIT_OP_LE, GT = SPLIT_OP_GT, GE = SPLIT_OP_GE;
    cr_assert_eq(order(LT, 1, GT, 1, GT, 5), 0);
    cr_assert_eq(order(LT, 1, GE, 1, GE, 5), 0);
    cr_assert_eq(order(LE, 1, GT, 1, GT, 1), 0);
    cr_assert_eq(order(GE, 85, LT, 85, LT, 70), 0);
    cr_assert_eq(order(GT, 85, LE, 85, LE, 70), 0);
    cr_assert_eq(order(LE, 1, GE, 1, GT, 5), SPLIT_ERR_BOUNDS, "1 %% would be fine and a warning");
    cr_assert_eq(order(GE, 85, LE, 85, LT, 70), SPLIT_ERR_BOUNDS);
    cr_assert_eq(order(LT, 1, GT, 5, GT, 1), SPLIT_ERR_BOUNDS);
    cr_assert_eq(order(LT, 5, GT, 1, GT, 6), SPLIT_ERR_BOUNDS);
    cr_assert_eq(order(LT, 1, GT, 5, GE, 5), SPLIT_ERR_BOUNDS,
                 "5 %% would be critical and no warning");
    cr_assert_eq(order(LT, 1, LT, 5, GT, 6), SPLIT_ERR_BOUNDS);
    cr_assert_eq(order(GE, 85, LT, 80, GT, 90), SPLIT_ERR_BOUNDS);
    cr_assert_eq(order(GE, 85, LT, 70, LT, 80), SPLIT_ERR_BOUNDS);
    split_metric l = named(SPLIT_METRIC_LATENCY);
    l.target.op = SPLIT_OP_GT;
    l.warning.op = l.critical.op = SPLIT_OP_LT;
    cr_assert_eq(split_metric_check(&l), SPLIT_ERR_BOUNDS, "a latency cannot be too low");
}

Test(metric, an_arm_marks_what_was_reported)
{
    split_arm a;
    split_arm_clear(&a);
    cr_assert(!split_arm_has(&a, SPLIT_COUNTER_SENT));
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_SENT, 0), 0);
    cr_assert(split_arm_has(&a, SPLIT_COUNTER_SENT));
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_SENT, 7), 0);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_SENT), 7);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_ERROR), 0);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_COUNT), 0);
    cr_assert_eq(split_arm_set(NULL, SPLIT_COUNTER_SENT, 1), SPLIT_ERR_ARG);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_COUNT, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_SENT, -1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_SENT, SPLIT_COUNT_MAX + 1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_arm_set_over(&a, 3, 3, 2, 1), 0);
    cr_assert_eq(split_arm_set_over(NULL, 3, 3, 2, 1), SPLIT_ERR_ARG);
    cr_assert_eq(split_arm_set_over(&a, SPLIT_METRICS_MAX, 3, 2, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_arm_set_over(&a, 3, 3, -2, 1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_arm_set_ratio(&a, 4, 1, 2), 0);
    cr_assert_eq(split_arm_set_ratio(NULL, 4, 1, 2), SPLIT_ERR_ARG);
    cr_assert_eq(split_arm_set_ratio(&a, SPLIT_METRICS_MAX, 1, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_arm_set_ratio(&a, 4, -1, 2), SPLIT_ERR_WINDOW);
}

Test(metric, arms_add_up_and_stop_at_the_largest_count)
{
    split_arm a, b;
    split_arm_clear(&a);
    split_arm_clear(&b);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_SENT, 5), 0);
    cr_assert_eq(split_arm_set(&b, SPLIT_COUNTER_SENT, SPLIT_COUNT_MAX), 0);
    cr_assert_eq(split_arm_set(&b, SPLIT_COUNTER_MISSES, 3), 0);
    cr_assert_eq(split_arm_set_ratio(&b, 2, 1, 4), 0);
    split_arm_add(&a, &b);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_SENT), SPLIT_COUNT_MAX);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_MISSES), 3);
    cr_assert_eq(a.ratio[5], 4);
    cr_assert_eq(a.ratio_present, 4u);
}

Test(metric, counts_come_from_the_counters_of_the_kind)
{
    split_arm a;
    split_metric_counts c;
    split_arm_clear(&a);
    split_metric e = named(SPLIT_METRIC_ERROR), l = named(SPLIT_METRIC_LATENCY),
                 r = named(SPLIT_METRIC_RATIO);
    cr_assert_eq(split_metric_count(&e, 0, NULL, &c), 0);
    cr_assert(!c.present);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_OUTCOMES, 100), 0);
    cr_assert_eq(split_metric_count(&e, 0, &a, &c), 0);
    cr_assert(!c.present, "errors were not reported");
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_ERROR, 4), 0);
    cr_assert_eq(split_metric_count(&e, 0, &a, &c), 0);
    cr_assert(c.present && c.n == 100 && c.bad[0] == 4 && c.bad[2] == 4);
    cr_assert_eq(split_arm_set_over(&a, 1, 9, 5, 2), 0);
    cr_assert_eq(split_metric_count(&l, 1, &a, &c), 0);
    cr_assert(c.present && c.n == 100 && c.bad[0] == 9 && c.bad[1] == 5 && c.bad[2] == 2);
    cr_assert_eq(split_arm_set(&a, SPLIT_COUNTER_TIMED, 90), 0);
    cr_assert_eq(split_metric_count(&l, 1, &a, &c), 0);
    cr_assert_eq(c.n, 90);
    cr_assert_eq(split_metric_count(&l, 0, &a, &c), 0);
    cr_assert(!c.present, "another latency metric was not reported");
    cr_assert_eq(split_arm_set_ratio(&a, 2, 3, 50), 0);
    cr_assert_eq(split_metric_count(&r, 2, &a, &c), 0);
    cr_assert(c.present && c.n == 50 && c.bad[1] == 3);
}

Test(metric, impossible_counts_are_refused)
{
    split_arm a;
    split_metric_counts c = {.n = 77};
    split_arm_clear(&a);
    const split_metric e = named(SPLIT_METRIC_ERROR), l = named(SPLIT_METRIC_LATENCY);
    a.present = 1u << SPLIT_COUNTER_OUTCOMES | 1u << SPLIT_COUNTER_ERROR;
    a.counts[SPLIT_COUNTER_OUTCOMES] = 5;
    a.counts[SPLIT_COUNTER_ERROR] = 6;
    cr_assert_eq(split_metric_count(&e, 0, &a, &c), SPLIT_ERR_WINDOW);
    a.counts[SPLIT_COUNTER_ERROR] = -1;
    cr_assert_eq(split_metric_count(&e, 0, &a, &c), SPLIT_ERR_WINDOW);
    a.counts[SPLIT_COUNTER_OUTCOMES] = SPLIT_COUNT_MAX + 1;
    a.counts[SPLIT_COUNTER_ERROR] = 0;
    cr_assert_eq(split_metric_count(&e, 0, &a, &c), SPLIT_ERR_WINDOW);
    a.counts[SPLIT_COUNTER_OUTCOMES] = 100;
    cr_assert_eq(split_arm_set_over(&a, 0, 3, 4, 1), 0);
    cr_assert_eq(split_metric_count(&l, 0, &a, &c), SPLIT_ERR_WINDOW,
                 "more over 300 ms than over 200 ms");
    cr_assert_eq(c.n, 77, "nothing is written on an error");
    cr_assert_eq(split_metric_count(NULL, 0, &a, &c), SPLIT_ERR_ARG);
    cr_assert_eq(split_metric_count(&e, 0, &a, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_metric_count(&e, SPLIT_METRICS_MAX, &a, &c), SPLIT_ERR_INDEX);
}

Test(metric, every_kind_says_how_it_is_counted_and_called)
{
    for (int k = 0; k < SPLIT_METRIC_KIND_COUNT; k++) {
        const split_metric_kind_info *info = split_metric_kind_get(k);
        const split_metric m = named((split_metric_kind)k);
        cr_assert_not_null(info);
        cr_expect(info->help[0] != '\0' && info->bad_text[0] != '\0' && info->total_field[0] != '\0');
        cr_expect_str_neq(split_metric_form_name((int)info->form), "?");
        cr_expect_eq(split_metric_is_latency(&m), info->form == SPLIT_METRIC_FORM_OVER);
        cr_expect_eq(info->bad_field[0] == '\0', info->form == SPLIT_METRIC_FORM_OVER);
        cr_expect_eq(info->percentile_e6 != 0, info->form == SPLIT_METRIC_FORM_OVER);
    }
    cr_expect_null(split_metric_kind_get(-1));
    cr_expect_null(split_metric_kind_get(SPLIT_METRIC_KIND_COUNT));
    cr_expect_str_eq(split_metric_form_name(-1), "?");
    cr_expect_str_eq(split_metric_form_name(SPLIT_METRIC_FORM_COUNT), "?");
    cr_expect_not(split_metric_is_latency(NULL));
    split_metric unknown = {.kind = (split_metric_kind)99};
    cr_expect_not(split_metric_is_latency(&unknown));
}
