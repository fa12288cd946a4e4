/* SPDX-License-Identifier: MIT */
/* Levels, every equality, and the hysteresis (design/verdicts.md M7-M9). */
#include <criterion/criterion.h>
#include <string.h>

#include "split/split.h"

static split_level
level(split_metric_kind kind, int64_t n, int64_t target, int64_t warning, int64_t critical)
{
    split_metric m;
    cr_assert_eq(split_metric_init(&m, kind), 0);
    const split_metric_counts c = {true, n, {target, warning, critical}};
    return split_threshold_level(&m, &c, 30);
}

#define EXPECT(want, kind, n, t, w, c)                                                             \
    cr_expect_eq(level(SPLIT_METRIC_##kind, n, t, w, c), SPLIT_LEVEL_##want)

Test(threshold, equality_is_decided_by_the_signs_of_the_table)
{
    EXPECT(OK, ERROR, 1000, 9, 9, 9);
    EXPECT(OFF_TARGET, ERROR, 1000, 10, 10, 10);
    EXPECT(WARNING, ERROR, 1000, 11, 11, 11);
    EXPECT(WARNING, ERROR, 1000, 50, 50, 50);
    EXPECT(CRITICAL, ERROR, 1000, 51, 51, 51);
    EXPECT(OK, LATENCY, 1000, 50, 0, 0);
    EXPECT(OFF_TARGET, LATENCY, 1000, 51, 50, 0);
    EXPECT(WARNING, LATENCY, 1000, 60, 51, 50);
    EXPECT(CRITICAL, LATENCY, 1000, 60, 60, 51);
    EXPECT(OK, CACHE, 1000, 150, 150, 150);
    EXPECT(OFF_TARGET, CACHE, 1000, 151, 151, 151);
    EXPECT(OFF_TARGET, CACHE, 1000, 200, 200, 200);
    EXPECT(WARNING, CACHE, 1000, 201, 201, 201);
    EXPECT(WARNING, CACHE, 1000, 300, 300, 300);
    EXPECT(CRITICAL, CACHE, 1000, 301, 301, 301);
    EXPECT(OK, EDGE_5XX, 10000, 9, 9, 9);
    EXPECT(OFF_TARGET, EDGE_5XX, 10000, 10, 10, 10);
    EXPECT(OFF_TARGET, EDGE_5XX, 10000, 50, 50, 50);
    EXPECT(WARNING, EDGE_5XX, 10000, 51, 51, 51);
    EXPECT(WARNING, EDGE_5XX, 10000, 100, 100, 100);
    EXPECT(CRITICAL, EDGE_5XX, 10000, 101, 101, 101);
}

Test(threshold, a_small_sample_and_no_report_are_not_classified)
{
    EXPECT(LOW_SAMPLE, ERROR, 29, 29, 29, 29);
    EXPECT(CRITICAL, ERROR, 30, 30, 30, 30);
    EXPECT(LOW_SAMPLE, ERROR, 0, 0, 0, 0);
    split_metric m;
    cr_assert_eq(split_metric_init(&m, SPLIT_METRIC_ERROR), 0);
    const split_metric_counts none = {0};
    cr_assert_eq(split_threshold_level(&m, &none, 30), SPLIT_LEVEL_NO_DATA);
    cr_assert_eq(split_threshold_level(NULL, &none, 30), SPLIT_LEVEL_NO_DATA);
    cr_assert_eq(split_threshold_level(&m, NULL, 30), SPLIT_LEVEL_NO_DATA);
}

Test(threshold, over_looks_at_one_bound_whatever_the_sample)
{
    split_metric m;
    cr_assert_eq(split_metric_init(&m, SPLIT_METRIC_ERROR), 0);
    const split_metric_counts one = {true, 2, {1, 1, 1}}, none = {true, 0, {0, 0, 0}};
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++) {
        cr_assert(split_threshold_is_over(&m, &one, (split_bound_index)b));
        cr_assert(!split_threshold_is_over(&m, &none, (split_bound_index)b));
    }
    cr_assert(!split_threshold_is_over(&m, &one, SPLIT_BOUND_COUNT));
    cr_assert(!split_threshold_is_over(&m, NULL, SPLIT_BOUND_TARGET));
}

Test(threshold, counts_up_to_2_to_the_53_are_compared_exactly)
{
    const int64_t n = SPLIT_COUNT_MAX / 100 * 100;
    EXPECT(OFF_TARGET, ERROR, n, n / 100, n / 100, n / 100);
    EXPECT(OK, ERROR, n, n / 100 - 1, n / 100 - 1, n / 100 - 1);
    EXPECT(WARNING, ERROR, n, n / 100 + 1, n / 100 + 1, n / 100 + 1);
}

Test(threshold, the_shown_level_rises_at_once_and_falls_after_three)
{
    static const struct {
        split_level window, shown;
    } steps[] = {
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_OK},
        {SPLIT_LEVEL_CRITICAL, SPLIT_LEVEL_CRITICAL},
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_CRITICAL},
        {SPLIT_LEVEL_WARNING, SPLIT_LEVEL_CRITICAL},
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_WARNING},
        {SPLIT_LEVEL_LOW_SAMPLE, SPLIT_LEVEL_LOW_SAMPLE},
        {SPLIT_LEVEL_NO_DATA, SPLIT_LEVEL_NO_DATA},
        {SPLIT_LEVEL_OFF_TARGET, SPLIT_LEVEL_WARNING},
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_OFF_TARGET},
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_OFF_TARGET},
        {SPLIT_LEVEL_OK, SPLIT_LEVEL_OK},
    };
    split_shown shown = {0};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        cr_assert_eq(split_shown_step(&shown, steps[i].window), steps[i].shown, "step %zu", i);
}

Test(threshold, every_level_has_the_name_of_the_documents)
{
    static const char *const names[] = {"ok",       "off-target", "warning",
                                        "critical", "low-sample", "no-data"};
    for (int l = 0; l < SPLIT_LEVEL_COUNT; l++)
        cr_assert_str_eq(split_level_name((int)(split_level)l), names[l]);
    cr_assert_str_eq(split_level_name(SPLIT_LEVEL_COUNT), "?");
}
