/* SPDX-License-Identifier: MIT */
/* Evaluate windows of a canary: two bad minutes roll it back, with proof. */
#include <split/rollout.h>

#include <stdio.h>
#include <string.h>

int
main(void)
{
    split_metric metric;
    const split_phase phase = {.percent_e6 = 10000000, .bake_us = 14400000000};
    split_rollout_options options;
    split_rollout *rollout = NULL;
    split_rollout_decision decision;
    char detail[256];

    if (split_metric_init(&metric, SPLIT_METRIC_ERROR) != 0)
        return 1;
    strcpy(metric.name, "error_rate");
    split_rollout_options_init(&options);
    options.metrics = &metric;
    options.n_metrics = 1;
    options.phases = &phase;
    options.n_phases = 1;
    if (split_rollout_new(&options, NULL, &rollout) != 0)
        return 1;
    for (int64_t minute = 1; minute <= 3; minute++) {
        split_window window;
        split_window_init(&window, minute, 0);
        if (split_arm_set(&window.arm, SPLIT_COUNTER_SENT, 60) != 0 ||
            split_arm_set(&window.arm, SPLIT_COUNTER_OUTCOMES, 60) != 0 ||
            split_arm_set(&window.arm, SPLIT_COUNTER_ERROR, minute == 1 ? 0 : 12) != 0 ||
            split_rollout_step(rollout, &window, &decision) != 0)
            return 1;
        split_rollout_detail(rollout, &decision, detail, sizeof detail);
        printf("minute %lld: %s %s: %s\n", (long long)minute,
               split_decision_name(decision.decision), split_rollout_reason(rollout, &decision),
               detail);
    }
    split_rollout_free(&rollout, NULL);
    return 0;
}
