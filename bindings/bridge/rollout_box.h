/* SPDX-License-Identifier: MIT */
/* What the box of a rollout holds: the rollout, the options it was made of, and the last
 * decision. */
#ifndef SPLIT_BRIDGE_ROLLOUT_BOX_H
#define SPLIT_BRIDGE_ROLLOUT_BOX_H

#include "box.h"
#include "rollout.h"
#include "split/rollout.h"

/* Put a rollout made from these options into the box. */
int splitb_rollout_fill(splitb_rollout *self, const split_rollout_options *options);
/* Step it by a window; record out as splitb_rollout_step(). */
int splitb_rollout_take(splitb_rollout *self, const split_window *window, double *out,
                        size_t *n_out);
/* The rollout inside a box, or NULL; *out_last is its last decision, or NULL. */
const split_rollout *splitb_rollout_core(const splitb_rollout *self,
                                         const split_rollout_decision **out_last);
splitb_box *splitb_rollout_box(splitb_rollout *self);

#endif
