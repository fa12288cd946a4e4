/* SPDX-License-Identifier: MIT */
/* Rollouts and the planner for scripts; conventions as in plan.h, metrics and arms as in
 * measure.h. */
#ifndef SPLIT_BRIDGE_ROLLOUT_H
#define SPLIT_BRIDGE_ROLLOUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct splitb_rollout splitb_rollout;

splitb_rollout *splitb_rollout_create(void);
void splitb_rollout_destroy(splitb_rollout *self);
int splitb_rollout_close(splitb_rollout *self);

/* Record: window, judgement, alpha, gate_alpha, min_sample, relative, no-data patience, warning
 * patience; n_phases and [percent, bake] each; n_metrics and metrics. */
int splitb_rollout_open(splitb_rollout *self, const double *in, size_t n_in, const char *text,
                        size_t text_len);
/* Record in: id, start, share_ppm, has_baseline, arm, baseline. Record out: id, phase, percent_e6,
 * decision, reason, reason metric, alert, override used, bake restarted, next phase, next
 * percent_e6, bake, bake needed, restarts, windows, covered, breach bound, gate bound, split bound,
 * ln split above, ln split below, lost sent, lost; n_metrics and [level, window level, verdict,
 * compliant, warning latched, critical latched, ln warning, ln critical, ln compliance, ln
 * relative, present, n, 3 bad, bake n, 3 bake bad, proof trials, proof us] each. */
int splitb_rollout_step(splitb_rollout *self, const double *in, size_t n_in, double *out,
                        size_t *n_out);
/* Reason and detail of the last decision. */
int splitb_rollout_reason(splitb_rollout *self, const char **out_text, size_t *out_text_len);
int splitb_rollout_detail(splitb_rollout *self, const char **out_text, size_t *out_text_len);
/* Record in: action. */
int splitb_rollout_act(splitb_rollout *self, const double *in, size_t n_in);
/* Record out: phase, percent_e6, ended, paused, n_metrics, n_phases, window, refused impossible,
 * duplicate, late; then [percent_e6, bake] of each phase. */
int splitb_rollout_describe(splitb_rollout *self, double *out, size_t *n_out);
int splitb_rollout_metric_name(splitb_rollout *self, uint32_t index, const char **out_text,
                               size_t *out_text_len);
/* Record out: metric without its name. */
int splitb_rollout_metric(splitb_rollout *self, uint32_t index, double *out, size_t *n_out);

/* Expectations are: requests per second, has_baseline, max windows, n and [3 truths, baseline,
 * trials a request] each; n is 0 for the defaults, or the number of metrics. */
/* Record in: phase, metric, expectations. Record out: requests, median, p95, breach, fits. */
int splitb_rollout_plan(splitb_rollout *self, const double *in, size_t n_in, double *out,
                        size_t *n_out);
/* Record in: seed, runs, expectations. Record out: runs, completed, rolled back, undecided, median
 * back; for each phase reached, left, back, in bake, median, p95. */
int splitb_rollout_simulate(splitb_rollout *self, const double *in, size_t n_in, double *out,
                            size_t *n_out);

#ifdef __cplusplus
}
#endif

#endif
