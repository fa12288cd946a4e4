/* SPDX-License-Identifier: MIT */
/* What the journal recorded word for word: decisions, publications and who moved, operators. */
#ifndef SPLITCTL_REPORT_RECORD_H
#define SPLITCTL_REPORT_RECORD_H

#include "report/page.h"

void page_decisions(FILE *out, const report *r);
void page_moves(FILE *out, const report *r);
void page_operators(FILE *out, const report *r);

#endif
