/* SPDX-License-Identifier: MIT */
/* A view as text for people. */
#ifndef SPLITCTL_DRAW_H
#define SPLITCTL_DRAW_H

#include "screen/canvas.h"
#include "screen/view.h"

/* How much room there is: below DRAW_WIDE columns the table gives up bounds and history, below
 * DRAW_NORMAL the sample and long words, below DRAW_NARROW the baseline. */
typedef enum draw_layout { DRAW_TINY, DRAW_NARROW, DRAW_NORMAL, DRAW_WIDE } draw_layout;

draw_layout draw_layout_of(const canvas *c);

/* One frame. On a small screen healthy metrics and old events are left out first. */
void draw_view(canvas *c, const view *v);

/* Its table of metrics, in at most `rows` rows. */
void draw_metrics(canvas *c, const view *v, int rows);

/* The same as one JSON object on a line. */
void draw_json(FILE *out, const view *v);

#endif
