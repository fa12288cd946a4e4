/* SPDX-License-Identifier: MIT */
/* The planner: time to proof by the formula (design/verdicts.md E9, R21). */
#include <math.h>
#include <string.h>

#include "core/rollout/forecast_check.h"
#include "common/sized.h"

static double
bound_share(const split_metric *m, split_bound_index b)
{
    return (double)split_metric_share_e6(m, b) / SPLIT_PERCENT_ALL_E6;
}

int
split_forecast_init_sized(split_forecast *forecast, size_t size,
                          const split_rollout_options *options)
{
    split_rollout_options o;
    split_forecast own = {.requests_per_s = 10.0, .has_baseline = true};
    const int err = split__sized_take(&o, sizeof o, SPLIT_ROLLOUT_OPTIONS_V1, options);
    if (err != SPLIT_OK)
        return err;
    if (forecast == NULL || o.metrics == NULL || o.n_metrics > SPLIT_METRICS_MAX)
        return SPLIT_ERR_ARG;
    for (uint32_t i = 0; i < o.n_metrics; i++) {
        split_expectation *e = &own.expected[i];
        /* Half the target's share; of a percentile, fewer events lie over the farther bounds. */
        const bool latency = o.metrics[i].kind == SPLIT_METRIC_LATENCY;
        e->truth[0] = bound_share(&o.metrics[i], SPLIT_BOUND_TARGET) / 2.0;
        e->truth[1] = latency ? e->truth[0] / 4.0 : e->truth[0];
        e->truth[2] = latency ? e->truth[0] / 16.0 : e->truth[0];
        e->baseline = e->truth[2];
        e->trials_per_request = 1.0;
    }
    split__sized_init(forecast, size, &own, sizeof own);
    return SPLIT_OK;
}

static bool
expectation_ok(const split_expectation *e)
{
    const bool order =
        e->truth[0] <= 1.0 && e->truth[1] <= e->truth[0] && e->truth[2] <= e->truth[1];
    return order && e->truth[2] >= 0.0 && e->baseline >= 0.0 && e->baseline <= 1.0 &&
           e->trials_per_request >= 0.0 && e->trials_per_request <= 1000.0;
}

int
split__forecast_take(split_rollout_options *options, const split_rollout_options *their_options,
                     split_forecast *forecast, const split_forecast *their_forecast)
{
    int err = split__sized_take(options, sizeof *options, SPLIT_ROLLOUT_OPTIONS_V1, their_options);
    if (err == SPLIT_OK)
        err = split__sized_take(forecast, sizeof *forecast, SPLIT_FORECAST_V1, their_forecast);
    if (err != SPLIT_OK)
        return err;
    if (options->n_metrics > SPLIT_METRICS_MAX)
        return SPLIT_ERR_LIMIT;
    if (!(forecast->requests_per_s > 0.0 && forecast->requests_per_s <= 1e6) ||
        forecast->max_windows < 0 || forecast->max_windows > 1000000)
        return SPLIT_ERR_VALUE;
    for (uint32_t i = 0; i < options->n_metrics; i++)
        if (!expectation_ok(&forecast->expected[i]))
            return SPLIT_ERR_VALUE;
    return SPLIT_OK;
}

static split_us
to_us(double seconds)
{
    return seconds < 9e9 ? (split_us)(seconds * 1e6 + 0.5) : SPLIT_NEVER;
}

/* Trials to proof when windows are the observations: the growth of the best bounded bet. */
static double
robust_trials(double truth, double bound, double ln_need, double per_window)
{
    const double growth = log1p(0.9 * (bound - truth) / (1.0 - bound));
    return (ln_need + log(8.0)) / growth * per_window;
}

static split_proof_time
time_to_proof(const split_rollout_options *o, const split_forecast *f, uint32_t phase,
              uint32_t metric)
{
    const split_metric *m = &o->metrics[metric];
    const split_expectation *e = &f->expected[metric];
    const bool lenient = o->judgement == SPLIT_JUDGEMENT_LENIENT;
    const split_bound_index gate = lenient ? SPLIT_BOUND_WARNING : SPLIT_BOUND_TARGET;
    const double per_s = f->requests_per_s * e->trials_per_request *
                         (double)o->phases[phase].percent_e6 / SPLIT_PERCENT_ALL_E6;
    const double bound = bound_share(m, gate), need = -log(o->gate_alpha);
    double trials = HUGE_VAL;
    if (e->truth[gate] < bound && per_s > 0.0)
        trials = m->clustered ? robust_trials(e->truth[gate], bound, need,
                                              per_s * (double)o->window_us / 1e6)
                              : split_evidence_trials(e->truth[gate], bound, need, 0.0);
    const double critical = bound_share(m, SPLIT_BOUND_CRITICAL);
    const double broken = critical < 0.2 ? 4.0 * critical : 0.5 * (1.0 + critical);
    const double alarm =
        split_evidence_trials(broken, critical, log((double)o->n_metrics / o->alpha), log(2.0));
    split_proof_time out;
    out.requests = trials;
    out.median_us = to_us(trials / per_s);
    out.p95_us = to_us(3.0 * trials / per_s);
    out.breach_us = per_s > 0.0 ? to_us(alarm / per_s) : SPLIT_NEVER;
    out.fits = out.median_us <= o->phases[phase].bake_us;
    return out;
}

int
split_rollout_plan(const split_rollout_options *options, const split_forecast *forecast,
                   uint32_t phase, uint32_t metric, split_proof_time *out)
{
    split_rollout_options o;
    split_forecast f;
    const int err = split__forecast_take(&o, options, &f, forecast);
    if (err != SPLIT_OK)
        return err;
    if (out == NULL || split_rollout_size(&o) == 0)
        return SPLIT_ERR_ARG;
    if (phase >= o.n_phases || metric >= o.n_metrics)
        return SPLIT_ERR_INDEX;
    *out = time_to_proof(&o, &f, phase, metric);
    return SPLIT_OK;
}
