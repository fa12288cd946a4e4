/* SPDX-License-Identifier: MIT */
/* Policies and routes for scripts; conventions as in plan.h. */
#ifndef SPLIT_BRIDGE_DOCUMENT_H
#define SPLIT_BRIDGE_DOCUMENT_H

#include "failover.h"
#include "plan.h"
#include "rollout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which text of a document: named by the first index, with up to two more. */
typedef enum splitb_text {
    SPLITB_TEXT_DOCUMENT = 0,
    SPLITB_TEXT_NAME = 1,
    SPLITB_TEXT_VARIANT = 2,
    SPLITB_TEXT_METRIC = 3,
    SPLITB_TEXT_ORIGIN = 4,
    SPLITB_TEXT_URL = 5,
    SPLITB_TEXT_HOST = 6,
    SPLITB_TEXT_COOKIE = 7,
    SPLITB_TEXT_SIGNED_BY = 8,
    SPLITB_TEXT_PRICES = 9,
    SPLITB_TEXT_NOTIFY_TARGET = 10,
    SPLITB_TEXT_NOTIFY_TOKEN = 11,
    SPLITB_TEXT_NOTIFY_ARGUMENT = 12,
    SPLITB_TEXT_SOURCE = 13,
    SPLITB_TEXT_SOURCE_FIELD = 14,
    SPLITB_TEXT_SOURCE_TEXT = 15,
    SPLITB_TEXT_RATIO_BAD = 16,
    SPLITB_TEXT_RATIO_OF = 17,
    SPLITB_TEXT_ISSUED_BY = 18,
    SPLITB_TEXT_ISSUED_WHY = 19,
    SPLITB_TEXT_SINK_FIELD = 20,
    SPLITB_TEXT_SINK_VARIANT = 21,
    SPLITB_TEXT_SINK_TEXT = 22
} splitb_text;

typedef struct splitb_policy splitb_policy;
splitb_policy *splitb_policy_create(void);
void splitb_policy_destroy(splitb_policy *self);
int splitb_policy_close(splitb_policy *self);
int splitb_policy_open(splitb_policy *self, const char *text, size_t text_len);
int splitb_policy_open_file(splitb_policy *self, const char *text, size_t text_len);
/* What the last open got wrong. Record out: n of all, n listed and [code, line, column, pos]
 * each. */
int splitb_policy_faults(splitb_policy *self, double *out, size_t *n_out);
int splitb_policy_fault_path(splitb_policy *self, uint32_t index, const char **out_text,
                             size_t *out_text_len);
int splitb_policy_fault_text(splitb_policy *self, uint32_t index, const char **out_text,
                             size_t *out_text_len);
/* Record out: n_variants, n_origins, n_metrics, n_notify, rollout's variant or -1, baseline or -1,
 * cookie's max age and idle, budget in millionths, n_sinks. */
int splitb_policy_describe(splitb_policy *self, double *out, size_t *n_out);
/* Record in: a splitb_text, two indices. An absent text is an empty one. */
int splitb_policy_text(splitb_policy *self, const double *in, size_t n_in, const char **out_text,
                       size_t *out_text_len);
/* Record out: connect, first byte and whole timeout in us, cost of a million requests and a month
 * in millionths. */
int splitb_policy_origin(splitb_policy *self, uint32_t index, double *out, size_t *n_out);
/* Record out: type, on, n_args. */
int splitb_policy_notify(splitb_policy *self, uint32_t index, double *out, size_t *n_out);
/* Record out: kind, primary, timeout in us, n_fields. */
int splitb_policy_sink(splitb_policy *self, uint32_t index, double *out, size_t *n_out);
/* Record out: number of sources of a metric. */
int splitb_policy_sources(splitb_policy *self, uint32_t index, double *out, size_t *n_out);
int splitb_policy_plan(splitb_policy *self, splitb_plan *into);
/* Record in: seed. */
int splitb_policy_failover(splitb_policy *self, const double *in, size_t n_in,
                           splitb_failover *into);
int splitb_policy_rollout(splitb_policy *self, splitb_rollout *into);

typedef struct splitb_route splitb_route;
splitb_route *splitb_route_create(void);
void splitb_route_destroy(splitb_route *self);
int splitb_route_close(splitb_route *self);
int splitb_route_open(splitb_route *self, const char *text, size_t text_len);
int splitb_route_open_file(splitb_route *self, const char *text, size_t text_len);
int splitb_route_faults(splitb_route *self, double *out, size_t *n_out);
int splitb_route_fault_path(splitb_route *self, uint32_t index, const char **out_text,
                            size_t *out_text_len);
int splitb_route_fault_text(splitb_route *self, uint32_t index, const char **out_text,
                            size_t *out_text_len);
/* Record in: revision, issued at. */
int splitb_route_build(splitb_route *self, splitb_policy *policy, splitb_plan *plan,
                       const double *in, size_t n_in);
/* Record in: revision, issued at. Text: who issues it, a line end, and why. */
int splitb_route_reissue(splitb_route *self, splitb_route *from, splitb_plan *plan,
                         const double *in, size_t n_in, const char *text, size_t text_len);
/* Record out: revision, issued at, n_variants, n_origins, cookie's max age and idle. */
int splitb_route_describe(splitb_route *self, double *out, size_t *n_out);
int splitb_route_text(splitb_route *self, const double *in, size_t n_in, const char **out_text,
                      size_t *out_text_len);
int splitb_route_origin(splitb_route *self, uint32_t index, double *out, size_t *n_out);
int splitb_route_plan(splitb_route *self, splitb_plan *into);
int splitb_route_failover(splitb_route *self, const double *in, size_t n_in, splitb_failover *into);
/* May `next` replace this one? */
int splitb_route_accept(splitb_route *self, splitb_route *next);
/* Record in: revision that the file is expected to have. Text: path. */
int splitb_route_publish(splitb_route *self, const double *in, size_t n_in, const char *text,
                         size_t text_len);

#ifdef __cplusplus
}
#endif

#endif
