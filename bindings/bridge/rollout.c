/* SPDX-License-Identifier: MIT */
/* Rollouts and the planner for scripts. */
#include "rollout.h"

#include "box.h"
#include "metric_record.h"
#include "record.h"
#include "rollout_box.h"
#include "split/error.h"
#include "split/forecast.h"

#include <stdlib.h>
#include <string.h>

typedef struct rollout_core {
    split_rollout *rollout;
    split_rollout_options options;
    split_metric metrics[SPLIT_METRICS_MAX];
    split_phase phases[SPLIT_PHASES_MAX];
    split_rollout_decision last;
    bool has_last;
    char detail[512];
} rollout_core;

static void
free_core(rollout_core **core, const split_alloc *alloc)
{
    split_rollout_free(&(*core)->rollout, alloc);
    free(*core);
}

SPLITB_KIND(rollout, rollout_core, free_core)

int
splitb_rollout_fill(splitb_rollout *self, const split_rollout_options *options)
{
    rollout_core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return SPLIT_ERR_NOMEM;
    int err = split_rollout_new(options, NULL, &core->rollout);
    if (err != SPLIT_OK) {
        free(core);
        return err;
    }
    core->options = *options;
    memcpy(core->metrics, options->metrics, options->n_metrics * sizeof *core->metrics);
    memcpy(core->phases, options->phases, options->n_phases * sizeof *core->phases);
    core->options.metrics = core->metrics;
    core->options.phases = core->phases;
    splitb_box_fill(&self->box, core, free_rollout);
    return SPLIT_OK;
}

int
splitb_rollout_open(splitb_rollout *self, const double *in, size_t n_in, const char *text,
                    size_t text_len)
{
    splitb_reader r;
    split_rollout_options options;
    split_metric metrics[SPLIT_METRICS_MAX];
    split_phase phases[SPLIT_PHASES_MAX];
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    split_rollout_options_init(&options);
    options.window_us = splitb_read_us(&r);
    options.judgement = (split_judgement)splitb_read_u32(&r);
    options.alpha = splitb_read_double(&r);
    options.gate_alpha = splitb_read_double(&r);
    options.min_sample = splitb_read_whole(&r);
    options.relative = splitb_read_double(&r);
    options.no_data_patience_us = splitb_read_us(&r);
    options.warning_patience_us = splitb_read_us(&r);
    options.n_phases = (uint32_t)splitb_read_count(&r, SPLIT_PHASES_MAX, 2);
    for (size_t i = 0; i < options.n_phases; i++) {
        phases[i].percent_e6 = (int64_t)splitb_read_e6(&r, SPLIT_ERR_VALUE);
        phases[i].bake_us = splitb_read_us(&r);
    }
    options.n_metrics = splitb_read_metrics(&r, metrics);
    options.phases = phases;
    options.metrics = metrics;
    if (r.err == SPLIT_OK && r.n_in == 0 && r.text_len == 0)
        splitb_fail(&r, splitb_rollout_fill(self, &options));
    return splitb_reader_done(&r);
}

static void
put_metric_decision(splitb_writer *w, const split_metric_decision *metric)
{
    splitb_put(w, metric->level);
    splitb_put(w, metric->window_level);
    splitb_put(w, metric->verdict);
    splitb_put(w, metric->compliant);
    splitb_put(w, metric->warning_latched);
    splitb_put(w, metric->critical_latched);
    splitb_put(w, metric->ln_warning);
    splitb_put(w, metric->ln_critical);
    splitb_put(w, metric->ln_compliance);
    splitb_put(w, metric->ln_relative);
    splitb_put(w, metric->counts.present);
    splitb_put(w, (double)metric->counts.n);
    for (size_t i = 0; i < SPLIT_BOUND_COUNT; i++)
        splitb_put(w, (double)metric->counts.bad[i]);
    splitb_put(w, (double)metric->bake_n);
    for (size_t i = 0; i < SPLIT_BOUND_COUNT; i++)
        splitb_put(w, (double)metric->bake_bad[i]);
    splitb_put(w, (double)metric->proof_trials);
    splitb_put_us(w, metric->proof_us);
}

static void
put_decision(splitb_writer *w, const split_rollout_decision *d)
{
    splitb_put(w, (double)d->id);
    splitb_put(w, d->phase);
    splitb_put(w, (double)d->percent_e6);
    splitb_put(w, d->decision);
    splitb_put(w, d->reason);
    splitb_put(w, d->reason_metric);
    splitb_put(w, d->alert);
    splitb_put(w, d->override_used);
    splitb_put(w, d->bake_restarted);
    splitb_put(w, d->next_phase);
    splitb_put(w, (double)d->next_percent_e6);
    splitb_put_us(w, d->bake_us);
    splitb_put_us(w, d->bake_need_us);
    splitb_put(w, d->bake_restarts);
    splitb_put(w, (double)d->windows);
    splitb_put(w, (double)d->covered);
    splitb_put(w, d->breach_bound);
    splitb_put(w, d->gate_bound);
    splitb_put(w, d->split_bound);
    splitb_put(w, d->ln_split_above);
    splitb_put(w, d->ln_split_below);
    splitb_put(w, (double)d->lost_sent);
    splitb_put(w, (double)d->lost);
    splitb_put(w, d->n_metrics);
    for (uint32_t i = 0; i < d->n_metrics; i++)
        put_metric_decision(w, &d->metrics[i]);
}

int
splitb_rollout_take(splitb_rollout *self, const split_window *window, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    rollout_core *core = self->box.core;
    if (core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_rollout_step(core->rollout, window, &core->last);
    if (err != SPLIT_OK)
        return err;
    core->has_last = true;
    put_decision(&w, &core->last);
    *n_out = w.n_out;
    return w.err;
}

const split_rollout *
splitb_rollout_core(const splitb_rollout *self, const split_rollout_decision **out_last)
{
    const rollout_core *core = self->box.core;
    *out_last = core != NULL && core->has_last ? &core->last : NULL;
    return core != NULL ? core->rollout : NULL;
}

splitb_box *
splitb_rollout_box(splitb_rollout *self)
{
    return &self->box;
}

int
splitb_rollout_step(splitb_rollout *self, const double *in, size_t n_in, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_window window;
    int64_t id = splitb_read_whole(&r), start = splitb_read_whole(&r);
    split_window_init(&window, id, start);
    window.share_ppm = splitb_read_whole(&r);
    window.has_baseline = splitb_read_bool(&r);
    splitb_read_arm(&r, &window.arm);
    splitb_read_arm(&r, &window.baseline);
    if (r.err == SPLIT_OK && r.n_in > 0)
        return SPLIT_ERR_ARG;
    return r.err != SPLIT_OK ? r.err : splitb_rollout_take(self, &window, out, n_out);
}

int
splitb_rollout_reason(splitb_rollout *self, const char **out_text, size_t *out_text_len)
{
    rollout_core *core = self->box.core;
    if (core == NULL || !core->has_last)
        return SPLIT_ERR_MODE;
    *out_text = split_rollout_reason(core->rollout, &core->last);
    *out_text_len = strlen(*out_text);
    return SPLIT_OK;
}

int
splitb_rollout_detail(splitb_rollout *self, const char **out_text, size_t *out_text_len)
{
    rollout_core *core = self->box.core;
    if (core == NULL || !core->has_last)
        return SPLIT_ERR_MODE;
    split_rollout_detail(core->rollout, &core->last, core->detail, sizeof core->detail);
    *out_text = core->detail;
    *out_text_len = strlen(core->detail);
    return SPLIT_OK;
}

int
splitb_rollout_act(splitb_rollout *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_action action = (split_action)splitb_read_int(&r, 0, SPLIT_ACTION_COUNT - 1);
    rollout_core *core = self->box.core;
    if (core == NULL)
        return SPLIT_ERR_MODE;
    return r.err != SPLIT_OK ? r.err : split_rollout_act(core->rollout, action);
}

int
splitb_rollout_describe(splitb_rollout *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    rollout_core *core = self->box.core;
    if (core == NULL)
        return SPLIT_ERR_MODE;
    split_rollout_refused refused = split_rollout_refusals(core->rollout);
    splitb_put(&w, split_rollout_phase(core->rollout));
    splitb_put(&w, (double)split_rollout_percent_e6(core->rollout));
    splitb_put(&w, split_rollout_has_ended(core->rollout));
    splitb_put(&w, split_rollout_is_paused(core->rollout));
    splitb_put(&w, split_rollout_metrics(core->rollout));
    splitb_put(&w, core->options.n_phases);
    splitb_put_us(&w, core->options.window_us);
    splitb_put(&w, (double)refused.impossible);
    splitb_put(&w, (double)refused.duplicate);
    splitb_put(&w, (double)refused.late);
    for (uint32_t i = 0; i < core->options.n_phases; i++) {
        splitb_put(&w, (double)core->phases[i].percent_e6);
        splitb_put_us(&w, core->phases[i].bake_us);
    }
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_rollout_metric_name(splitb_rollout *self, uint32_t index, const char **out_text,
                           size_t *out_text_len)
{
    rollout_core *core = self->box.core;
    const split_metric *metric = core != NULL ? split_rollout_metric(core->rollout, index) : NULL;
    if (metric == NULL)
        return core == NULL ? SPLIT_ERR_MODE : SPLIT_ERR_INDEX;
    *out_text = metric->name;
    *out_text_len = strlen(metric->name);
    return SPLIT_OK;
}

int
splitb_rollout_metric(splitb_rollout *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    rollout_core *core = self->box.core;
    const split_metric *metric = core != NULL ? split_rollout_metric(core->rollout, index) : NULL;
    if (metric == NULL)
        return core == NULL ? SPLIT_ERR_MODE : SPLIT_ERR_INDEX;
    splitb_put_metric(&w, metric);
    *n_out = w.n_out;
    return SPLIT_OK;
}

static void
read_expectations(splitb_reader *r, const rollout_core *core, split_forecast *forecast)
{
    splitb_fail(r, split_forecast_init(forecast, &core->options));
    forecast->requests_per_s = splitb_read_double(r);
    forecast->has_baseline = splitb_read_bool(r);
    forecast->max_windows = splitb_read_whole(r);
    size_t n = splitb_read_count(r, core->options.n_metrics, 5);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < SPLIT_BOUND_COUNT; k++)
            forecast->expected[i].truth[k] = splitb_read_double(r);
        forecast->expected[i].baseline = splitb_read_double(r);
        forecast->expected[i].trials_per_request = splitb_read_double(r);
    }
    if (r->err == SPLIT_OK && r->n_in > 0)
        splitb_fail(r, SPLIT_ERR_ARG);
}

int
splitb_rollout_plan(splitb_rollout *self, const double *in, size_t n_in, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    const rollout_core *core = self->box.core;
    split_forecast forecast;
    split_proof_time proof;
    if (core == NULL)
        return SPLIT_ERR_MODE;
    uint32_t phase = splitb_read_u32(&r), metric = splitb_read_u32(&r);
    read_expectations(&r, core, &forecast);
    int err = r.err != SPLIT_OK
                  ? r.err
                  : split_rollout_plan(&core->options, &forecast, phase, metric, &proof);
    if (err != SPLIT_OK)
        return err;
    splitb_put(&w, proof.requests);
    splitb_put_us(&w, proof.median_us);
    splitb_put_us(&w, proof.p95_us);
    splitb_put_us(&w, proof.breach_us);
    splitb_put(&w, proof.fits);
    *n_out = w.n_out;
    return SPLIT_OK;
}

static void
put_simulation(splitb_writer *w, const split_simulation *got, uint32_t n_phases)
{
    splitb_put(w, (double)got->runs);
    splitb_put(w, (double)got->completed);
    splitb_put(w, (double)got->rolled_back);
    splitb_put(w, (double)got->undecided);
    splitb_put(w, (double)got->median_back_us);
    for (uint32_t i = 0; i < n_phases; i++) {
        splitb_put(w, (double)got->reached[i]);
        splitb_put(w, (double)got->left[i]);
        splitb_put(w, (double)got->back[i]);
        splitb_put(w, (double)got->in_bake[i]);
        splitb_put(w, (double)got->median_us[i]);
        splitb_put(w, (double)got->p95_us[i]);
    }
}

int
splitb_rollout_simulate(splitb_rollout *self, const double *in, size_t n_in, double *out,
                        size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    const rollout_core *core = self->box.core;
    split_forecast forecast;
    split_simulation got;
    if (core == NULL)
        return SPLIT_ERR_MODE;
    uint64_t seed = splitb_read_u64(&r);
    int64_t runs = splitb_read_int(&r, 1, 100000);
    read_expectations(&r, core, &forecast);
    if (r.err != SPLIT_OK)
        return r.err;
    size_t n_bytes = split_rollout_simulate_size(&core->options, runs);
    void *mem = malloc(n_bytes + 1);
    int err = mem == NULL ? SPLIT_ERR_NOMEM
                          : split_rollout_simulate(&core->options, &forecast, seed, runs, mem,
                                                   n_bytes, &got);
    free(mem);
    if (err == SPLIT_OK)
        put_simulation(&w, &got, core->options.n_phases);
    *n_out = w.n_out;
    return err;
}
