/* SPDX-License-Identifier: MIT */
/* The latency histogram: accuracy against sorted data, exact edges, merging (design/verdicts.md M10). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "counting_alloc.h"
#include "split/split.h"

#define N 200000

static const split_us edges[] = {200000, 300001, 500001, 300000};
static split_histogram *h;
static uint64_t state;

static void
begin(void)
{
    split_histogram_options o;
    split_histogram_options_init(&o);
    o.edges_us = edges;
    o.n_edges = 4;
    cr_assert_eq(split_histogram_new(&o, NULL, &h), 0);
    state = 20261123;
}

static void
end(void)
{
    split_histogram_free(&h, NULL);
}

TestSuite(histogram, .init = begin, .fini = end);

static double
uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 12) + 0.5) / 4503599627370496.0;
}

static double
normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static split_us
lognormal(void)
{
    return (split_us)(100000 * exp(0.6 * normal()));
}

static split_us
bimodal(void)
{
    return (split_us)(uniform() < 0.94 ? 80000 + 8000 * normal() : 420000 + 30000 * normal());
}

static split_us
heavy(void)
{
    return (split_us)(20000 * pow(uniform(), -1 / 1.3));
}

static int
ascending(const void *a, const void *b)
{
    const split_us x = *(const split_us *)a, y = *(const split_us *)b;
    return (x > y) - (x < y);
}

static void
check_accuracy(split_us (*draw)(void), const char *what)
{
    static split_us data[N];
    static const int64_t percentiles[] = {50000000, 95000000, 99000000, 99900000};
    split_histogram_reset(h);
    for (int i = 0; i < N; i++) {
        data[i] = draw();
        split_histogram_record(h, data[i]);
    }
    qsort(data, N, sizeof data[0], ascending);
    for (int p = 0; p < 4; p++) {
        const split_us exact = data[(percentiles[p] * N + 99999999) / 100000000 - 1];
        const split_us got = split_histogram_percentile(h, percentiles[p]);
        cr_expect_leq(fabs((double)got / (double)exact - 1), 0.01, "%s: exact %ld got %ld", what,
                      exact, got);
    }
    for (int e = 0; e < 4; e++) {
        int64_t over = 0;
        for (int i = 0; i < N; i++)
            over += data[i] >= edges[e];
        cr_expect_eq(split_histogram_at_least(h, edges[e]), over, "%s", what);
    }
    cr_expect_eq(split_histogram_count(h), N);
}

Test(histogram, is_within_one_percent_and_exact_at_the_edges)
{
    check_accuracy(lognormal, "lognormal");
    check_accuracy(bimodal, "bimodal");
    check_accuracy(heavy, "heavy-tailed");
}

Test(histogram, every_value_falls_within_one_percent_of_its_cell)
{
    for (split_us v = 0; v < INT64_C(1) << 36; v += 1 + v / 37) {
        split_histogram_reset(h);
        split_histogram_record(h, v);
        const split_us got = split_histogram_percentile(h, 50000000);
        cr_assert_leq(llabs(got - v) * 100, v, "%ld became %ld", v, got);
    }
}

Test(histogram, values_out_of_range_count_at_the_ends)
{
    split_histogram_record(h, -5);
    cr_assert_eq(split_histogram_percentile(h, 100000000), 0);
    split_histogram_record(h, SPLIT_NEVER);
    cr_assert_eq(split_histogram_count(h), 2);
    cr_assert_gt(split_histogram_percentile(h, 100000000), INT64_C(68000000000));
    cr_assert_eq(split_histogram_at_least(h, SPLIT_NEVER), 0);
    cr_assert_eq(split_histogram_at_least(h, -1), 2);
}

Test(histogram, an_empty_one_has_no_percentile)
{
    cr_assert_eq(split_histogram_percentile(h, 50000000), -1);
    split_histogram_record(h, 10);
    cr_assert_eq(split_histogram_percentile(h, 0), -1);
    cr_assert_eq(split_histogram_percentile(h, 100000001), -1);
    cr_assert_eq(split_histogram_percentile(h, 1), 10);
}

Test(histogram, merging_is_recording_both)
{
    split_histogram_options o;
    split_histogram *a = NULL, *other = NULL;
    split_histogram_options_init(&o);
    cr_assert_eq(split_histogram_new(&o, NULL, &other), 0);
    cr_assert_eq(split_histogram_merge(h, other), SPLIT_ERR_MODE);
    cr_assert_eq(split_histogram_merge(NULL, h), SPLIT_ERR_ARG);
    cr_assert_eq(split_histogram_merge(h, NULL), SPLIT_ERR_ARG);
    o.edges_us = edges;
    o.n_edges = 4;
    cr_assert_eq(split_histogram_new(&o, NULL, &a), 0);
    for (int i = 0; i < 1000; i++)
        split_histogram_record(i % 2 ? a : h, lognormal());
    const int64_t over = split_histogram_at_least(h, 200000) + split_histogram_at_least(a, 200000);
    cr_assert_eq(split_histogram_merge(h, a), 0);
    cr_assert_eq(split_histogram_count(h), 1000);
    cr_assert_eq(split_histogram_at_least(h, 200000), over);
    split_histogram_free(&a, NULL);
    split_histogram_free(&other, NULL);
}

Test(histogram, refuses_options_out_of_range)
{
    static double mem[8192];
    split_us many[49] = {0};
    split_histogram_options o;
    split_histogram *out = NULL;
    split_histogram_options_init(&o);
    cr_assert_leq(split_histogram_size(&o), sizeof mem);
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, &out), 0);
    cr_assert_eq(split_histogram_init(NULL, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_histogram_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_histogram_init(mem, 16, &o, &out), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_histogram_init((char *)mem + 1, sizeof mem - 1, &o, &out), SPLIT_ERR_ALIGN);
    o.n_edges = 1;
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    o.edges_us = many;
    o.n_edges = 49;
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, &out), SPLIT_ERR_LIMIT);
    o.n_edges = 1;
    many[0] = -1;
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, &out), SPLIT_ERR_VALUE);
    many[0] = INT64_C(1) << 36;
    cr_assert_eq(split_histogram_new(&o, NULL, &out), SPLIT_ERR_VALUE);
    cr_assert_eq(split_histogram_size(&o), 0u);
    o.size = 0;
    cr_assert_eq(split_histogram_init(mem, sizeof mem, &o, &out), SPLIT_ERR_STRUCT);
}

Test(histogram, gives_its_memory_back)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_histogram_options o;
    split_histogram *out = NULL;
    split_histogram_options_init(&o);
    cr_assert_eq(split_histogram_new(&o, &c.alloc, &out), 0);
    split_histogram_free(&out, &c.alloc);
    split_histogram_free(NULL, &c.alloc);
    cr_assert_eq(c.n_live, 0u);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_histogram_new(&o, &c.alloc, &out), SPLIT_ERR_NOMEM);
}
