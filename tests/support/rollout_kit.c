/* SPDX-License-Identifier: MIT */
#include "rollout_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(int err, const char *what)
{
    if (err != 0) {
        fprintf(stderr, "%s: %s\n", what, split_errname(err));
        abort();
    }
}

static void
metric(split_metric *m, split_metric_kind kind, const char *name)
{
    must(split_metric_init(m, kind), name);
    strcpy(m->name, name);
}

void
kit_init(rollout_kit *kit)
{
    memset(kit, 0, sizeof *kit);
    metric(&kit->metrics[KIT_ERROR], SPLIT_METRIC_ERROR, "error_rate");
    metric(&kit->metrics[KIT_P95], SPLIT_METRIC_LATENCY, "p95");
    metric(&kit->metrics[KIT_CACHE], SPLIT_METRIC_CACHE, "cache_hit");
    metric(&kit->metrics[KIT_EDGE], SPLIT_METRIC_EDGE_5XX, "edge_5xx");
    kit->phases[0] = (split_phase){10000000, 4 * KIT_HOUR_US};
    kit->phases[1] = (split_phase){50000000, 4 * KIT_HOUR_US};
    kit->phases[2] = (split_phase){100000000, 48 * KIT_HOUR_US};
    split_rollout_options_init(&kit->options);
    kit->options.metrics = kit->metrics;
    kit->options.n_metrics = KIT_METRICS;
    kit->options.phases = kit->phases;
    kit->options.n_phases = 3;
}

void
kit_start(rollout_kit *kit)
{
    must(split_rollout_new(&kit->options, NULL, &kit->ro), "split_rollout_new");
}

void
kit_stop(rollout_kit *kit)
{
    split_rollout_free(&kit->ro, NULL);
}

static void
healthy_arm(split_arm *arm, int64_t n)
{
    split_arm_clear(arm);
    must(split_arm_set(arm, SPLIT_COUNTER_SENT, n), "sent");
    must(split_arm_set(arm, SPLIT_COUNTER_OUTCOMES, n), "outcomes");
    must(split_arm_set(arm, SPLIT_COUNTER_ERROR, 0), "error");
    must(split_arm_set_over(arm, KIT_P95, n / 50, n / 200, 0), "over");
    must(split_arm_set(arm, SPLIT_COUNTER_LOOKUPS, n), "lookups");
    must(split_arm_set(arm, SPLIT_COUNTER_MISSES, n / 20), "misses");
    must(split_arm_set(arm, SPLIT_COUNTER_EDGE_REQUESTS, 10 * n), "edge_requests");
    must(split_arm_set(arm, SPLIT_COUNTER_EDGE_5XX, 0), "edge_5xx");
}

void
kit_healthy(rollout_kit *kit, int64_t n)
{
    split_window_init(&kit->w, kit->id + 1, (kit->id + 1) * 60000000);
    healthy_arm(&kit->w.arm, n);
}

void
kit_errors(rollout_kit *kit, int64_t n, int64_t bad)
{
    must(split_arm_set(&kit->w.arm, SPLIT_COUNTER_SENT, n), "sent");
    must(split_arm_set(&kit->w.arm, SPLIT_COUNTER_OUTCOMES, n), "outcomes");
    must(split_arm_set(&kit->w.arm, SPLIT_COUNTER_ERROR, bad), "error");
}

void
kit_legacy(rollout_kit *kit, int64_t n, int64_t bad)
{
    kit->w.has_baseline = true;
    healthy_arm(&kit->w.baseline, n);
    must(split_arm_set(&kit->w.baseline, SPLIT_COUNTER_ERROR, bad), "error");
}

int
kit_step(rollout_kit *kit)
{
    kit->id = kit->w.id > kit->id ? kit->w.id : kit->id;
    return split_rollout_step(kit->ro, &kit->w, &kit->d);
}

void
kit_run(rollout_kit *kit, int times, int64_t n)
{
    for (int i = 0; i < times; i++) {
        kit_healthy(kit, n);
        must(kit_step(kit), "split_rollout_step");
    }
}
