/* SPDX-License-Identifier: MIT */
/* Metrics and arms as records; the order of the numbers is listed in measure.h. */
#include "metric_record.h"

#include "measure.h"
#include "split/threshold.h"

#include <string.h>

int64_t
splitb_read_whole(splitb_reader *r)
{
    return splitb_read_int(r, INT64_MIN, INT64_MAX);
}

void
splitb_read_metric(splitb_reader *r, split_metric *metric)
{
    memset(metric, 0, sizeof *metric);
    const char *name = splitb_read_text(r, SPLIT_ERR_NAME);
    size_t n = strlen(name);
    if (n >= SPLIT_METRIC_NAME_BYTES)
        splitb_fail(r, SPLIT_ERR_NAME);
    else
        memcpy(metric->name, name, n + 1);
    metric->kind = (split_metric_kind)splitb_read_u32(r);
    metric->percentile_e6 = splitb_read_whole(r);
    split_bound *const bounds[] = {&metric->target, &metric->warning, &metric->critical};
    for (size_t i = 0; i < SPLIT_BOUND_COUNT; i++) {
        bounds[i]->op = (split_op)splitb_read_u32(r);
        bounds[i]->value = splitb_read_whole(r);
    }
    metric->missing = (split_missing)splitb_read_u32(r);
    metric->gate = splitb_read_bool(r);
    metric->clustered = splitb_read_bool(r);
}

uint32_t
splitb_read_metrics(splitb_reader *r, split_metric *metrics)
{
    size_t n = splitb_read_count(r, SPLIT_METRICS_MAX, 12);
    for (size_t i = 0; i < n; i++)
        splitb_read_metric(r, &metrics[i]);
    return (uint32_t)n;
}

void
splitb_put_metric(splitb_writer *w, const split_metric *metric)
{
    splitb_put(w, metric->kind);
    splitb_put(w, (double)metric->percentile_e6);
    for (int i = 0; i < SPLIT_BOUND_COUNT; i++) {
        splitb_put(w, split_metric_bound(metric, (split_bound_index)i)->op);
        splitb_put(w, (double)split_metric_bound(metric, (split_bound_index)i)->value);
    }
    splitb_put(w, metric->missing);
    splitb_put(w, metric->gate);
    splitb_put(w, metric->clustered);
}

void
splitb_read_arm(splitb_reader *r, split_arm *arm)
{
    split_arm_clear(arm);
    size_t n = splitb_read_count(r, SPLIT_COUNTER_COUNT, 2);
    for (size_t i = 0; i < n; i++) {
        split_counter counter = (split_counter)splitb_read_u32(r);
        int64_t value = splitb_read_whole(r);
        if (r->err == SPLIT_OK)
            splitb_fail(r, split_arm_set(arm, counter, value));
    }
    n = splitb_read_count(r, SPLIT_METRICS_MAX, 7);
    for (uint32_t m = 0; m < n; m++) {
        bool has_over = splitb_read_bool(r);
        int64_t over[SPLIT_BOUND_COUNT], ratio[2];
        for (size_t i = 0; i < SPLIT_BOUND_COUNT; i++)
            over[i] = splitb_read_whole(r);
        bool has_ratio = splitb_read_bool(r);
        for (size_t i = 0; i < 2; i++)
            ratio[i] = splitb_read_whole(r);
        if (r->err == SPLIT_OK && has_over)
            splitb_fail(r, split_arm_set_over(arm, m, over[0], over[1], over[2]));
        if (r->err == SPLIT_OK && has_ratio)
            splitb_fail(r, split_arm_set_ratio(arm, m, ratio[0], ratio[1]));
    }
}

void
splitb_put_arm(splitb_writer *w, const split_arm *arm)
{
    size_t n = 0;
    for (int i = 0; i < SPLIT_COUNTER_COUNT; i++)
        n += split_arm_has(arm, (split_counter)i);
    splitb_put(w, (double)n);
    for (int i = 0; i < SPLIT_COUNTER_COUNT; i++) {
        if (!split_arm_has(arm, (split_counter)i))
            continue;
        splitb_put(w, i);
        splitb_put(w, (double)split_arm_get(arm, (split_counter)i));
    }
    splitb_put(w, SPLIT_METRICS_MAX);
    for (uint32_t m = 0; m < SPLIT_METRICS_MAX; m++) {
        splitb_put(w, arm->over_present >> m & 1);
        for (uint32_t i = 0; i < SPLIT_BOUND_COUNT; i++)
            splitb_put(w, (double)arm->over[SPLIT_BOUND_COUNT * m + i]);
        splitb_put(w, arm->ratio_present >> m & 1);
        splitb_put(w, (double)arm->ratio[2 * m]);
        splitb_put(w, (double)arm->ratio[2 * m + 1]);
    }
}

int
splitb_metric_kind_text(const double *in, size_t n_in, const char **out_text, size_t *out_text_len)
{
    splitb_reader r;
    splitb_reader_init(&r, in, n_in, NULL, 0);
    uint32_t kind = splitb_read_u32(&r), what = splitb_read_u32(&r);
    int err = splitb_reader_done(&r);
    const split_metric_kind_info *row =
        kind < SPLIT_METRIC_KIND_COUNT ? split_metric_kind_get((int)kind) : NULL;
    if (err != SPLIT_OK || row == NULL)
        return err != SPLIT_OK ? err : SPLIT_ERR_VALUE;
    const char *const texts[] = {split_metric_kind_name((int)kind),
                                 row->help,
                                 row->bad_text,
                                 split_metric_form_name((int)row->form),
                                 row->total_field,
                                 row->bad_field,
                                 row->good_field,
                                 row->sent_field};
    if (what >= sizeof texts / sizeof texts[0])
        return SPLIT_ERR_INDEX;
    *out_text = texts[what];
    *out_text_len = strlen(*out_text);
    return SPLIT_OK;
}

int
splitb_metric_defaults(const double *in, size_t n_in, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_metric metric;
    uint32_t kind = splitb_read_u32(&r);
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_metric_init(&metric, (split_metric_kind)kind));
    if (r.err == SPLIT_OK)
        splitb_put_metric(&w, &metric);
    *n_out = w.n_out;
    return r.err;
}

int
splitb_metric_check(const double *in, size_t n_in, const char *text, size_t text_len, double *out,
                    size_t *n_out)
{
    splitb_reader r;
    splitb_writer w = {.out = out};
    split_metric metric;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    splitb_read_metric(&r, &metric);
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_metric_check(&metric));
    for (int i = 0; r.err == SPLIT_OK && i < SPLIT_BOUND_COUNT; i++) {
        splitb_put(&w, (double)split_metric_share_e6(&metric, (split_bound_index)i));
        splitb_put_us(&w, split_metric_over_us(&metric, (split_bound_index)i));
    }
    *n_out = w.n_out;
    return splitb_reader_done(&r);
}

int
splitb_metric_level(const double *in, size_t n_in, const char *text, size_t text_len, double *out,
                    size_t *n_out)
{
    splitb_reader r;
    splitb_writer w = {.out = out};
    split_metric metric;
    split_metric_counts counts = {0};
    split_arm arm;
    if (splitb_reader_init(&r, in, n_in, text, text_len) != SPLIT_OK)
        return SPLIT_ERR_NOMEM;
    splitb_read_metric(&r, &metric);
    uint32_t index = splitb_read_u32(&r);
    int64_t min_sample = splitb_read_whole(&r);
    splitb_read_arm(&r, &arm);
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_metric_check(&metric));
    if (r.err == SPLIT_OK)
        splitb_fail(&r, split_metric_count(&metric, index, &arm, &counts));
    if (r.err == SPLIT_OK) {
        splitb_put(&w, counts.present);
        splitb_put(&w, (double)counts.n);
        for (size_t i = 0; i < SPLIT_BOUND_COUNT; i++)
            splitb_put(&w, (double)counts.bad[i]);
        splitb_put(&w, split_threshold_level(&metric, &counts, min_sample));
        for (int i = 0; i < SPLIT_BOUND_COUNT; i++)
            splitb_put(&w, split_threshold_is_over(&metric, &counts, (split_bound_index)i));
    }
    *n_out = w.n_out;
    return splitb_reader_done(&r);
}

int
splitb_shown_levels(const double *in, size_t n_in, double *out, size_t *n_out)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_writer w = {.out = out};
    split_shown shown = {0};
    while (r.err == SPLIT_OK && r.n_in > 0)
        splitb_put(&w, split_shown_step(
                           &shown, (split_level)splitb_read_int(&r, 0, SPLIT_LEVEL_COUNT - 1)));
    *n_out = w.n_out;
    return r.err != SPLIT_OK ? r.err : w.err;
}
