/* SPDX-License-Identifier: MIT */
/* The table of metrics of a view: level, both systems, bounds, sample, proof, history. */
#ifndef SPLITCTL_SCREEN_DRAW_METRICS_H
#define SPLITCTL_SCREEN_DRAW_METRICS_H

#include "screen/draw.h"

/* Its table of metrics, in at most `rows` rows. */
void draw_metrics(canvas *c, const view *v, int rows);

#endif
