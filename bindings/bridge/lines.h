/* SPDX-License-Identifier: MIT */
/* JSON Lines for scripts: replaying windows and operator actions; conventions as in plan.h. */
#ifndef SPLIT_BRIDGE_LINES_H
#define SPLIT_BRIDGE_LINES_H

#include "document.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct splitb_lines splitb_lines;
splitb_lines *splitb_lines_create(void);
void splitb_lines_destroy(splitb_lines *self);
int splitb_lines_close(splitb_lines *self);
/* A reader whose first line must be the policy. */
int splitb_lines_open(splitb_lines *self);
/* Read one line. Record out: kind; of a window its id and start, of an operator's line the action
 * and its time. */
int splitb_lines_read(splitb_lines *self, const char *text, size_t text_len, double *out,
                      size_t *n_out);
/* What the last read got wrong, as splitb_policy_faults(). */
int splitb_lines_faults(splitb_lines *self, double *out, size_t *n_out);
int splitb_lines_fault_path(splitb_lines *self, uint32_t index, const char **out_text,
                            size_t *out_text_len);
int splitb_lines_fault_text(splitb_lines *self, uint32_t index, const char **out_text,
                            size_t *out_text_len);
/* The rollout of the policy that was read. */
int splitb_lines_rollout(splitb_lines *self, splitb_rollout *into);
/* Give the window read last to a rollout; record out as splitb_rollout_step(). */
int splitb_lines_step(splitb_lines *self, splitb_rollout *rollout, double *out, size_t *n_out);
/* Who and why of the operator's line read last. */
int splitb_lines_who(splitb_lines *self, const char **out_text, size_t *out_text_len);
int splitb_lines_why(splitb_lines *self, const char **out_text, size_t *out_text_len);
/* The line read last, written again: a window or an operator's action. */
int splitb_lines_write(splitb_lines *self, const char **out_text, size_t *out_text_len);
/* The last decision of a rollout as the output line of a replay. */
int splitb_rollout_write(splitb_rollout *self, const char **out_text, size_t *out_text_len);

#ifdef __cplusplus
}
#endif

#endif
