/* SPDX-License-Identifier: MIT */
/* Planner and simulation through the engine (design/verdicts.md E9, R21). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "rollout_kit.h"

static rollout_kit kit;
static split_forecast f;

static void
begin(void)
{
    kit_init(&kit);
    cr_assert_eq(split_forecast_init(&f, &kit.options), 0);
}

TestSuite(forecast, .init = begin);

/* The table of requests to prove compliance: median 1 900 at 0.5 %, 16 980 at 0.8 %. */
Test(forecast, times_of_proof_follow_the_traffic_of_the_phase)
{
    split_proof_time p;
    f.requests_per_s = 10;
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
        f.expected[KIT_ERROR].truth[b] = 0.008;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_ERROR, &p), 0);
    cr_assert_float_eq(p.requests, 17500, 300);
    cr_assert_float_eq((double)p.median_us / 1e6, p.requests, 1.0, "10 %% of 10 requests per second");
    cr_assert(!p.fits);
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 1, KIT_ERROR, &p), 0);
    cr_assert_float_eq((double)p.median_us / 1e6, p.requests / 5, 1.0);
    cr_assert(p.fits);
    cr_assert_lt(p.breach_us, p.median_us);
    f.expected[KIT_ERROR].truth[0] = 0.02;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_ERROR, &p), 0);
    cr_assert(isinf(p.requests) && p.median_us == SPLIT_NEVER && !p.fits);
}

Test(forecast, a_lenient_judgement_and_clustered_trials_change_the_time)
{
    split_proof_time strict, lenient, clustered;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_EDGE, &strict), 0);
    kit.options.judgement = SPLIT_JUDGEMENT_LENIENT;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_EDGE, &lenient), 0);
    cr_assert_lt(lenient.requests * 5, strict.requests);
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_CACHE, &strict), 0);
    kit.metrics[KIT_CACHE].clustered = true;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, KIT_CACHE, &clustered), 0);
    cr_assert_gt(clustered.requests, strict.requests);
}

Test(forecast, refuses_what_the_planner_cannot_use)
{
    split_proof_time p;
    cr_assert_eq(split_forecast_init((split_forecast *)NULL, &kit.options), SPLIT_ERR_ARG);
    cr_assert_eq(split_forecast_init(&f, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_plan(NULL, &f, 0, 0, &p), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 0, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 3, 0, &p), SPLIT_ERR_INDEX);
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 4, &p), SPLIT_ERR_INDEX);
    f.expected[2].truth[1] = 0.9;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 0, &p), SPLIT_ERR_VALUE,
                 "more over the farther bound");
    begin();
    f.requests_per_s = 0;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 0, &p), SPLIT_ERR_VALUE);
    begin();
    f.size = 0;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 0, &p), SPLIT_ERR_STRUCT);
    begin();
    kit.options.n_metrics = 33;
    cr_assert_eq(split_rollout_plan(&kit.options, &f, 0, 0, &p), SPLIT_ERR_LIMIT);
}

static split_simulation
simulate(uint64_t seed, int64_t runs)
{
    split_simulation s;
    const size_t bytes = split_rollout_simulate_size(&kit.options, runs);
    cr_assert_gt(bytes, 0u);
    void *mem = malloc(bytes);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, seed, runs, mem, bytes, &s), 0);
    free(mem);
    return s;
}

static void
short_phases(void)
{
    for (int i = 0; i < 3; i++)
        kit.phases[i].bake_us = KIT_HOUR_US / 2;
}

Test(forecast, a_healthy_service_is_promoted_and_the_same_seed_gives_the_same_result)
{
    short_phases();
    f.requests_per_s = 100;
    const split_simulation a = simulate(7, 20), b = simulate(7, 20);
    cr_assert_eq(a.completed, 20);
    cr_assert_eq(a.rolled_back + a.undecided, 0);
    cr_assert_eq(a.reached[2], 20);
    cr_assert_eq(a.left[0], 20);
    cr_assert_geq(a.median_us[0], KIT_HOUR_US / 2);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(a.median_us[i], b.median_us[i]);
    cr_assert_eq(a.median_back_us, -1);
}

Test(forecast, a_broken_service_is_rolled_back_within_minutes)
{
    short_phases();
    f.requests_per_s = 100;
    for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
        f.expected[KIT_ERROR].truth[b] = 0.2;
    const split_simulation s = simulate(8, 20);
    cr_assert_eq(s.rolled_back, 20);
    cr_assert_eq(s.back[0], 20);
    cr_assert_leq(s.median_back_us, 180000000);
}

Test(forecast, a_proof_that_does_not_fit_leaves_the_run_undecided)
{
    short_phases();
    f.requests_per_s = 2;
    f.max_windows = 60;
    cr_assert_eq(simulate(9, 10).undecided, 10);
}

Test(forecast, refuses_runs_and_memory_out_of_range)
{
    static double mem[65536];
    split_simulation s;
    cr_assert_eq(split_rollout_simulate_size(&kit.options, 0), 0u);
    cr_assert_eq(split_rollout_simulate_size(NULL, 10), 0u);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 0, mem, sizeof mem, &s),
                 SPLIT_ERR_VALUE);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 100001, mem, sizeof mem, &s),
                 SPLIT_ERR_VALUE);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 1, mem, 100, &s),
                 SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 1, (char *)mem + 4, 60000, &s),
                 SPLIT_ERR_ALIGN);
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 1, mem, sizeof mem, NULL),
                 SPLIT_ERR_ARG);
    kit.phases[0].percent_e6 = 0;
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 1, mem, sizeof mem, &s),
                 SPLIT_ERR_VALUE);
    f.size = 0;
    cr_assert_eq(split_rollout_simulate(&kit.options, &f, 1, 1, mem, sizeof mem, &s),
                 SPLIT_ERR_STRUCT);
}
