/* SPDX-License-Identifier: MIT */
/* Pieces of HTML: text made harmless, times, numbers, tables, and marks of a state. */
#ifndef SPLITCTL_REPORT_HTML_H
#define SPLITCTL_REPORT_HTML_H

#include <stdio.h>

#include "split/base.h"

/* A state has a colour, a shape and a word; none of them stands alone. */
typedef enum html_state { HTML_GOOD, HTML_WARN, HTML_BAD, HTML_OPEN } html_state;

/* Text with everything that HTML reads made harmless; what is no UTF-8 becomes U+FFFD. */
void html_text(FILE *out, const char *text);

/* Words of people: isolated, so that their direction of writing turns nothing around them. */
void html_words(FILE *out, const char *text);

/* A variant or a metric, set apart from the sentence around it. */
void html_name(FILE *out, const char *name);

/* "2026-11-23 09:17:25" in a time element; all times are UTC. Narrow tables hide the day. */
void html_time(FILE *out, split_us wall);

/* "0.251 %", "25.8 %", "< 0.001 %": up to three digits that mean something. */
const char *html_percent(double percent, char buf[32]);

/* "182 ms", "1.25 s"; "over scale" for INFINITY. */
const char *html_ms(double ms, char buf[32]);

/* The shape of a state, followed by a word. */
void html_badge(FILE *out, html_state state, const char *word);

/* A table in a region that scrolls by itself and can be reached by keyboard. `heads` ends with
 * NULL. */
void html_table(FILE *out, const char *id, const char *caption, const char *const *heads);
/* The same; where there is little room, its rows become blocks of their cells. */
void html_stack(FILE *out, const char *id, const char *caption, const char *const *heads);
void html_table_end(FILE *out);

/* A row of a table that says there is nothing else. */
void html_row_note(FILE *out, int columns, const char *note);

#endif
