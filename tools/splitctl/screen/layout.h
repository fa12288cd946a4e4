/* SPDX-License-Identifier: MIT */
/* How much room a screen has. */
#ifndef SPLITCTL_SCREEN_LAYOUT_H
#define SPLITCTL_SCREEN_LAYOUT_H

#include "screen/canvas.h"

/* How much room there is: below DRAW_WIDE columns the table gives up bounds and history, below
 * DRAW_NORMAL the sample and long words, below DRAW_NARROW the baseline. */
typedef enum draw_layout { DRAW_TINY, DRAW_NARROW, DRAW_NORMAL, DRAW_WIDE } draw_layout;

draw_layout draw_layout_of(const canvas *c);

#endif
