/* SPDX-License-Identifier: MIT */
/* Counting requests: what counts for an arm, merging, reading (design/verdicts.md M1-M3). */
#include <criterion/criterion.h>
#include <string.h>

#include "counting_alloc.h"
#include "split/split.h"

static split_metric metrics[3];
static split_meter_options o;
static split_meter *m;

static void
begin(void)
{
    cr_assert_eq(split_metric_init(&metrics[0], SPLIT_METRIC_ERROR), 0);
    cr_assert_eq(split_metric_init(&metrics[1], SPLIT_METRIC_LATENCY), 0);
    cr_assert_eq(split_metric_init(&metrics[2], SPLIT_METRIC_RATIO), 0);
    for (int i = 0; i < 3; i++)
        strcpy(metrics[i].name, i == 0 ? "e" : i == 1 ? "l" : "r");
    split_meter_options_init(&o);
    o.metrics = metrics;
    o.n_metrics = 3;
    cr_assert_eq(split_meter_new(&o, NULL, &m), 0);
}

static void
end(void)
{
    split_meter_free(&m, NULL);
}

TestSuite(meter, .init = begin, .fini = end);

static split_arm
arm(uint32_t index)
{
    split_arm a;
    cr_assert_eq(split_meter_read(m, index, &a), 0);
    return a;
}

Test(meter, counts_sent_outcomes_errors_and_latencies_over_each_bound)
{
    static const split_us latencies[] = {199999, 200000, 300000, 300001, 500000, 500001};
    for (int i = 0; i < 6; i++) {
        cr_assert_eq(split_meter_sent(m, 0), 0);
        cr_assert_eq(split_meter_outcome(m, 0, i == 2, latencies[i]), 0);
    }
    cr_assert_eq(split_meter_sent(m, 0), 0);
    cr_assert_eq(split_meter_outcome(m, 0, true, -1), 0);
    const split_arm a = arm(0);
    cr_assert_eq(a.counts[SPLIT_COUNTER_SENT], 7);
    cr_assert_eq(a.counts[SPLIT_COUNTER_OUTCOMES], 7);
    cr_assert_eq(a.counts[SPLIT_COUNTER_ERROR], 2);
    cr_assert_eq(a.counts[SPLIT_COUNTER_TIMED], 6);
    cr_assert_eq(a.over[3], 5);
    cr_assert_eq(a.over[4], 3);
    cr_assert_eq(a.over[5], 1);
    cr_assert_eq(split_histogram_count(split_meter_histogram(m, 0)), 6);
    cr_assert_eq(split_histogram_at_least(split_meter_histogram(m, 0), 300001), 3);
    cr_assert_eq(arm(1).counts[SPLIT_COUNTER_SENT], 0, "the other arm is untouched");
}

Test(meter, a_diverted_request_is_bad_but_has_no_latency)
{
    cr_assert_eq(split_meter_diverted(m, 1), 0);
    const split_arm a = arm(1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_SENT], 1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_OUTCOMES], 1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_ERROR], 1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_DIVERTED], 1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_TIMED], 0);
}

Test(meter, a_request_left_out_counts_nowhere_else)
{
    cr_assert_eq(split_meter_left_out(m, 1), 0);
    const split_arm a = arm(1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_LEFT_OUT], 1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_SENT], 0);
    cr_assert_eq(a.counts[SPLIT_COUNTER_OUTCOMES], 0);
}

Test(meter, reports_a_cache_an_edge_and_units_only_when_they_are_fed)
{
    cr_assert(!split_arm_has(&(split_arm){.present = arm(0).present}, SPLIT_COUNTER_LOOKUPS));
    cr_assert_eq(split_meter_lookup(m, 0, true), 0);
    cr_assert_eq(split_meter_lookup(m, 0, false), 0);
    cr_assert_eq(split_meter_unit(m, 0), 0);
    cr_assert_eq(split_meter_user_error(m, 0), 0);
    cr_assert_eq(split_meter_add(m, 0, SPLIT_COUNTER_EDGE_REQUESTS, 500), 0);
    cr_assert_eq(split_meter_add(m, 0, SPLIT_COUNTER_EDGE_5XX, 2), 0);
    cr_assert_eq(split_meter_ratio(m, 0, 2, 1, 9), 0);
    const split_arm a = arm(0);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_LOOKUPS), 2);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_MISSES), 1);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_UNITS), 1);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_USER_ERRORS), 1);
    cr_assert_eq(split_arm_get(&a, SPLIT_COUNTER_EDGE_REQUESTS), 500);
    cr_assert_eq(a.ratio[4], 1);
    cr_assert_eq(a.ratio[5], 9);
    split_meter_reset(m);
    const split_arm after = arm(0);
    cr_assert(!split_arm_has(&after, SPLIT_COUNTER_LOOKUPS));
    cr_assert(split_arm_has(&after, SPLIT_COUNTER_ERROR));
    cr_assert_eq(after.counts[SPLIT_COUNTER_LOOKUPS], 0);
}

Test(meter, meters_of_threads_add_up)
{
    split_meter *other = NULL, *third = NULL;
    cr_assert_eq(split_meter_new(&o, NULL, &other), 0);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(split_meter_outcome(i % 3 ? m : other, 1, i % 7 == 0, i * 10000), 0);
    cr_assert_eq(split_meter_merge(m, other), 0);
    const split_arm a = arm(1);
    cr_assert_eq(a.counts[SPLIT_COUNTER_OUTCOMES], 100);
    cr_assert_eq(a.counts[SPLIT_COUNTER_ERROR], 15);
    cr_assert_eq(a.over[3], 80);
    cr_assert_eq(split_histogram_count(split_meter_histogram(m, 1)), 100);
    o.n_arms = 3;
    cr_assert_eq(split_meter_new(&o, NULL, &third), 0);
    cr_assert_eq(split_meter_arms(third), 3u);
    cr_assert_eq(split_meter_merge(m, third), SPLIT_ERR_MODE);
    cr_assert_eq(split_meter_merge(m, NULL), SPLIT_ERR_ARG);
    split_meter_free(&other, NULL);
    split_meter_free(&third, NULL);
}

Test(meter, refuses_an_arm_a_metric_or_a_value_out_of_range)
{
    split_arm a;
    cr_assert_eq(split_meter_sent(m, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_outcome(m, 2, false, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_diverted(m, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_left_out(m, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_user_error(m, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_unit(m, 2), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_lookup(m, 2, true), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_add(m, 2, SPLIT_COUNTER_SENT, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_add(m, 0, SPLIT_COUNTER_COUNT, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_add(m, 0, SPLIT_COUNTER_SENT, -1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_meter_ratio(m, 2, 0, 1, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_ratio(m, 0, 3, 1, 1), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_ratio(m, 0, 2, -1, 1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_meter_read(m, 2, &a), SPLIT_ERR_INDEX);
    cr_assert_eq(split_meter_read(NULL, 0, &a), SPLIT_ERR_ARG);
    cr_assert_null(split_meter_histogram(m, 2));
}

Test(meter, refuses_options_out_of_range)
{
    static double mem[16384];
    split_meter *out = NULL;
    cr_assert_leq(split_meter_size(&o), sizeof mem);
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), 0);
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_meter_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_meter_init(NULL, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    cr_assert_eq(split_meter_init(mem, 100, &o, &out), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_meter_init((char *)mem + 4, sizeof mem - 4, &o, &out), SPLIT_ERR_ALIGN);
    o.histograms = false;
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), 0);
    cr_assert_null(split_meter_histogram(out, 0));
    cr_assert_eq(split_meter_outcome(out, 0, false, 5), 0);
    o.n_arms = 0;
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), SPLIT_ERR_LIMIT);
    o.n_arms = 65;
    cr_assert_eq(split_meter_size(&o), 0u);
    o.n_arms = 2;
    o.n_metrics = 33;
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), SPLIT_ERR_LIMIT);
    o.n_metrics = 3;
    strcpy(metrics[0].name, "?");
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), SPLIT_ERR_NAME);
    o.metrics = NULL;
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    o.size = 0;
    cr_assert_eq(split_meter_init(mem, sizeof mem, &o, &out), SPLIT_ERR_STRUCT);
}

Test(meter, gives_its_memory_back)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_meter *out = NULL;
    cr_assert_eq(split_meter_new(&o, &c.alloc, &out), 0);
    split_meter_free(&out, &c.alloc);
    split_meter_free(NULL, &c.alloc);
    cr_assert_eq(c.n_live, 0u);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_meter_new(&o, &c.alloc, &out), SPLIT_ERR_NOMEM);
}
