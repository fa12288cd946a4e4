/* SPDX-License-Identifier: MIT */
/* Life cycle, errors, operator's actions and sentences of a rollout (design/verdicts.md R1, R2,
 * R17, R20). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counting_alloc.h"
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

TestSuite(rollout, .init = begin, .fini = end);

Test(rollout, every_text_is_the_one_of_the_documents)
{
    cr_assert_str_eq(split_judgement_name(SPLIT_JUDGEMENT_LENIENT), "lenient");
    cr_assert_str_eq(split_verdict_name(SPLIT_VERDICT_COMPLIANCE), "compliance-proven");
    cr_assert_str_eq(split_decision_name(SPLIT_DECISION_ROLLBACK), "ROLLBACK");
    cr_assert_str_eq(split_reason_name(SPLIT_REASON_LOST_OUTCOMES), "lost-outcomes");
    cr_assert_str_eq(split_action_name(SPLIT_ACTION_SKIP_WAIT), "skip-wait");
    cr_assert_str_eq(split_judgement_name(SPLIT_JUDGEMENT_COUNT), "?");
    cr_assert_str_eq(split_verdict_name(SPLIT_VERDICT_COUNT), "?");
    cr_assert_str_eq(split_decision_name(SPLIT_DECISION_COUNT), "?");
    cr_assert_str_eq(split_reason_name(SPLIT_REASON_COUNT), "?");
    cr_assert_str_eq(split_action_name(SPLIT_ACTION_COUNT), "?");
}

Test(rollout, starts_in_the_first_phase)
{
    cr_assert_eq(split_rollout_phase(kit.ro), 0u);
    cr_assert_eq(split_rollout_percent_e6(kit.ro), 10000000);
    cr_assert(!split_rollout_has_ended(kit.ro));
    cr_assert(!split_rollout_is_paused(kit.ro));
    cr_assert_eq(split_rollout_metrics(kit.ro), 4u);
    cr_assert_str_eq(split_rollout_metric(kit.ro, KIT_CACHE)->name, "cache_hit");
    cr_assert_null(split_rollout_metric(kit.ro, 4));
}

static void
refused(int err, int64_t impossible, int64_t duplicate, int64_t late)
{
    const split_rollout_refused r = split_rollout_refusals(kit.ro);
    cr_assert_eq(r.impossible, impossible, "after %s", split_errname(err));
    cr_assert_eq(r.duplicate, duplicate);
    cr_assert_eq(r.late, late);
}

Test(rollout, refuses_impossible_double_and_late_windows_and_counts_them)
{
    kit_run(&kit, 3, 600);
    const split_rollout_decision before = kit.d;
    kit_healthy(&kit, 600);
    kit.w.arm.counts[SPLIT_COUNTER_ERROR] = 601;
    cr_assert_eq(kit_step(&kit), SPLIT_ERR_WINDOW);
    kit.id = 3;
    refused(SPLIT_ERR_WINDOW, 1, 0, 0);
    kit_healthy(&kit, 600);
    kit.w.arm.counts[SPLIT_COUNTER_SENT] = -1;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_WINDOW);
    kit_healthy(&kit, 600);
    kit.w.share_ppm = 1000001;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_WINDOW);
    kit_healthy(&kit, 600);
    kit_legacy(&kit, 100, 0);
    kit.w.baseline.counts[SPLIT_COUNTER_MISSES] = 101;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_WINDOW);
    kit_healthy(&kit, 600);
    kit.w.id = -4;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_WINDOW);
    refused(SPLIT_ERR_WINDOW, 5, 0, 0);
    kit.w.id = 2;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_DUPLICATE);
    refused(SPLIT_ERR_DUPLICATE, 5, 1, 0);
    kit.w.id = 100;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), 0);
    kit.w.id = 99;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_LATE);
    kit.w.id = 3;
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, &kit.d), SPLIT_ERR_LATE,
                 "too old to be remembered");
    refused(SPLIT_ERR_LATE, 5, 1, 2);
    cr_assert_eq(kit.d.bake_us, before.bake_us + 60000000);
    cr_assert_eq(split_rollout_step(NULL, &kit.w, &kit.d), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_step(kit.ro, NULL, &kit.d), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_step(kit.ro, &kit.w, NULL), SPLIT_ERR_ARG);
}

Test(rollout, an_operator_pauses_and_resumes)
{
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_PAUSE), 0);
    cr_assert(split_rollout_is_paused(kit.ro));
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_RESUME), 0);
    cr_assert(!split_rollout_is_paused(kit.ro));
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_COUNT), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_act(NULL, SPLIT_ACTION_PAUSE), SPLIT_ERR_ARG);
}

Test(rollout, an_advance_is_recorded_as_an_override_with_what_was_not_proven)
{
    kit_healthy(&kit, 600);
    kit_errors(&kit, 600, 6);
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_ADVANCE), 0);
    cr_assert_eq(kit_step(&kit), 0);
    cr_assert_eq(kit.d.decision, SPLIT_DECISION_ADVANCE);
    cr_assert(kit.d.override_used);
    char text[300];
    split_rollout_detail(kit.ro, &kit.d, text, sizeof text);
    cr_assert(strstr(text, "advanced by an operator; not proven: error_rate") != NULL, "%s", text);
}

Test(rollout, a_rollback_asks_for_the_share_of_the_policy)
{
    kit_stop(&kit);
    kit.options.rollback_to_e6 = 5000000;
    kit_start(&kit);
    cr_assert_eq(split_rollout_act(kit.ro, SPLIT_ACTION_ABORT), 0);
    kit_run(&kit, 1, 600);
    cr_assert_eq(kit.d.next_percent_e6, 5000000);
    cr_assert_eq(split_rollout_percent_e6(kit.ro), 5000000);
}

Test(rollout, no_data_for_longer_than_the_patience_raises_the_alert)
{
    for (int i = 1; i <= 11; i++) {
        kit_healthy(&kit, 600);
        split_arm_clear(&kit.w.arm);
        cr_assert_eq(kit_step(&kit), 0);
        cr_assert_eq(kit.d.alert, i >= 10, "window %d", i);
        cr_assert_eq(kit.d.metrics[0].missing, i);
    }
}

Test(rollout, the_whole_state_may_be_copied)
{
    const size_t size = split_rollout_size(&kit.options);
    split_rollout *copy = malloc(size);
    split_rollout_decision d;
    kit_run(&kit, 50, 600);
    memcpy(copy, kit.ro, size);
    for (int i = 0; i < 200; i++) {
        kit_healthy(&kit, 600);
        kit_errors(&kit, 600, i % 9);
        memset(&d, 0, sizeof d);
        memset(&kit.d, 0, sizeof kit.d);
        cr_assert_eq(split_rollout_step(copy, &kit.w, &d), 0);
        cr_assert_eq(kit_step(&kit), 0);
        cr_assert_eq(memcmp(&d, &kit.d, sizeof d), 0, "window %d", i);
    }
    free(copy);
}

static int
start_error(void)
{
    split_rollout *ro = NULL;
    const int err = split_rollout_new(&kit.options, NULL, &ro);
    split_rollout_free(&ro, NULL);
    cr_assert_eq(err == 0, split_rollout_size(&kit.options) != 0);
    return err;
}

Test(rollout, refuses_numbers_of_metrics_and_phases)
{
    kit.options.n_metrics = 0;
    cr_assert_eq(start_error(), SPLIT_ERR_LIMIT);
    kit.options.n_metrics = 33;
    cr_assert_eq(start_error(), SPLIT_ERR_LIMIT);
    kit.options.n_metrics = 4;
    kit.options.n_phases = 0;
    cr_assert_eq(start_error(), SPLIT_ERR_LIMIT);
    kit.options.n_phases = 33;
    cr_assert_eq(start_error(), SPLIT_ERR_LIMIT);
    kit.options.n_phases = 3;
    kit.options.phases = NULL;
    cr_assert_eq(start_error(), SPLIT_ERR_ARG);
}

Test(rollout, refuses_phases_that_do_not_rise)
{
    kit.phases[1].percent_e6 = 10000000;
    cr_assert_eq(start_error(), SPLIT_ERR_VALUE);
    kit.phases[1].percent_e6 = 50000000;
    kit.phases[2].percent_e6 = 100000001;
    cr_assert_eq(start_error(), SPLIT_ERR_VALUE);
    kit.phases[2].percent_e6 = 100000000;
    kit.phases[2].bake_us = -1;
    cr_assert_eq(start_error(), SPLIT_ERR_VALUE);
}

#define REFUSES(member, bad)                                                                       \
    do {                                                                                           \
        const split_rollout_options saved = kit.options;                                           \
        kit.options.member = bad;                                                                  \
        cr_expect_eq(start_error(), SPLIT_ERR_VALUE, #member);                                     \
        kit.options = saved;                                                                       \
    } while (0)

Test(rollout, refuses_values_out_of_range)
{
    REFUSES(window_us, 0);
    REFUSES(window_us, INT64_C(86400000001));
    REFUSES(judgement, SPLIT_JUDGEMENT_COUNT);
    REFUSES(alpha, 0.0);
    REFUSES(alpha, NAN);
    REFUSES(gate_alpha, 1.0);
    REFUSES(min_sample, 0);
    REFUSES(relative, 0.9);
    REFUSES(no_data_patience_us, -1);
    REFUSES(warning_patience_us, -1);
    REFUSES(rollback_to_e6, -1);
    cr_assert_eq(start_error(), 0);
}

Test(rollout, refuses_faulty_and_double_metrics)
{
    strcpy(kit.metrics[1].name, "error_rate");
    cr_assert_eq(start_error(), SPLIT_ERR_NAME);
    strcpy(kit.metrics[1].name, "p95");
    kit.metrics[1].critical.value = 100000;
    cr_assert_eq(start_error(), SPLIT_ERR_BOUNDS);
}

Test(rollout, refuses_memory_and_structs_that_do_not_fit)
{
    static double mem[16384];
    split_rollout *ro = NULL;
    cr_assert_leq(split_rollout_size(&kit.options), sizeof mem);
    cr_assert_eq(split_rollout_init(mem, sizeof mem, &kit.options, &ro), 0);
    cr_assert_eq(split_rollout_init(mem, 64, &kit.options, &ro), SPLIT_ERR_MEMORY_SIZE);
    cr_assert_eq(split_rollout_init((char *)mem + 4, sizeof mem - 4, &kit.options, &ro),
                 SPLIT_ERR_ALIGN);
    cr_assert_eq(split_rollout_init(mem, sizeof mem, &kit.options, NULL), SPLIT_ERR_ARG);
    cr_assert_eq(split_rollout_init(mem, sizeof mem, NULL, &ro), SPLIT_ERR_ARG);
    kit.options.size = 0;
    cr_assert_eq(split_rollout_init(mem, sizeof mem, &kit.options, &ro), SPLIT_ERR_STRUCT);
    struct {
        split_rollout_options options;
        double unknown;
    } newer = {kit.options, 1.0};
    newer.options.size = sizeof newer;
    cr_assert_eq(split_rollout_init(mem, sizeof mem, &newer.options, &ro), SPLIT_ERR_NEWER);
    cr_assert_eq(split_rollout_new(&kit.options, NULL, NULL), SPLIT_ERR_STRUCT);
}

Test(rollout, gives_its_memory_back)
{
    counting_alloc c;
    counting_alloc_init(&c);
    split_rollout *ro = NULL;
    cr_assert_eq(split_rollout_new(&kit.options, &c.alloc, &ro), 0);
    split_rollout_free(&ro, &c.alloc);
    cr_assert_null(ro);
    split_rollout_free(NULL, &c.alloc);
    cr_assert_eq(c.n_live, 0u);
    c.fail_at = c.n_calls + 1;
    cr_assert_eq(split_rollout_new(&kit.options, &c.alloc, &ro), SPLIT_ERR_NOMEM);
}

Test(rollout, a_sentence_is_cut_to_its_room_and_tells_its_length)
{
    char text[8], whole[200];
    kit_run(&kit, 1, 600);
    const size_t len = split_rollout_detail(kit.ro, &kit.d, whole, sizeof whole);
    cr_assert_eq(len, strlen(whole));
    cr_assert_eq(split_rollout_detail(kit.ro, &kit.d, text, sizeof text), len);
    cr_assert_eq(strncmp(text, whole, 7), 0);
    cr_assert_eq(strlen(text), 7u);
    cr_assert_eq(split_rollout_detail(kit.ro, &kit.d, NULL, 0), len);
}
