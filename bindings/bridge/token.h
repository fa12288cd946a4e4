/* SPDX-License-Identifier: MIT */
/* Stored decisions (cookie values) for scripts; conventions as in plan.h. */
#ifndef SPLIT_BRIDGE_TOKEN_H
#define SPLIT_BRIDGE_TOKEN_H

#include "plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct splitb_token splitb_token;
splitb_token *splitb_token_create(void);
void splitb_token_destroy(splitb_token *self);
int splitb_token_close(splitb_token *self);
/* Record: text split, max age, idle, skew, fence; text of a key file or empty; n_keys and [text id,
 * text secret] each. */
int splitb_token_open(splitb_token *self, const double *in, size_t n_in, const char *text,
                      size_t text_len);
/* Record in: revision, issued_s, seen_s, text variant, text subject. */
int splitb_token_write(splitb_token *self, const double *in, size_t n_in, const char *text,
                       size_t text_len, const char **out_text, size_t *out_text_len);
/* Record in: clock, text value, text subject. Record out: status, revision, issued_s, seen_s. */
int splitb_token_read(splitb_token *self, const double *in, size_t n_in, const char *text,
                      size_t text_len, double *out, size_t *n_out);
/* Record in: clock, revision, n_names and their texts, text value, text key. Record out: variant,
 * bucket, rule, status; revision, issued_s, seen_s of the value to store. */
int splitb_token_decide(splitb_token *self, splitb_plan *plan, const double *in, size_t n_in,
                        const char *text, size_t text_len, double *out, size_t *n_out);
/* Variant of what was read or is to be stored. */
int splitb_token_variant(splitb_token *self, const char **out_text, size_t *out_text_len);

#ifdef __cplusplus
}
#endif

#endif
