/* SPDX-License-Identifier: MIT */
/* Meters, histograms, distinct users and evidence for scripts. */
#include "measure.h"

#include "box.h"
#include "metric_record.h"
#include "record.h"
#include "split/distinct.h"
#include "split/error.h"
#include "split/evidence.h"
#include "split/meter.h"

SPLITB_KIND(meter, split_meter, split_meter_free)
SPLITB_KIND(histogram, split_histogram, split_histogram_free)
SPLITB_KIND(distinct, split_distinct, split_distinct_free)
SPLITB_KIND(evidence, split_evidence, split_evidence_free)

/* The object is there and its record was read to the end. */
static int
ready_to(const splitb_box *box, const splitb_reader *r)
{
    if (box->core == NULL)
        return SPLIT_ERR_MODE;
    return r->err == SPLIT_OK && r->n_in > 0 ? SPLIT_ERR_ARG : r->err;
}

int
splitb_meter_open(splitb_meter *self, const double *in, size_t n_in, const char *text,
                  size_t text_len)
{
    splitb_reader r;
    split_meter_options options;
    split_metric metrics[SPLIT_METRICS_MAX];
    split_meter *made = NULL;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    split_meter_options_init(&options);
    options.n_arms = splitb_read_u32(&r);
    int64_t reports = splitb_read_int(&r, -1, UINT32_MAX);
    if (reports >= 0)
        options.reports = (uint32_t)reports;
    options.histograms = splitb_read_bool(&r);
    options.n_metrics = splitb_read_metrics(&r, metrics);
    options.metrics = metrics;
    if (r.err == SPLIT_OK && r.n_in == 0 && r.text_len == 0)
        splitb_fail(&r, split_meter_new(&options, NULL, &made));
    int err = splitb_reader_done(&r);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_meter);
    return err;
}

static int
count_one(split_meter *meter, int64_t what, uint32_t arm, const int64_t *x)
{
    switch (what) {
    case 0:
        return split_meter_sent(meter, arm);
    case 1:
        return split_meter_outcome(meter, arm, x[0] != 0, x[1]);
    case 2:
        return split_meter_diverted(meter, arm);
    case 3:
        return split_meter_left_out(meter, arm);
    case 4:
        return split_meter_user_error(meter, arm);
    case 5:
        return split_meter_unit(meter, arm);
    case 6:
        return split_meter_lookup(meter, arm, x[0] != 0);
    case 7:
        return split_meter_add(meter, arm, (split_counter)x[0], x[1]);
    default:
        return split_meter_ratio(meter, arm, (uint32_t)x[0], x[1], x[2]);
    }
}

int
splitb_meter_count(splitb_meter *self, const double *in, size_t n_in)
{
    static const unsigned char n_arguments[] = {0, 2, 0, 0, 0, 0, 1, 2, 3};
    splitb_reader r = {.in = in, .n_in = n_in};
    int64_t x[3] = {0, 0, 0};
    int64_t what = splitb_read_int(&r, 0, (int64_t)sizeof n_arguments - 1);
    uint32_t arm = splitb_read_u32(&r);
    for (size_t i = 0; i < n_arguments[what]; i++)
        x[i] = splitb_read_whole(&r);
    if (what >= 7 && r.err == SPLIT_OK && (x[0] < 0 || x[0] > UINT32_MAX))
        return SPLIT_ERR_INDEX;
    int err = ready_to(&self->box, &r);
    return err != SPLIT_OK ? err : count_one(self->box.core, what, arm, x);
}

int
splitb_meter_merge(splitb_meter *self, splitb_meter *other)
{
    if (self->box.core == NULL || other->box.core == NULL)
        return SPLIT_ERR_MODE;
    return self == other ? SPLIT_ERR_ARG : split_meter_merge(self->box.core, other->box.core);
}

int
splitb_meter_reset(splitb_meter *self)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    split_meter_reset(self->box.core);
    return SPLIT_OK;
}

int
splitb_meter_read(splitb_meter *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_arm arm;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_meter_read(self->box.core, index, &arm);
    if (err == SPLIT_OK)
        splitb_put_arm(&w, &arm);
    *n_out = w.n_out;
    return err;
}

static int
put_percentiles(splitb_reader *r, splitb_writer *w, const split_histogram *histogram)
{
    if (histogram == NULL)
        return SPLIT_ERR_MODE;
    splitb_put(w, (double)split_histogram_count(histogram));
    while (r->err == SPLIT_OK && r->n_in > 0)
        splitb_put(w, (double)split_histogram_percentile(
                          histogram, (int64_t)splitb_read_e6(r, SPLIT_ERR_VALUE)));
    return r->err != SPLIT_OK ? r->err : w->err;
}

int
splitb_meter_percentiles(splitb_meter *self, const double *in, size_t n_in, double *out,
                         size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    uint32_t arm = splitb_read_u32(&r);
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    if (r.err == SPLIT_OK && arm >= split_meter_arms(self->box.core))
        splitb_fail(&r, SPLIT_ERR_INDEX);
    int err = r.err != SPLIT_OK
                  ? r.err
                  : put_percentiles(&r, &w, split_meter_histogram(self->box.core, arm));
    *n_out = w.n_out;
    return err;
}

int
splitb_meter_describe(splitb_meter *self, double *out, size_t *n_out)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    out[0] = split_meter_arms(self->box.core);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_histogram_open(splitb_histogram *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_histogram_options options;
    split_us edges[SPLIT_EDGES_MAX];
    split_histogram *made = NULL;
    split_histogram_options_init(&options);
    if (n_in > SPLIT_EDGES_MAX)
        return SPLIT_ERR_LIMIT;
    for (size_t i = 0; i < n_in; i++)
        edges[i] = splitb_read_us(&r);
    options.n_edges = (uint32_t)n_in;
    options.edges_us = edges;
    int err = r.err != SPLIT_OK ? r.err : split_histogram_new(&options, NULL, &made);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_histogram);
    return err;
}

int
splitb_histogram_record(splitb_histogram *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in}, ahead = r;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    while (ahead.err == SPLIT_OK && ahead.n_in > 0)
        splitb_read_us(&ahead);
    while (ahead.err == SPLIT_OK && r.n_in > 0)
        split_histogram_record(self->box.core, splitb_read_us(&r));
    return ahead.err;
}

int
splitb_histogram_merge(splitb_histogram *self, splitb_histogram *other)
{
    if (self->box.core == NULL || other->box.core == NULL)
        return SPLIT_ERR_MODE;
    return self == other ? SPLIT_ERR_ARG : split_histogram_merge(self->box.core, other->box.core);
}

int
splitb_histogram_reset(splitb_histogram *self)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    split_histogram_reset(self->box.core);
    return SPLIT_OK;
}

int
splitb_histogram_percentiles(splitb_histogram *self, const double *in, size_t n_in, double *out,
                             size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    int err = put_percentiles(&r, &w, self->box.core);
    *n_out = w.n_out;
    return err;
}

int
splitb_histogram_at_least(splitb_histogram *self, const double *in, size_t n_in, double *out,
                          size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_us latency = splitb_read_us(&r);
    int err = ready_to(&self->box, &r);
    if (err != SPLIT_OK)
        return err;
    out[0] = (double)split_histogram_at_least(self->box.core, latency);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_distinct_open(splitb_distinct *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_distinct_options options;
    split_distinct *made = NULL;
    split_distinct_options_init(&options);
    options.n_slots = splitb_read_u32(&r);
    int err = r.err != SPLIT_OK ? r.err
              : n_in > 1        ? SPLIT_ERR_ARG
                                : split_distinct_new(&options, NULL, &made);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_distinct);
    return err;
}

int
splitb_distinct_note(splitb_distinct *self, const double *in, size_t n_in, double *out,
                     size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    uint64_t hash = splitb_read_u64(&r);
    bool failed = splitb_read_bool(&r);
    int err = ready_to(&self->box, &r);
    if (err != SPLIT_OK)
        return err;
    out[0] = split_distinct_note(self->box.core, hash, failed);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_distinct_describe(splitb_distinct *self, double *out, size_t *n_out)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    out[0] = (double)split_distinct_count(self->box.core);
    out[1] = (double)split_distinct_left_out(self->box.core);
    *n_out = 2;
    return SPLIT_OK;
}

int
splitb_distinct_reset(splitb_distinct *self)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    split_distinct_reset(self->box.core);
    return SPLIT_OK;
}

int
splitb_evidence_open(splitb_evidence *self, const double *in, size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_evidence_options options;
    split_evidence *made = NULL;
    split_evidence_options_init(&options);
    options.bound = splitb_read_double(&r);
    options.side = (split_evidence_side)splitb_read_u32(&r);
    options.form = (split_evidence_form)splitb_read_u32(&r);
    options.restarts = splitb_read_bool(&r);
    options.bake_windows = splitb_read_whole(&r);
    if (r.err == SPLIT_OK && r.n_in > 0)
        return SPLIT_ERR_ARG;
    int err = r.err != SPLIT_OK ? r.err : split_evidence_new(&options, NULL, &made);
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_evidence);
    return err;
}

int
splitb_evidence_describe(splitb_evidence *self, double *out, size_t *n_out)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    out[0] = split_evidence_ln(self->box.core);
    out[1] = (double)split_evidence_windows(self->box.core);
    *n_out = 2;
    return SPLIT_OK;
}

int
splitb_evidence_step(splitb_evidence *self, const double *in, size_t n_in, double *out,
                     size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    int64_t n = splitb_read_whole(&r), bad = splitb_read_whole(&r);
    double bound = splitb_read_double(&r);
    int err = ready_to(&self->box, &r);
    if (err == SPLIT_OK)
        err = bound > 0 || bound < 0 ? split_evidence_step_at(self->box.core, bound, n, bad)
                                     : split_evidence_step(self->box.core, n, bad);
    return err != SPLIT_OK ? err : splitb_evidence_describe(self, out, n_out);
}

int
splitb_evidence_reset(splitb_evidence *self)
{
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    split_evidence_reset(self->box.core);
    return SPLIT_OK;
}

int
splitb_evidence_interval(const double *in, size_t n_in, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    int64_t n = splitb_read_whole(&r), bad = splitb_read_whole(&r);
    double alpha = splitb_read_double(&r);
    *n_out = 2;
    return r.err != SPLIT_OK ? r.err : split_evidence_interval(n, bad, alpha, &out[0], &out[1]);
}

int
splitb_evidence_trials(const double *in, size_t n_in, double *out, size_t *n_out)
{
    if (n_in != 4)
        return SPLIT_ERR_ARG;
    out[0] = split_evidence_trials(in[0], in[1], in[2], in[3]);
    *n_out = 1;
    return SPLIT_OK;
}

int
splitb_evidence_label_bound(const double *in, size_t n_in, double *out, size_t *n_out)
{
    if (n_in != 2)
        return SPLIT_ERR_ARG;
    out[0] = split_evidence_label_bound(in[0], in[1]);
    *n_out = 1;
    return SPLIT_OK;
}
