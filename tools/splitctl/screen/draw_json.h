/* SPDX-License-Identifier: MIT */
/* A view as one JSON object on a line: all that the text shows, and more. */
#ifndef SPLITCTL_SCREEN_DRAW_JSON_H
#define SPLITCTL_SCREEN_DRAW_JSON_H

#include "screen/draw.h"

/* The same as one JSON object on a line. */
void draw_json(FILE *out, const view *v);

#endif
