/* SPDX-License-Identifier: MIT */
/* Failover machines for scripts; conventions as in plan.h. */
#ifndef SPLIT_BRIDGE_FAILOVER_H
#define SPLIT_BRIDGE_FAILOVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct splitb_failover splitb_failover;

splitb_failover *splitb_failover_create(void);
void splitb_failover_destroy(splitb_failover *self);
int splitb_failover_close(splitb_failover *self);

/* Record: n_origins and their texts; n_chains and [n, indices]; seed; text preset, "" for the
 * default; n_parameters and [text name, value] with the names of split_failover_options; n_ramp and
 * permilles, n_statuses and statuses, 0 for those of the preset. */
int splitb_failover_open(splitb_failover *self, const double *in, size_t n_in, const char *text,
                         size_t text_len);

/* An answer is: origin, assigned, kind, reason, flags, deadline, token (15 numbers). Events end
 * each record: n, n_dropped and [origin, from, to, cause, at, run span, open, gen, epoch, level,
 * run, hard run, run keys, total, bad, bad keys, probe ok, lost, permille, latched, transition]
 * each. */
/* Record in: now, key, chain, safe, replayable, pinned or -1. Record out: answer, events. */
int splitb_failover_route(splitb_failover *self, const double *in, size_t n_in, double *out,
                          size_t *n_out);
/* Record in: now, origin. Record out: answer, events. */
int splitb_failover_probe(splitb_failover *self, const double *in, size_t n_in, double *out,
                          size_t *n_out);
/* Record in: now, class, committed, push-back, token. Record out: credit, next, deadline, answer,
 * events. */
int splitb_failover_report(splitb_failover *self, const double *in, size_t n_in, double *out,
                           size_t *n_out);
/* Record in: now, origin, action. Record out: events. */
int splitb_failover_admin(splitb_failover *self, const double *in, size_t n_in, double *out,
                          size_t *n_out);
/* Record in: now. Record out: events. */
int splitb_failover_tick(splitb_failover *self, const double *in, size_t n_in, double *out,
                         size_t *n_out);

/* Record out: n_origins, n_chains, now, regressions, budget, deadline, snapshot bytes. */
int splitb_failover_describe(splitb_failover *self, double *out, size_t *n_out);
/* Record out: id, state, mode, level, gen, epoch, in service, degraded, latched, permille, step,
 * run, hard run, run keys, total, bad, bad keys, probe ok, lost, leases, in flight, in-flight cap,
 * in state, open left, issued, reported, stale. */
int splitb_failover_status(splitb_failover *self, uint32_t index, double *out, size_t *n_out);
/* Record out: index or -1. */
int splitb_failover_find(splitb_failover *self, const char *text, size_t text_len, double *out,
                         size_t *n_out);
/* Record in: status or -1 for a deadline, elapsed. Record out: class. */
int splitb_failover_classify(splitb_failover *self, const double *in, size_t n_in, double *out,
                             size_t *n_out);
/* Record in: now. */
int splitb_failover_snapshot(splitb_failover *self, const double *in, size_t n_in,
                             const char **out_text, size_t *out_text_len);
/* Record in: now. */
int splitb_failover_restore(splitb_failover *self, const double *in, size_t n_in, const char *text,
                            size_t text_len);
int splitb_failover_reload(splitb_failover *self, splitb_failover *old);

#ifdef __cplusplus
}
#endif

#endif
