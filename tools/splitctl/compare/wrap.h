/* SPDX-License-Identifier: MIT */
/* Text in lines of a width. */
#ifndef SPLITCTL_COMPARE_WRAP_H
#define SPLITCTL_COMPARE_WRAP_H

/* Lines of at most `width` columns; those after the first are indented by two more. */
void compare_wrap(int indent, int width, const char *text);

#endif
