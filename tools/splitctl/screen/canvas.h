/* SPDX-License-Identifier: MIT */
/* Lines of text that never exceed width and height, with or without colour and UTF-8. What is cut
 * off ends in a mark; nothing from outside steers the terminal. */
#ifndef SPLITCTL_CANVAS_H
#define SPLITCTL_CANVAS_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/cli.h"

typedef enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD } style;

typedef struct canvas {
    FILE *out;
    int width;  /* columns; 0: no limit */
    int height; /* rows of the screen, of which the last stays free; 0: no limit */
    int column; /* of the current line */
    int row;
    bool color;
    bool utf8;
} canvas;

/* Width, height, colour and UTF-8 as the terminal behind `out`, --color, NO_COLOR, TERM and the
 * locale say. */
void canvas_init(canvas *c, FILE *out, cli_color color);

void canvas_put(canvas *c, style s, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Put text, cut so that a space is left, and fill up to `columns`. */
void canvas_cell(canvas *c, style s, int columns, const char *text);

/* Put text over as many lines as it needs, each but the first indented. Ends the line. */
void canvas_wrap(canvas *c, style s, int indent, const char *text);

/* Columns that are left in the line. */
int canvas_room(const canvas *c);

/* Rows that are left on the screen. */
int canvas_rows(const canvas *c);
void canvas_end_line(canvas *c);

/* A bar of `columns` with a part of it filled, 0 to 1. */
void canvas_bar(canvas *c, style s, int columns, double part);

/* The last `columns` of n values between 0 and the largest; negative values are gaps. */
void canvas_spark(canvas *c, int columns, const double *values, size_t n);

#endif
