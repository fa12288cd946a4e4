/* SPDX-License-Identifier: MIT */
/* The evidence process: known values, limits, formulas (design/verdicts.md section 2). Vectors: split-vectors
 * evidence. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counting_alloc.h"
#include "split/split.h"

static split_evidence_options o;
static split_evidence *e;

static void
begin(void)
{
    split_evidence_options_init(&o);
    cr_assert_eq(split_evidence_new(&o, NULL, &e), 0);
}

static void
end(void)
{
    split_evidence_free(&e, NULL);
}

TestSuite(evidence, .init = begin, .fini = end);

Test(evidence, starts_at_one_and_counts_windows)
{
    cr_assert_eq(split_evidence_ln(e), 0.0);
    cr_assert_eq(split_evidence_windows(e), 0);
    cr_assert_eq(split_evidence_step(e, 3, 3), 0);
    cr_assert_float_eq(split_evidence_ln(e), 7.906930438884293, 1e-12);
    cr_assert_eq(split_evidence_windows(e), 1);
    cr_assert_eq(split_evidence_step(e, 0, 0), 0);
    cr_assert_gt(split_evidence_ln(e), 7.906930438884293,
                 "a window without trials still adds its stake");
    split_evidence_reset(e);
    cr_assert_eq(split_evidence_windows(e), 0);
    cr_assert_eq(split_evidence_step(e, 3, 3), 0);
    cr_assert_float_eq(split_evidence_ln(e), 7.906930438884293, 1e-12);
    cr_assert_eq(split_evidence_ln(NULL), 0.0);
    cr_assert_eq(split_evidence_windows(NULL), 0);
}

Test(evidence, refuses_counts_and_bounds_out_of_range_and_stays_as_it_was)
{
    cr_assert_eq(split_evidence_step(e, 10, 1), 0);
    const double before = split_evidence_ln(e);
    cr_assert_eq(split_evidence_step(NULL, 1, 0), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_step_at(NULL, 0.5, 1, 0), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_step(e, -1, 0), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_evidence_step(e, 1, 2), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_evidence_step(e, 1, -1), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_evidence_step(e, SPLIT_COUNT_MAX + 1, 0), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_evidence_step_at(e, 0.0, 1, 0), SPLIT_ERR_VALUE);
    cr_assert_eq(split_evidence_step_at(e, 1.0, 1, 0), SPLIT_ERR_VALUE);
    cr_assert_eq(split_evidence_step_at(e, NAN, 1, 0), SPLIT_ERR_VALUE);
    cr_assert_eq(split_evidence_ln(e), before);
    cr_assert_eq(split_evidence_windows(e), 1);
}

Test(evidence, stays_finite_at_the_largest_counts)
{
    for (int side = 0; side < 2; side++) {
        split_evidence *big = NULL;
        o.side = (split_evidence_side)side;
        o.restarts = side == 0;
        cr_assert_eq(split_evidence_new(&o, NULL, &big), 0);
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(split_evidence_step(big, SPLIT_COUNT_MAX, i == 1 ? SPLIT_COUNT_MAX : 0),
                         0);
            cr_assert(isfinite(split_evidence_ln(big)));
        }
        split_evidence_free(&big, NULL);
    }
}

Test(evidence, a_bound_of_its_own_for_each_window_equals_the_fixed_one_when_they_agree)
{
    split_evidence *other = NULL;
    cr_assert_eq(split_evidence_new(&o, NULL, &other), 0);
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(split_evidence_step(e, 100, i % 3), 0);
        cr_assert_eq(split_evidence_step_at(other, 0.01, 100, i % 3), 0);
        cr_assert_eq(split_evidence_ln(e), split_evidence_ln(other));
    }
    split_evidence_free(&other, NULL);
}

Test(evidence, an_object_may_be_moved)
{
    const size_t size = split_evidence_size(&o);
    void *copy = malloc(size);
    cr_assert_eq(split_evidence_step(e, 100, 3), 0);
    memcpy(copy, e, size);
    cr_assert_eq(split_evidence_step(e, 100, 2), 0);
    cr_assert_eq(split_evidence_step(copy, 100, 2), 0);
    cr_assert_eq(split_evidence_ln(e), split_evidence_ln(copy));
    free(copy);
}

Test(evidence, refuses_options_out_of_range)
{
    double mem[64];
    split_evidence *out = NULL;
    split_evidence_options bad = o;
    cr_assert_eq(split_evidence_size(&o) <= sizeof mem, true);
    cr_assert_eq(split_evidence_init(mem, sizeof mem, &o, &out), 0);
    cr_assert_eq(split_evidence_init(NULL, sizeof mem, &o, &out), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_init(mem, sizeof mem, NULL, &out), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_init(mem, sizeof mem, &o, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_new(&o, NULL, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_evidence_init(mem, 8, &o, &out), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_evidence_init((char *)mem + 4, sizeof mem - 4, &o, &out), SPLIT_ERR_ALIGN);
    bad.size = 0;
    cr_assert_eq(split_evidence_init(mem, sizeof mem, &bad, &out), SPLIT_ERR_STRUCT);
    struct {
        split_evidence_options options;
        double unknown;
    } newer = {o, 1.0};
    newer.options.size = sizeof newer;
    cr_assert_eq(split_evidence_init(mem, sizeof mem, &newer.options, &out), SPLIT_ERR_NEWER);
    const double bounds[] = {0.0, 1.0, -1.0, NAN};
    for (int i = 0; i < 4; i++) {
        bad = o;
        bad.bound = bounds[i];
        cr_assert_eq(split_evidence_init(mem, sizeof mem, &bad, &out), SPLIT_ERR_VALUE);
        cr_assert_eq(split_evidence_size(&bad), 0u);
    }
    bad = o;
    bad.bake_windows = 0;
    cr_assert_eq(split_evidence_new(&bad, NULL, &out), SPLIT_ERR_VALUE);
    bad = o;
    bad.side = (split_evidence_side)2;
    cr_assert_eq(split_evidence_new(&bad, NULL, &out), SPLIT_ERR_VALUE);
    bad = o;
    bad.form = (split_evidence_form)2;
    cr_assert_eq(split_evidence_new(&bad, NULL, &out), SPLIT_ERR_VALUE);
}

Test(evidence, gives_its_memory_back)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_evidence *out = NULL;
    cr_assert_eq(split_evidence_new(&o, &c.alloc, &out), 0);
    split_evidence_free(&out, &c.alloc);
    cr_assert_null(out);
    split_evidence_free(&out, &c.alloc);
    split_evidence_free(NULL, &c.alloc);
    cr_assert_eq(c.n_live, 0u);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_evidence_new(&o, &c.alloc, &out), SPLIT_ERR_NOMEM);
}

Test(evidence, the_label_bound_is_the_share_when_both_are_equal)
{
    cr_assert_float_eq(split_evidence_label_bound(0.1, 1.0), 0.1, 1e-15);
    cr_assert_float_eq(split_evidence_label_bound(0.1, 1.25), 0.125 / 1.025, 1e-15);
}

/* The table of the planner's formula: bound, truth, trials. */
Test(evidence, time_to_proof_follows_the_formula)
{
    const double need = log(100);
    cr_assert_float_eq(split_evidence_trials(0.013, 0.01, need, 0), 13016, 1);
    cr_assert_float_eq(split_evidence_trials(0.02, 0.01, need, 0), 1381, 20);
    cr_assert_float_eq(split_evidence_trials(0.05, 0.01, need, 0), 131, 1);
    cr_assert_float_eq(split_evidence_trials(0.20, 0.01, need, 0), 13, 1);
    cr_assert_float_eq(split_evidence_trials(0.20, 0.05, need, 0), 39, 1);
    cr_assert(isinf(split_evidence_trials(0.01, 0.01, need, 0)));
    cr_assert(isinf(split_evidence_trials(-0.1, 0.01, need, 0)));
    cr_assert(isinf(split_evidence_trials(0.1, 1.0, need, 0)));
    cr_assert(isfinite(split_evidence_trials(0.0, 0.01, need, 0)));
    cr_assert(isfinite(split_evidence_trials(1.0, 0.01, need, 0)));
}

Test(evidence, the_interval_holds_the_estimate_and_shrinks)
{
    double low, high, width = 2;
    for (int64_t n = 100; n <= 100000000; n *= 10) {
        cr_assert_eq(split_evidence_interval(n, n / 50, 0.05, &low, &high), 0);
        cr_assert(low > 0 && low < 0.02 && high > 0.02 && high - low < width);
        width = high - low;
    }
    cr_assert_eq(split_evidence_interval(0, 0, 0.05, &low, &high), 0);
    cr_assert(low <= 0.0 && high >= 1.0);
    cr_assert_eq(split_evidence_interval(1000, 0, 0.05, &low, &high), 0);
    cr_assert(low <= 0.0 && high > 0.004 && high < 0.02);
    cr_assert_eq(split_evidence_interval(1000, 1000, 0.05, &low, &high), 0);
    cr_assert(low < 0.996 && high >= 1.0);
    /* ln B(10.5, 90.5) - ln B(.5, .5) - 10 ln p - 90 ln(1 - p) = ln 20 at both ends. */
    cr_assert_eq(split_evidence_interval(100, 10, 0.05, &low, &high), 0);
    const double mix = lgamma(10.5) + lgamma(90.5) - lgamma(101) - log(3.14159265358979323846);
    cr_assert_float_eq(mix - 10 * log(low) - 90 * log1p(-low), log(20), 1e-9);
    cr_assert_float_eq(mix - 10 * log(high) - 90 * log1p(-high), log(20), 1e-9);
    cr_assert_eq(split_evidence_interval(10, 11, 0.05, &low, &high), SPLIT_ERR_WINDOW);
    cr_assert_eq(split_evidence_interval(10, 1, 0.0, &low, &high), SPLIT_ERR_VALUE);
    cr_assert_eq(split_evidence_interval(10, 1, 0.05, NULL, &high), SPLIT_ERR_ARG);
}
