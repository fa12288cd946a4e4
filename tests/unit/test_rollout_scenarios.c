/* SPDX-License-Identifier: MIT */
/* Decisions on the usual policy: what a person would check by hand (design/verdicts.md section 3). */
#include <criterion/criterion.h>
#include <math.h>

#include "rollout_kit.h"

static rollout_kit kit;

static void
begin(void)
{
    kit_init(&kit);
    kit_start(&kit);
}

static void
end(void)
{
    kit_stop(&kit);
}

TestSuite(rollout_scenarios, .init = begin, .fini = end);

#define ASSERT_DECISION(want, why)                                                                 \
    do {                                                                                           \
        cr_assert_eq(kit.d.decision, SPLIT_DECISION_##want, "window %d: %s %s", (int)kit.d.id,     \
                     split_decision_name((int)kit.d.decision), split_rollout_reason(kit.ro, &kit.d));   \
        cr_assert_str_eq(split_rollout_reason(kit.ro, &kit.d), why, "window %d", (int)kit.d.id);   \
    } while (0)

/* One window of n requests with bad errors. */
static void
errors(int64_t n, int64_t bad)
{
    kit_healthy(&kit, n);
    kit_errors(&kit, n, bad);
    cr_assert_eq(kit_step(&kit), 0);
}

static const split_metric_decision *
got(int metric)
{
    return &kit.d.metrics[metric];
}

Test(rollout_scenarios, advances_when_the_bake_is_over_and_everything_is_proven)
{
    for (int i = 1; i <= 239; i++) {
        errors(600, 3);
        ASSERT_DECISION(HOLD, "bake");
        cr_assert_eq(got(KIT_ERROR)->verdict == SPLIT_VERDICT_COMPLIANCE, i >= 5, "window %d", i);
        cr_assert_eq(kit.d.bake_us, i * INT64_C(60000000));
    }
    errors(600, 3);
    ASSERT_DECISION(ADVANCE, "");
    cr_assert_float_eq(got(KIT_ERROR)->ln_compliance, 217.18, 0.005);
    cr_assert_eq(kit.d.next_percent_e6, 50000000);
    cr_assert_eq(split_rollout_phase(kit.ro), 1u);
    errors(600, 3);
    cr_assert_eq(kit.d.phase, 1u);
    cr_assert_eq(kit.d.bake_us, 60000000);
}

Test(rollout_scenarios, says_how_many_requests_an_undecided_metric_needs)
{
    for (int i = 0; i < 240; i++) {
        kit_healthy(&kit, 6000);
        kit_errors(&kit, 60, (i + 1) * 115 / 240 - i * 115 / 240);
        cr_assert_eq(split_arm_set_over(&kit.w.arm, KIT_P95, 0, 0, 0), 0);
        cr_assert_eq(kit_step(&kit), 0);
    }
    ASSERT_DECISION(HOLD, "undecided");
    cr_assert_eq(kit.d.reason_metric, KIT_ERROR);
    cr_assert_float_eq(got(KIT_ERROR)->ln_compliance, 1.3073, 0.0001);
    cr_assert_float_eq(got(KIT_ERROR)->proof_trials, 7680, 10);
    cr_assert_eq(got(KIT_ERROR)->proof_us / 60000000, 128);
    char text[200];
    split_rollout_detail(kit.ro, &kit.d, text, sizeof text);
    cr_assert_str_eq(text, "error_rate needs 7,700 more requests, 2.1 h at the present rate; ln "
                           "evidence 1.31 of 3.00");
}

Test(rollout_scenarios, proves_nothing_below_the_sample)
{
    errors(3, 3);
    ASSERT_DECISION(HOLD, "bake");
    cr_assert_float_eq(got(KIT_ERROR)->ln_warning, 7.9069, 0.0001);
    cr_assert_eq(got(KIT_ERROR)->verdict, SPLIT_VERDICT_UNDECIDED);
    cr_assert_eq(got(KIT_ERROR)->level, SPLIT_LEVEL_LOW_SAMPLE);
}

Test(rollout_scenarios, rolls_back_when_a_second_window_confirms)
{
    errors(60, 12);
    ASSERT_DECISION(HOLD, "confirming");
    errors(60, 12);
    ASSERT_DECISION(ROLLBACK, "error_rate");
    cr_assert_float_eq(got(KIT_ERROR)->ln_critical, 14.1299, 0.0001);
    cr_assert_eq(kit.d.next_percent_e6, 0);
    cr_assert(split_rollout_has_ended(kit.ro));
    errors(60, 0);
    ASSERT_DECISION(HOLD, "ended");
}

Test(rollout_scenarios, rolls_back_at_once_when_half_of_a_window_is_bad)
{
    errors(60, 30);
    ASSERT_DECISION(ROLLBACK, "error_rate");
}

Test(rollout_scenarios, restarts_the_bake_after_a_warning_has_ended)
{
    for (int i = 0; i < 60; i++)
        errors(600, 3);
    errors(600, 60);
    ASSERT_DECISION(HOLD, "warning");
    cr_assert_float_eq(got(KIT_ERROR)->ln_warning, 77.5021, 0.0001);
    cr_assert_float_eq(got(KIT_ERROR)->ln_critical, 3.4537, 0.0001);
    cr_assert_eq(got(KIT_ERROR)->level, SPLIT_LEVEL_CRITICAL);
    for (int i = 0; i < 2; i++) {
        errors(600, 3);
        ASSERT_DECISION(HOLD, "warning");
    }
    errors(600, 3);
    ASSERT_DECISION(HOLD, "bake");
    cr_assert(kit.d.bake_restarted);
    cr_assert_eq(kit.d.bake_us, 0);
    for (int i = 0; i < 239; i++)
        errors(600, 3);
    ASSERT_DECISION(HOLD, "bake");
    errors(600, 3);
    ASSERT_DECISION(ADVANCE, "");
    cr_assert_float_eq(kit.d.gate_bound, log(20) + log(1.6449340668482264), 1e-12);
}

Test(rollout_scenarios, holds_on_a_shared_incident_while_the_clock_stands)
{
    for (int i = 0; i < 20; i++) {
        kit_healthy(&kit, 600);
        kit_errors(&kit, 600, 5);
        kit_legacy(&kit, 5400, 43);
        cr_assert_eq(kit_step(&kit), 0);
    }
    split_us before = kit.d.bake_us;
    int shared = 0;
    for (int i = 0; i < 10; i++) {
        kit_healthy(&kit, 600);
        kit_errors(&kit, 600, 48);
        kit_legacy(&kit, 5400, 432);
        cr_assert_eq(kit_step(&kit), 0);
        cr_assert_eq(kit.d.decision, SPLIT_DECISION_HOLD, "window %d", i);
        shared += kit.d.reason == SPLIT_REASON_SHARED_INCIDENT;
        cr_assert_eq(kit.d.bake_us,
                     before + (kit.d.reason == SPLIT_REASON_SHARED_INCIDENT ? 0 : 60000000));
        before = kit.d.bake_us;
    }
    ASSERT_DECISION(HOLD, "shared-incident");
    cr_assert_geq(shared, 5);
    cr_assert_lt(got(KIT_ERROR)->ln_relative, 0.0);
}

Test(rollout_scenarios, rolls_back_when_only_the_new_system_fails)
{
    for (int i = 0; i < 2; i++) {
        kit_healthy(&kit, 600);
        kit_errors(&kit, 600, 120);
        kit_legacy(&kit, 5400, 43);
        cr_assert_eq(kit_step(&kit), 0);
    }
    ASSERT_DECISION(ROLLBACK, "error_rate");
}

Test(rollout_scenarios, holds_when_the_split_is_not_the_one_asked_for)
{
    for (int i = 0; i < 10; i++) {
        kit_healthy(&kit, 660);
        kit_legacy(&kit, 5340, 0);
        cr_assert_eq(kit_step(&kit), 0);
    }
    ASSERT_DECISION(HOLD, "split");
    cr_assert_float_eq(kit.d.ln_split_above, 13.0852, 0.0001);
}

Test(rollout_scenarios, stands_still_without_reports_and_goes_on)
{
    kit_run(&kit, 10, 600);
    const double before = got(KIT_ERROR)->ln_compliance;
    for (int i = 0; i < 3; i++) {
        kit_healthy(&kit, 600);
        split_arm_clear(&kit.w.arm);
        cr_assert_eq(kit_step(&kit), 0);
        cr_assert_str_eq(split_rollout_reason(kit.ro, &kit.d), i < 2 ? "bake" : "no-data");
        cr_assert_eq(kit.d.bake_us, 600000000);
    }
    cr_assert_eq(got(KIT_ERROR)->ln_compliance, before);
    kit_run(&kit, 1, 600);
    ASSERT_DECISION(HOLD, "bake");
    cr_assert_eq(kit.d.bake_us, 660000000);
    cr_assert_gt(got(KIT_ERROR)->ln_compliance, before);
}

Test(rollout_scenarios, finds_a_late_fault_in_a_long_phase)
{
    kit_run(&kit, 240, 600);
    ASSERT_DECISION(ADVANCE, "");
    kit_run(&kit, 240, 600);
    ASSERT_DECISION(ADVANCE, "");
    for (int i = 0; i < 1440; i++)
        errors(600, 4);
    errors(600, 120);
    ASSERT_DECISION(HOLD, "confirming");
    cr_assert_float_eq(got(KIT_ERROR)->ln_critical, 72.3084, 0.0001);
    errors(600, 120);
    ASSERT_DECISION(ROLLBACK, "error_rate");
}

Test(rollout_scenarios, an_abort_comes_before_everything)
{
    kit_run(&kit, 239, 600);
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_ABORT), 0);
    kit_run(&kit, 1, 600);
    ASSERT_DECISION(ROLLBACK, "manual");
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_PAUSE), SPLIT_ERR_MODE);
}
