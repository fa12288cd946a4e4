/* SPDX-License-Identifier: MIT */
/* Cost of counting a request and of judging a window. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/split.h"

#define N_LATENCIES 4096

static split_us latencies[N_LATENCIES];
static split_metric metrics[4];
static split_phase phase = {10000000, INT64_C(14400000000)};

/* The floor of a record: find the next latency and add to one counter. */
static uint64_t
run_floor(void *ctx, size_t n)
{
    static uint64_t counters[64];
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        counters[(uint64_t)latencies[i % N_LATENCIES] % 64]++;
    return counters[7];
}

static uint64_t
run_record(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        split_histogram_record(ctx, latencies[i % N_LATENCIES]);
    return (uint64_t)split_histogram_at_least(ctx, 200000);
}

static uint64_t
run_outcome(void *ctx, size_t n)
{
    split_arm arm;
    for (size_t i = 0; i < n; i++)
        split_meter_outcome(ctx, 0, i % 128 == 0, latencies[i % N_LATENCIES]);
    return split_meter_read(ctx, 0, &arm) == 0 ? (uint64_t)arm.counts[SPLIT_COUNTER_ERROR] : 0;
}

static uint64_t
run_note(void *ctx, size_t n)
{
    uint64_t sum = 0;
    split_distinct_reset(ctx);
    for (size_t i = 0; i < n; i++)
        sum += split_distinct_note(ctx, (i % 20000) * 0x9e3779b97f4a7c15u, i % 128 == 0);
    return sum;
}

static uint64_t
run_evidence(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (split_evidence_step(ctx, 600, (int64_t)(i % 7)) != 0)
            return 0;
    return (uint64_t)split_evidence_windows(ctx);
}

static uint64_t
run_level(void *ctx, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const split_metric_counts c = {
            true, 600, {(int64_t)(i % 64), (int64_t)(i % 64), (int64_t)(i % 64)}};
        sum += split_threshold_level(ctx, &c, 30);
    }
    return sum;
}

static int64_t next_id;

static uint64_t
run_step(void *ctx, size_t n)
{
    split_rollout_decision d = {0};
    for (size_t i = 0; i < n; i++) {
        split_window w;
        split_window_init(&w, ++next_id, 0);
        if (split_arm_set(&w.arm, SPLIT_COUNTER_SENT, 600) +
                split_arm_set(&w.arm, SPLIT_COUNTER_OUTCOMES, 600) +
                split_arm_set(&w.arm, SPLIT_COUNTER_ERROR, (int64_t)(i % 3)) +
                split_arm_set_over(&w.arm, 1, 12, 3, 0) +
                split_arm_set(&w.arm, SPLIT_COUNTER_LOOKUPS, 600) +
                split_arm_set(&w.arm, SPLIT_COUNTER_MISSES, 60) +
                split_arm_set(&w.arm, SPLIT_COUNTER_EDGE_REQUESTS, 600) +
                split_arm_set(&w.arm, SPLIT_COUNTER_EDGE_5XX, 0) !=
            0)
            return 0;
        w.has_baseline = true;
        w.baseline = w.arm;
        w.share_ppm = 500000;
        if (split_rollout_step(ctx, &w, &d) != 0)
            return 0;
    }
    return (uint64_t)d.id;
}

static bench_way ways[] = {
    {.name = "one counter (floor)", .run = run_floor},
    {.name = "histogram record", .run = run_record, .limit = 3},
    {.name = "meter outcome, 1 latency metric", .run = run_outcome},
    {.name = "distinct user", .run = run_note},
    {.name = "level of a window", .run = run_level},
    {.name = "evidence, one window, restarts", .run = run_evidence},
    {.name = "evidence, one window, no restarts", .run = run_evidence},
    {.name = "rollout step, 4 metrics, 2 arms", .run = run_step},
};
#define N_WAYS (sizeof ways / sizeof ways[0])

static int
make_metrics(void)
{
    static const split_metric_kind kinds[] = {SPLIT_METRIC_ERROR, SPLIT_METRIC_LATENCY,
                                              SPLIT_METRIC_CACHE, SPLIT_METRIC_EDGE_5XX};
    for (int i = 0; i < 4; i++) {
        if (split_metric_init(&metrics[i], kinds[i]) != 0)
            return -1;
        snprintf(metrics[i].name, sizeof metrics[i].name, "m%d", i);
    }
    /* Latencies around 100 ms, spread over two octaves as real ones are. */
    uint64_t state = 1;
    for (int i = 0; i < N_LATENCIES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        latencies[i] = (split_us)(20000 + (state >> 45));
    }
    return 0;
}

static int
make_counters(void)
{
    static const split_us edges[] = {200000, 300001, 500001};
    split_histogram_options h;
    split_meter_options m;
    split_distinct_options d;
    split_histogram_options_init(&h);
    split_meter_options_init(&m);
    split_distinct_options_init(&d);
    h.edges_us = edges;
    h.n_edges = 3;
    m.metrics = metrics;
    m.n_metrics = 4;
    return split_histogram_new(&h, NULL, (split_histogram **)&ways[1].ctx) |
           split_meter_new(&m, NULL, (split_meter **)&ways[2].ctx) |
           split_distinct_new(&d, NULL, (split_distinct **)&ways[3].ctx);
}

static int
make_judges(void)
{
    split_evidence_options e;
    split_rollout_options r;
    split_evidence_options_init(&e);
    split_rollout_options_init(&r);
    r.metrics = metrics;
    r.n_metrics = 4;
    r.phases = &phase;
    r.n_phases = 1;
    phase.bake_us = SPLIT_COUNT_MAX;
    ways[4].ctx = &metrics[0];
    int err = split_evidence_new(&e, NULL, (split_evidence **)&ways[5].ctx);
    e.restarts = false;
    e.side = SPLIT_EVIDENCE_BELOW;
    return err | split_evidence_new(&e, NULL, (split_evidence **)&ways[6].ctx) |
           split_rollout_new(&r, NULL, (split_rollout **)&ways[7].ctx);
}

int
main(void)
{
    if (make_metrics() != 0 || make_counters() != 0 || make_judges() != 0)
        return 2;
    bench_run(ways, N_WAYS, 20000);
    return bench_print(ways, N_WAYS) > 0;
}
