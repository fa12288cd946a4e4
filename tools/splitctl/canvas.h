/* SPDX-License-Identifier: MIT */
/* Lines of text that never exceed the width, with or without colour and with or without UTF-8. */
#ifndef SPLITCTL_CANVAS_H
#define SPLITCTL_CANVAS_H

#include <stdbool.h>
#include <stdio.h>

#include "cli.h"

typedef enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD } style;

typedef struct canvas {
    FILE *out;
    int width;  /* columns; 0: no limit */
    int height; /* rows that may be used; 0: no limit */
    int column; /* of the current line */
    int row;
    bool color;
    bool utf8;
} canvas;

/* Width, height, colour and UTF-8 as the terminal behind `out`, --color, NO_COLOR, TERM and the
 * locale say. */
void canvas_init(canvas *c, FILE *out, cli_color color);

void canvas_put(canvas *c, style s, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put text and fill up to `columns` behind it. */
void canvas_cell(canvas *c, style s, int columns, const char *text);
void canvas_end_line(canvas *c);

/* A bar of `columns` with a part of it filled, 0 to 1. */
void canvas_bar(canvas *c, style s, int columns, double part);

/* The last `columns` of n values between 0 and the largest; negative values are gaps. */
void canvas_spark(canvas *c, int columns, const double *values, size_t n);

#endif
