/* SPDX-License-Identifier: MIT */
/* A comparison for people; fits narrow terminals. */
#ifndef SPLITCTL_COMPARE_SHOW_TEXT_H
#define SPLITCTL_COMPARE_SHOW_TEXT_H

#include "compare/compare.h"

/* Judged before. */
void compare_text(const comparison *c);

#endif
