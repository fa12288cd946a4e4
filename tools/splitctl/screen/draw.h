/* SPDX-License-Identifier: MIT */
/* A view as text for people. */
#ifndef SPLITCTL_DRAW_H
#define SPLITCTL_DRAW_H

#include "screen/canvas.h"
#include "screen/view.h"

/* One frame. On a small screen healthy metrics and old events are left out first. */
void draw_view(canvas *c, const view *v);

#endif
