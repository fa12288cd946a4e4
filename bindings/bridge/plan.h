/* SPDX-License-Identifier: MIT */
/*
 * Plans for scripts. Every function returns 0 or a SPLIT_ERR_* code; SPLIT_ERR_MODE also for an
 * empty box. Records are listed as their numbers in order; "text" there is a length in the numbers
 * and bytes in the text.
 */
#ifndef SPLIT_BRIDGE_PLAN_H
#define SPLIT_BRIDGE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct splitb_plan splitb_plan;

splitb_plan *splitb_plan_create(void);
void splitb_plan_destroy(splitb_plan *self);

/* Record: text name, has_salt, text salt, mode, default, coverage percent, holdout percent,
 * n_variants, 0 and n_variants weights | 1, n_variants home counts, n_ranges and [start, end,
 * variant] each; n_overrides and [text key, variant] each. */
int splitb_plan_open(splitb_plan *self, const double *in, size_t n_in, const char *text,
                     size_t text_len);
int splitb_plan_close(splitb_plan *self);

/* The variant of a key. */
int splitb_plan_assign(splitb_plan *self, const char *key, size_t key_len, uint32_t *out_variant);
/* Record out: variant, bucket, reason. */
int splitb_plan_decide(splitb_plan *self, const char *key, size_t key_len, double *out,
                       size_t *n_out);
/* Record out: hash, variant, reason, bucket, range, start, end, range's variant, coverage bucket,
 * holdout bucket, override index. */
int splitb_plan_explain(splitb_plan *self, const char *key, size_t key_len, double *out,
                        size_t *n_out);
/* Record out: decided, variant, bucket, reason. */
int splitb_plan_gate(splitb_plan *self, const char *key, size_t key_len, double *out,
                     size_t *n_out);
/* Record out: hash. */
int splitb_plan_unit_hash(splitb_plan *self, const char *key, size_t key_len, double *out,
                          size_t *n_out);
/* Columnar batch: n_offsets = n_variants + 1; unusable keys get the default variant and are
 * counted. */
int splitb_plan_assign_columns(splitb_plan *self, const char *keys, size_t keys_len,
                               const uint32_t *offsets, size_t n_offsets, uint16_t *variants,
                               size_t n_variants, uint32_t *out_n_bad);
/* For callers in C only: keys that lie anywhere; unusable ones are added to *n_bad. */
int splitb_plan_assign_each(splitb_plan *self, const char *const *keys, const size_t *key_lens,
                            size_t n_keys, uint16_t *variants, uint32_t *n_bad);
/* The same as the columns on a pinned plan (NULL for an empty box), for callers that let go of the
 * interpreter's lock meanwhile. */
void *splitb_plan_pin(splitb_plan *self);
void splitb_plan_unpin(splitb_plan *self, void *pinned);
int splitb_plan_assign_pinned(const void *pinned, const char *keys, size_t keys_len,
                              const uint32_t *offsets, size_t n_offsets, uint16_t *variants,
                              size_t n_variants, uint32_t *out_n_bad);

/* Record out: mode, default, coverage, holdout, bytes, n_variants and [buckets, home] each,
 * n_ranges and [start, end, variant] each, n_overrides. */
int splitb_plan_describe(splitb_plan *self, double *out, size_t *n_out);
int splitb_plan_name(splitb_plan *self, const char **out_text, size_t *out_text_len);
int splitb_plan_salt(splitb_plan *self, const char **out_text, size_t *out_text_len);
/* Override `index`: its key, and record out: variant. */
int splitb_plan_override_key(splitb_plan *self, uint32_t index, const char **out_text,
                             size_t *out_text_len);
int splitb_plan_override_variant(splitb_plan *self, uint32_t index, double *out, size_t *n_out);

/* Record in: weights. Record out: moved. `into` receives the new plan. */
int splitb_plan_reweight(splitb_plan *self, const double *in, size_t n_in, splitb_plan *into,
                         double *out, size_t *n_out);
int splitb_plan_rehome(splitb_plan *self, const double *in, size_t n_in, splitb_plan *into,
                       double *out, size_t *n_out);
/* Record out: moved, variants of self, variants of to, the matrix row by row. */
int splitb_plan_diff(splitb_plan *self, splitb_plan *to, double *out, size_t *n_out);

/* Record in: format, text key and text table ("" for the default), n_variants and their names. */
int splitb_plan_export(splitb_plan *self, const double *in, size_t n_in, const char *text,
                       size_t text_len, const char **out_text, size_t *out_text_len);

/* A random generator or an even state, to draw from plans of those modes. */
typedef struct splitb_draw splitb_draw;

splitb_draw *splitb_draw_create(void);
void splitb_draw_destroy(splitb_draw *self);
/* Record in: seed. */
int splitb_draw_seed(splitb_draw *self, const double *in, size_t n_in);
/* Record out: variant, bucket, reason. The plan's mode says whether it is random or even. */
int splitb_draw_next(splitb_draw *self, splitb_plan *plan, double *out, size_t *n_out);

#ifdef __cplusplus
}
#endif

#endif
