/* SPDX-License-Identifier: MIT */
/* Meters, histograms, distinct users and evidence for scripts; conventions as in plan.h. */
#ifndef SPLIT_BRIDGE_MEASURE_H
#define SPLIT_BRIDGE_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A metric is: text name, kind, percentile_e6, [operator, value] of target, warning and critical,
 * missing, gate, clustered. An arm is: n_counters and [counter, value] each, n_metrics and
 * [has_over, 3 values, has_ratio, 2 values] each. */

/* Record in: kind. Record out: the defaults of a metric without its name. */
int splitb_metric_defaults(const double *in, size_t n_in, double *out, size_t *n_out);
/* Record in: kind, what. Text out: 0 name, 1 help, 2 its bad events, 3 form, 4 to 7 its names at a source for
 * trials, bad events, good events and what was sent; "" for one that it does not have. */
int splitb_metric_kind_text(const double *in, size_t n_in, const char **out_text,
                            size_t *out_text_len);
/* Record in: metric. Record out: share_e6 and over_us of the three bounds. */
int splitb_metric_check(const double *in, size_t n_in, const char *text, size_t text_len,
                        double *out, size_t *n_out);
/* Record in: metric, index, min_sample, arm. Record out: present, n, 3 bad, level, over the 3
 * bounds. */
int splitb_metric_level(const double *in, size_t n_in, const char *text, size_t text_len,
                        double *out, size_t *n_out);
/* Record in: levels of successive windows. Record out: the levels to show. */
int splitb_shown_levels(const double *in, size_t n_in, double *out, size_t *n_out);

typedef struct splitb_meter splitb_meter;
splitb_meter *splitb_meter_create(void);
void splitb_meter_destroy(splitb_meter *self);
int splitb_meter_close(splitb_meter *self);
/* Record: n_arms, reports or -1 for the default, histograms, n_metrics and metrics. */
int splitb_meter_open(splitb_meter *self, const double *in, size_t n_in, const char *text,
                      size_t text_len);
/* Record in: what (0 sent, 1 outcome, 2 diverted, 3 left out, 4 user error, 5 unit, 6 lookup, 7
 * add, 8 ratio), arm and its arguments: failed, latency | miss | counter, value | metric, bad,
 * of. */
int splitb_meter_count(splitb_meter *self, const double *in, size_t n_in);
int splitb_meter_merge(splitb_meter *self, splitb_meter *other);
int splitb_meter_reset(splitb_meter *self);
/* Record out: arm. */
int splitb_meter_read(splitb_meter *self, uint32_t index, double *out, size_t *n_out);
/* Record in: arm, percentiles. Record out: count, the percentiles in us or -1. */
int splitb_meter_percentiles(splitb_meter *self, const double *in, size_t n_in, double *out,
                             size_t *n_out);
/* Record out: n_arms. */
int splitb_meter_describe(splitb_meter *self, double *out, size_t *n_out);

typedef struct splitb_histogram splitb_histogram;
splitb_histogram *splitb_histogram_create(void);
void splitb_histogram_destroy(splitb_histogram *self);
int splitb_histogram_close(splitb_histogram *self);
/* Record: exact edges in us. */
int splitb_histogram_open(splitb_histogram *self, const double *in, size_t n_in);
/* Record: latencies in us. */
int splitb_histogram_record(splitb_histogram *self, const double *in, size_t n_in);
int splitb_histogram_merge(splitb_histogram *self, splitb_histogram *other);
int splitb_histogram_reset(splitb_histogram *self);
/* Record in: percentiles. Record out: count, percentiles in us. */
int splitb_histogram_percentiles(splitb_histogram *self, const double *in, size_t n_in, double *out,
                                 size_t *n_out);
/* Record in: latency. Record out: how many were at or above it. */
int splitb_histogram_at_least(splitb_histogram *self, const double *in, size_t n_in, double *out,
                              size_t *n_out);

typedef struct splitb_distinct splitb_distinct;
splitb_distinct *splitb_distinct_create(void);
void splitb_distinct_destroy(splitb_distinct *self);
int splitb_distinct_close(splitb_distinct *self);
/* Record: n_slots. */
int splitb_distinct_open(splitb_distinct *self, const double *in, size_t n_in);
/* Record in: hash, failed. Record out: what was seen. */
int splitb_distinct_note(splitb_distinct *self, const double *in, size_t n_in, double *out,
                         size_t *n_out);
/* Record out: count, left out. */
int splitb_distinct_describe(splitb_distinct *self, double *out, size_t *n_out);
int splitb_distinct_reset(splitb_distinct *self);

typedef struct splitb_evidence splitb_evidence;
splitb_evidence *splitb_evidence_create(void);
void splitb_evidence_destroy(splitb_evidence *self);
int splitb_evidence_close(splitb_evidence *self);
/* Record: bound, side, form, restarts, bake_windows. */
int splitb_evidence_open(splitb_evidence *self, const double *in, size_t n_in);
/* Record in: trials, bad, and a bound for this window only or 0. Record out: ln evidence,
 * windows. */
int splitb_evidence_step(splitb_evidence *self, const double *in, size_t n_in, double *out,
                         size_t *n_out);
/* Record out: ln evidence, windows. */
int splitb_evidence_describe(splitb_evidence *self, double *out, size_t *n_out);
int splitb_evidence_reset(splitb_evidence *self);
/* Record in: trials, bad, alpha. Record out: low, high. */
int splitb_evidence_interval(const double *in, size_t n_in, double *out, size_t *n_out);
/* Record in: truth, bound, ln needed, ln late. Record out: trials. */
int splitb_evidence_trials(const double *in, size_t n_in, double *out, size_t *n_out);
/* Record in: share, ratio. Record out: bound. */
int splitb_evidence_label_bound(const double *in, size_t n_in, double *out, size_t *n_out);

#ifdef __cplusplus
}
#endif

#endif
