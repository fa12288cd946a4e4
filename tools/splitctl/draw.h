/* SPDX-License-Identifier: MIT */
/* A view as text for people. */
#ifndef SPLITCTL_DRAW_H
#define SPLITCTL_DRAW_H

#include "canvas.h"
#include "view.h"

/* One frame, at most c->height rows when that is not 0: events are left out first. */
void draw_view(canvas *c, const view *v);

/* The same as one JSON object on a line. */
void draw_json(FILE *out, const view *v);

#endif
