/* SPDX-License-Identifier: MIT */
/* The policy's names at a source: which there are, which are enough, and where counts go. */
#include <criterion/criterion.h>
#include <string.h>

#include "net/source/fields.h"

#define N_METRICS 6

static split_metric metrics[N_METRICS];
static const char *const own[] = {"arm", "baseline"};

static void
fill(split_source_options *o, const split_source_field *fields, size_t n)
{
    static const split_metric_kind kinds[N_METRICS] = {SPLIT_METRIC_ERROR, SPLIT_METRIC_LATENCY,
                                                       SPLIT_METRIC_CACHE, SPLIT_METRIC_EDGE_5XX,
                                                       SPLIT_METRIC_RATIO, SPLIT_METRIC_LATENCY};
    static const char *const names[N_METRICS] = {"error", "p95", "cache", "edge", "ratio", "p50"};
    for (int i = 0; i < N_METRICS; i++) {
        cr_assert_eq(split_metric_init(&metrics[i], kinds[i]), 0);
        strcpy(metrics[i].name, names[i]);
    }
    split_source_options_init(o);
    o->metrics = metrics;
    o->n_metrics = N_METRICS;
    o->fields = fields;
    o->n_fields = n;
}

static int
check(const split_source_field *fields, size_t n, split_error *error)
{
    split_source_options o;
    fill(&o, fields, n);
    return split__fields_check(&o, "kind", own, 2, error);
}

Test(fields, a_complete_set_of_names_is_taken)
{
    static const split_source_field all[] = {
        {0, "bad", "e"},       {0, "total", "n"},      {0, "sent", "s"},  {1, "histogram", "h"},
        {5, "histogram", "h"}, {2, "misses", "m"},     {2, "hits", "h"},  {3, "bad", "x"},
        {3, "total", "y"},     {4, "bad", "b"},        {4, "total", "t"}, {0, "arm", "green"},
        {1, "arm", "green"},   {4, "baseline", "blue"}};
    split_source_options o;
    split_error e = {.size = sizeof e};
    fill(&o, all, sizeof all / sizeof all[0]);
    cr_expect_eq(split__fields_check(&o, "kind", own, 2, &e), 0, "%s", e.text);
    cr_expect_str_eq(split__field_own(&o, "arm"), "green");
    cr_expect_null(split__field_own(&o, "token"));
}

Test(fields, a_name_that_counts_nothing_or_is_missing_says_what_is_needed)
{
    static const split_source_field plain[] = {{0, "", "e"}};
    static const split_source_field half[] = {{2, "misses", "m"}};
    static const split_source_field foreign[] = {{4, "histogram", "h"}};
    static const split_source_field beyond[] = {{N_METRICS, "bad", "h"}};
    split_error e = {.size = sizeof e};
    cr_expect_eq(check(plain, 1, &e), SPLIT_ERR_FIELD);
    cr_expect_str_eq(e.text, "kind: '' is no name of 'error', which needs bad and total");
    cr_expect_eq(check(half, 1, &e), SPLIT_ERR_FIELD);
    cr_expect_not_null(strstr(e.text, "'cache' needs misses and lookups, or misses and hits"));
    cr_expect_eq(check(foreign, 1, &e), SPLIT_ERR_FIELD);
    cr_expect_eq(check(beyond, 1, &e), SPLIT_ERR_FIELD);
}

Test(fields, what_metrics_share_is_named_alike)
{
    static const split_source_field shared[] = {{1, "histogram", "a"}, {5, "histogram", "b"}};
    static const split_source_field whose[] = {{0, "arm", "a"}, {1, "arm", "b"}};
    static const split_source_field twice[] = {{4, "bad", "a"}, {4, "bad", "b"}};
    static const split_source_field overs[] = {{1, "over_target", "a"},   {1, "over_warning", "a"},
                                               {1, "over_critical", "a"}, {1, "total", "n"},
                                               {5, "over_target", "b"},   {5, "over_warning", "b"},
                                               {5, "over_critical", "b"}, {5, "total", "n"}};
    split_error e = {.size = sizeof e};
    cr_expect_eq(check(shared, 2, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "'p95' and of 'p50' must be the same; metrics of one kind"));
    cr_expect_eq(check(whose, 2, &e), SPLIT_ERR_VALUE);
    cr_expect_eq(check(twice, 2, &e), SPLIT_ERR_VALUE);
    cr_expect_eq(check(overs, 8, &e), 0, "%s", e.text);
}

static bool
put(uint32_t m, uint32_t present, const int64_t count[FIELD_ROLES], split_arm *arm)
{
    split_source_options o;
    field_counts c = {.present = present};
    fill(&o, NULL, 0);
    memcpy(c.count, count, sizeof c.count);
    return split__fields_put(&metrics[m], m, &c, arm);
}

Test(fields, counts_go_where_the_window_has_them)
{
    const int64_t c[FIELD_ROLES] = {
        [FIELD_BAD] = 3,         [FIELD_TOTAL] = 50,       [FIELD_HITS] = 40,
        [FIELD_OVER_TARGET] = 9, [FIELD_OVER_WARNING] = 7, [FIELD_OVER_CRITICAL] = 5};
    const uint32_t plain = 1u << FIELD_BAD | 1u << FIELD_TOTAL;
    const uint32_t overs =
        1u << FIELD_OVER_TARGET | 1u << FIELD_OVER_WARNING | 1u << FIELD_OVER_CRITICAL;
    split_arm arm;
    split_arm_clear(&arm);
    cr_expect(put(0, plain, c, &arm));
    cr_expect(split_arm_get(&arm, SPLIT_COUNTER_ERROR) == 3 &&
              split_arm_get(&arm, SPLIT_COUNTER_OUTCOMES) == 50 &&
              split_arm_get(&arm, SPLIT_COUNTER_SENT) == 50);
    cr_expect(put(1, overs | 1u << FIELD_TOTAL, c, &arm));
    cr_expect(arm.over[3] == 9 && arm.over[4] == 7 && arm.over[5] == 5 && arm.over_present == 2);
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_TIMED), 50);
    cr_expect(put(2, 1u << FIELD_BAD | 1u << FIELD_HITS, c, &arm));
    cr_expect_eq(split_arm_get(&arm, SPLIT_COUNTER_LOOKUPS), 43);
    cr_expect(put(3, plain, c, &arm) && put(4, plain, c, &arm));
    cr_expect(split_arm_get(&arm, SPLIT_COUNTER_EDGE_5XX) == 3 && arm.ratio[8] == 3 &&
              arm.ratio[9] == 50);
}

Test(fields, what_is_missing_or_impossible_is_not_put)
{
    const int64_t c[FIELD_ROLES] = {[FIELD_BAD] = 6, [FIELD_TOTAL] = 5, [FIELD_SENT] = 9};
    const int64_t more[FIELD_ROLES] = {[FIELD_TOTAL] = 8};
    const int64_t fewer[FIELD_ROLES] = {[FIELD_TOTAL] = 7};
    const uint32_t overs = 1u << FIELD_OVER_TARGET | 1u << FIELD_OVER_WARNING |
                           1u << FIELD_OVER_CRITICAL | 1u << FIELD_TOTAL;
    split_arm arm;
    split_arm_clear(&arm);
    cr_expect(!put(0, 1u << FIELD_BAD | 1u << FIELD_TOTAL, c, &arm), "more bad than all");
    cr_expect(!put(0, 1u << FIELD_TOTAL, c, &arm));
    cr_expect(!put(1, 1u << FIELD_HISTOGRAM, c, &arm), "a histogram is no count");
    cr_expect_eq(arm.present, 0);
    cr_expect(put(1, overs, more, &arm) && !put(5, overs, fewer, &arm), "two numbers of trials");
    cr_expect(arm.over_present == 2 && split_arm_get(&arm, SPLIT_COUNTER_TIMED) == 8);
}
