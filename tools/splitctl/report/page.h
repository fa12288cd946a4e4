/* SPDX-License-Identifier: MIT */
/* The page, and the sections that it is made of, from top to bottom. */
#ifndef SPLITCTL_REPORT_PAGE_H
#define SPLITCTL_REPORT_PAGE_H

#include "report/data.h"
#include "report/html.h"

/* All of it. */
void report_html(FILE *out, const report *r);

/* Colours, sizes and the rest of the look: rules, ended by NULL. */
extern const char *const page_style[];

/* How it ended or stands, in one sentence, for the headline. */
html_state page_state(const report *r);
const char *page_state_word(const report *r);

#endif
