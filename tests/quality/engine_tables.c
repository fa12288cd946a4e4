/* SPDX-License-Identifier: MIT */
/* Tables C and F, and the whole engine on four healthy metrics: decisions of split_rollout_step. */
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "quality.h"

#define HOURS4 240

typedef struct engine {
    alignas(8) unsigned char mem[65536];
    split_metric metrics[4];
    split_phase phase;
    split_rollout_options o;
    split_rollout *ro;
    split_window w;
    split_rollout_decision d;
    int64_t id;
} engine;

static void
define(split_metric *m, split_metric_kind kind, const char *name)
{
    quality_must(split_metric_init(m, kind));
    strcpy(m->name, name);
}

/* One phase of four hours at 10 %. */
static void
open_engine(engine *e, uint32_t n_metrics)
{
    define(&e->metrics[0], SPLIT_METRIC_ERROR, "error");
    define(&e->metrics[1], SPLIT_METRIC_LATENCY, "p95");
    define(&e->metrics[2], SPLIT_METRIC_CACHE, "cache");
    define(&e->metrics[3], SPLIT_METRIC_EDGE_5XX, "edge");
    e->phase = (split_phase){10000000, INT64_C(14400000000)};
    split_rollout_options_init(&e->o);
    e->o.metrics = e->metrics;
    e->o.n_metrics = n_metrics;
    e->o.phases = &e->phase;
    e->o.n_phases = 1;
    e->id = 0;
    quality_must(split_rollout_init(e->mem, sizeof e->mem, &e->o, &e->ro));
}

static void
set_arm(split_arm *arm, int64_t n, int64_t bad)
{
    quality_must(split_arm_set(arm, SPLIT_COUNTER_SENT, n));
    quality_must(split_arm_set(arm, SPLIT_COUNTER_OUTCOMES, n));
    quality_must(split_arm_set(arm, SPLIT_COUNTER_ERROR, bad));
}

static split_decision
step_engine(engine *e)
{
    quality_must(split_rollout_step(e->ro, &e->w, &e->d));
    return e->d.decision;
}

typedef struct gate_counts {
    int at_4h, by_24h, proven, warned, hold_4h, back;
} gate_counts;

/* The error metric alone; `rps` is the traffic of the new system. */
static void
one_gate(quality *q, double truth, double rps, int hours, gate_counts *g)
{
    engine e;
    bool warned = false, proven = false;
    open_engine(&e, 1);
    for (int k = 1; k <= hours * 60; k++) {
        const int64_t n = (int64_t)(60 * rps);
        split_window_init(&e.w, k, 0);
        set_arm(&e.w.arm, n, split__rng_binomial(&q->rng, n, truth));
        const split_decision d = step_engine(&e);
        warned = warned || (k <= HOURS4 && e.d.metrics[0].warning_latched);
        proven = proven || (k <= HOURS4 && e.d.metrics[0].ln_compliance >= e.d.gate_bound);
        if (k == HOURS4) {
            g->proven += proven;
            g->warned += warned;
            g->hold_4h += d == SPLIT_DECISION_HOLD && !warned;
        }
        if (d == SPLIT_DECISION_COMPLETE) {
            g->at_4h += k == HOURS4;
            g->by_24h++;
            return;
        }
        if (d == SPLIT_DECISION_ROLLBACK) {
            g->back++;
            return;
        }
    }
}

void
quality_gate(quality *q)
{
    static const struct {
        double truth, rps;
    } cases[] = {{0.005, 1},   {0.008, 1}, {0.008, 10}, {0.0095, 10}, {0.0105, 1},
                 {0.0105, 10}, {0.011, 1}, {0.013, 1},  {0.013, 10},  {0.013, 100},
                 {0.02, 1},    {0.02, 10}, {0.02, 100}};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        gate_counts g = {0};
        /* Short runs look at the four hours only. */
        const int hours = q->runs >= 1000 ? 24 : 4;
        for (int run = 0; run < q->runs; run++)
            one_gate(q, cases[c].truth, cases[c].rps, hours, &g);
        char name[64];
        snprintf(name, sizeof name, "truth %g%%", cases[c].truth * 100);
        const double each = 100.0 / q->runs;
        quality_row("C", name, cases[c].rps, "promoted at 4 h %", each * g.at_4h);
        quality_row("C", name, cases[c].rps, "proven at some time in 4 h %", each * g.proven);
        if (hours == 24)
            quality_row("C", name, cases[c].rps, "promoted by 24 h %", each * g.by_24h);
        quality_row("C", name, cases[c].rps, "hold at 4 h %", each * g.hold_4h);
        quality_row("C", name, cases[c].rps, "warning proven %", each * g.warned);
        quality_row("C", name, cases[c].rps, "rolled back %", each * g.back);
    }
}

/* F: both systems at 8 % for ten minutes after an hour, then an hour more. */
void
quality_incident(quality *q)
{
    for (int rps = 10; rps <= 1000; rps *= 10) {
        int back = 0, shared = 0, worse = 0;
        for (int run = 0; run < q->runs; run++) {
            engine e;
            bool saw = false, label = false;
            open_engine(&e, 1);
            for (int k = 1; k <= 130; k++) {
                const double truth = k > 60 && k <= 70 ? 0.08 : 0.008;
                const int64_t all = 60 * rps, own = split__rng_binomial(&q->rng, all, 0.1);
                split_window_init(&e.w, k, 0);
                set_arm(&e.w.arm, own, split__rng_binomial(&q->rng, own, truth));
                set_arm(&e.w.baseline, all - own, split__rng_binomial(&q->rng, all - own, truth));
                e.w.has_baseline = true;
                const split_decision d = step_engine(&e);
                saw = saw || e.d.reason == SPLIT_REASON_SHARED_INCIDENT;
                label = label || e.d.metrics[0].ln_relative >= e.d.breach_bound;
                if (d == SPLIT_DECISION_ROLLBACK) {
                    back++;
                    break;
                }
            }
            shared += saw;
            worse += label;
        }
        quality_row("F", "both 8% for 10 min", rps, "rolled back %", 100.0 * back / q->runs);
        quality_row("F", "both 8% for 10 min", rps, "held as shared incident %",
                    100.0 * shared / q->runs);
        quality_row("F", "both 8% for 10 min", rps, "label alarm %", 100.0 * worse / q->runs);
    }
}

static void
draw_healthy(quality *q, engine *e, int64_t n, double error)
{
    const int64_t over = split__rng_binomial(&q->rng, n, 0.03),
                  farther = split__rng_binomial(&q->rng, over, 0.3);
    set_arm(&e->w.arm, n, split__rng_binomial(&q->rng, n, error));
    quality_must(split_arm_set_over(&e->w.arm, 1, over, farther,
                                    split__rng_binomial(&q->rng, farther, 0.3)));
    quality_must(split_arm_set(&e->w.arm, SPLIT_COUNTER_LOOKUPS, n));
    quality_must(
        split_arm_set(&e->w.arm, SPLIT_COUNTER_MISSES, split__rng_binomial(&q->rng, n, 0.10)));
    quality_must(split_arm_set(&e->w.arm, SPLIT_COUNTER_EDGE_REQUESTS, n));
    quality_must(
        split_arm_set(&e->w.arm, SPLIT_COUNTER_EDGE_5XX, split__rng_binomial(&q->rng, n, 0.0003)));
}

/* Four healthy metrics for 24 h: how often is it rolled back, and when does a 20 % fault after 2 h
 * roll it back? */
void
quality_engine(quality *q)
{
    for (int r = 0; r < 3; r++) {
        const double rps = r == 0 ? 1 : r == 1 ? 10 : 100;
        static double minutes[100000];
        int back = 0, warned = 0, caught = 0;
        const int runs = q->runs < 100000 ? q->runs : 100000;
        for (int run = 0; run < 2 * runs; run++) {
            const bool broken = run >= runs;
            engine e;
            bool warning = false;
            open_engine(&e, 4);
            for (int k = 1; k <= HOURS4; k++) {
                split_window_init(&e.w, k, 0);
                draw_healthy(q, &e, (int64_t)(60 * rps), broken && k > 120 ? 0.2 : 0.008);
                const split_decision d = step_engine(&e);
                warning = warning || e.d.metrics[0].warning_latched;
                if (d == SPLIT_DECISION_ROLLBACK && broken && k > 120)
                    minutes[caught++] = k - 120;
                else if (d == SPLIT_DECISION_ROLLBACK)
                    back++;
                if (d != SPLIT_DECISION_HOLD)
                    break;
            }
            warned += warning && !broken;
        }
        quality_row("E", "healthy 0.8%", rps, "rolled back %", 50.0 * back / runs);
        quality_row("E", "healthy 0.8%", rps, "warning proven %", 100.0 * warned / runs);
        quality_row("E", "20% after 2 h", rps, "rolled back %", 100.0 * caught / runs);
        quality_row("E", "20% after 2 h", rps, "median minutes",
                    quality_rank(minutes, caught, 500));
        quality_row("E", "20% after 2 h", rps, "p95 minutes", quality_rank(minutes, caught, 950));
    }
}
