/* SPDX-License-Identifier: MIT */
/* Whole rollouts through the real engine, with random traffic from a seed (design/verdicts.md
 * R21). */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/memory.h"
#include "core/rollout/forecast_check.h"
#include "core/rollout/sample.h"

#define RUNS_MAX 100000

typedef struct sim {
    const split_rollout_options *opt;
    const split_forecast *f;
    split__rng rng;
    double carry; /* part of a request that the last window left */
    split_rollout *ro;
    size_t ro_bytes;
    int64_t max_windows;
    int64_t *times; /* [phase][run] time in windows of the runs that left it, then the time to
                       rollback */
    int64_t runs;
} sim;

static size_t
sim_ro_bytes(const split_rollout_options *options)
{
    return (split_rollout_size(options) + 7) / 8 * 8;
}

size_t
split_rollout_simulate_size(const split_rollout_options *options, int64_t runs)
{
    if (options == NULL || runs < 1 || runs > RUNS_MAX || split_rollout_size(options) == 0)
        return 0;
    return sim_ro_bytes(options) + (size_t)runs * (options->n_phases + 1) * sizeof(int64_t);
}

/* Events over the three bounds, nested as the bounds are. */
static void
draw_bad(sim *s, const double *truth, int64_t n, int64_t *bad)
{
    bad[0] = split__rng_binomial(&s->rng, n, truth[0]);
    for (int b = 1; b < SPLIT_BOUND_COUNT; b++)
        bad[b] = truth[b - 1] > 0.0
                     ? split__rng_binomial(&s->rng, bad[b - 1], truth[b] / truth[b - 1])
                     : 0;
}

static int
set_pair(split_arm *arm, split_counter n_counter, int64_t n, split_counter bad_counter, int64_t bad)
{
    const int err = split_arm_set(arm, n_counter, n);
    return err == SPLIT_OK ? split_arm_set(arm, bad_counter, bad) : err;
}

static int
set_metric(split_arm *arm, const split_metric *m, uint32_t index, int64_t trials,
           const int64_t *bad)
{
    const split_metric_kind_info *kind = split_metric_kind_get((int)m->kind);
    switch (kind->form) {
    case SPLIT_METRIC_FORM_COUNTERS:
        return set_pair(arm, kind->n, trials, kind->bad, bad[0]);
    case SPLIT_METRIC_FORM_OVER:
        return split_arm_set_over(arm, index, bad[0], bad[1], bad[2]);
    default:
        return split_arm_set_ratio(arm, index, bad[0], trials);
    }
}

/* Whether the metric has one trial for each outcome. */
static bool
is_once(const split_metric *m)
{
    const split_metric_kind_info *kind = split_metric_kind_get((int)m->kind);
    return kind->n == SPLIT_COUNTER_OUTCOMES && kind->form != SPLIT_METRIC_FORM_OWN;
}

/* What an arm reports of `requests` requests; errors and latencies have one trial each. */
static int
draw_arm(sim *s, bool baseline, int64_t requests, split_arm *arm)
{
    int err = set_pair(arm, SPLIT_COUNTER_SENT, requests, SPLIT_COUNTER_OUTCOMES, requests);
    for (uint32_t i = 0; i < s->opt->n_metrics && err == SPLIT_OK; i++) {
        const split_metric *m = &s->opt->metrics[i];
        const split_expectation *e = &s->f->expected[i];
        const double legacy[SPLIT_BOUND_COUNT] = {e->baseline, e->baseline, e->baseline};
        const bool once = is_once(m);
        if (!(e->trials_per_request > 0.0))
            continue;
        const int64_t trials =
            once ? requests : (int64_t)((double)requests * e->trials_per_request + 0.5);
        int64_t bad[SPLIT_BOUND_COUNT];
        draw_bad(s, baseline ? legacy : e->truth, trials, bad);
        err = set_metric(arm, m, i, trials, bad);
    }
    return err;
}

static int
draw_window(sim *s, int64_t id, split_window *w)
{
    const double share = (double)split_rollout_percent_e6(s->ro) / SPLIT_PERCENT_ALL_E6;
    const double due = s->f->requests_per_s * (double)s->opt->window_us / 1e6 + s->carry;
    const int64_t all = (int64_t)due;
    const int64_t own = split__rng_binomial(&s->rng, all, share);
    s->carry = due - (double)all;
    split_window_init(w, id, 0);
    int err = draw_arm(s, false, own, &w->arm);
    w->has_baseline = s->f->has_baseline && share < 1.0;
    if (err == SPLIT_OK && w->has_baseline)
        err = draw_arm(s, true, all - own, &w->baseline);
    return err;
}

/* Windows with which a phase may end at the earliest. */
static int64_t
sim_bake_windows(const split_rollout_options *o, uint32_t phase)
{
    const int64_t n =
        o->phases[phase].bake_us / o->window_us + (o->phases[phase].bake_us % o->window_us != 0);
    return n < 1 ? 1 : n;
}

static void
note_left(sim *s, split_simulation *out, uint32_t phase, int64_t windows)
{
    s->times[(int64_t)phase * s->runs + out->left[phase]] = windows;
    out->left[phase]++;
    out->in_bake[phase] += windows == sim_bake_windows(s->opt, phase);
}

static int
one_run(sim *s, split_simulation *out)
{
    int err = split_rollout_init(s->ro, s->ro_bytes, s->opt, &s->ro);
    int64_t began = 0;
    out->reached[0]++;
    s->carry = 0.0;
    for (int64_t k = 1; k <= s->max_windows && err == SPLIT_OK; k++) {
        split_window w;
        split_rollout_decision d;
        err = draw_window(s, k, &w);
        if (err == SPLIT_OK)
            err = split_rollout_step(s->ro, &w, &d);
        if (err != SPLIT_OK || d.decision == SPLIT_DECISION_HOLD)
            continue;
        if (d.decision == SPLIT_DECISION_ROLLBACK) {
            s->times[(int64_t)s->opt->n_phases * s->runs + out->rolled_back++] = k;
            out->back[d.phase]++;
            return SPLIT_OK;
        }
        note_left(s, out, d.phase, k - began);
        began = k;
        if (d.decision == SPLIT_DECISION_COMPLETE) {
            out->completed++;
            return SPLIT_OK;
        }
        out->reached[d.next_phase]++;
    }
    out->undecided++;
    return err;
}

/* Shell's sort: short, in place, fast enough for a report. */
static void
sort_times(int64_t *v, int64_t n)
{
    for (int64_t gap = n / 2; gap > 0; gap /= 2)
        for (int64_t i = gap; i < n; i++) {
            const int64_t x = v[i];
            int64_t j = i;
            for (; j >= gap && v[j - gap] > x; j -= gap)
                v[j] = v[j - gap];
            v[j] = x;
        }
}

/* By nearest rank, in time; -1 of nothing. */
static split_us
time_at(const sim *s, int64_t row, int64_t n, int64_t permille)
{
    if (n == 0)
        return -1;
    const int64_t rank = (n * permille + 999) / 1000;
    return s->times[row * s->runs + (rank < 1 ? 1 : rank) - 1] * s->opt->window_us;
}

static void
sum_up(sim *s, split_simulation *out)
{
    for (uint32_t p = 0; p < s->opt->n_phases; p++) {
        sort_times(s->times + (int64_t)p * s->runs, out->left[p]);
        out->median_us[p] = time_at(s, p, out->left[p], 500);
        out->p95_us[p] = time_at(s, p, out->left[p], 950);
    }
    sort_times(s->times + (int64_t)s->opt->n_phases * s->runs, out->rolled_back);
    out->median_back_us = time_at(s, s->opt->n_phases, out->rolled_back, 500);
}

static int64_t
default_windows(const split_rollout_options *o)
{
    int64_t sum = 0;
    for (uint32_t p = 0; p < o->n_phases; p++)
        sum += sim_bake_windows(o, p) < 100000 ? 3 * sim_bake_windows(o, p) + 1440 : 1000000;
    return sum < 1000000 ? sum : 1000000;
}

int
split_rollout_simulate(const split_rollout_options *options, const split_forecast *forecast,
                       uint64_t seed, int64_t runs, void *mem, size_t mem_bytes,
                       split_simulation *out)
{
    split_rollout_options own;
    split_forecast f;
    int err = split__forecast_take(&own, options, &f, forecast);
    if (err == SPLIT_OK && out == NULL)
        err = SPLIT_ERR_ARG;
    if (err == SPLIT_OK && (runs < 1 || runs > RUNS_MAX))
        err = SPLIT_ERR_VALUE;
    if (err != SPLIT_OK)
        return err;
    sim s = {.opt = &own, .f = &f, .rng = {seed}, .ro_bytes = sim_ro_bytes(&own), .runs = runs};
    split_simulation sum = {.runs = runs};
    if (s.ro_bytes == 0) /* let init say what is wrong with the options */
        return split_rollout_init(mem, mem_bytes, &own, &s.ro);
    err = split__memory_check(mem, mem_bytes, split_rollout_simulate_size(&own, runs));
    if (err != SPLIT_OK)
        return err;
    s.ro = mem;
    s.times = (int64_t *)(void *)((unsigned char *)mem + s.ro_bytes);
    s.max_windows = f.max_windows > 0 ? f.max_windows : default_windows(&own);
    for (int64_t i = 0; i < runs && err == SPLIT_OK; i++)
        err = one_run(&s, &sum);
    if (err != SPLIT_OK)
        return err;
    sum_up(&s, &sum);
    *out = sum;
    return SPLIT_OK;
}
