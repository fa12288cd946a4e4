/* SPDX-License-Identifier: MIT */
/* The terminal while a live view is shown: its own screen, and back to what it was whatever
 * happens. */
#ifndef SPLITCTL_TERM_H
#define SPLITCTL_TERM_H

#include <stdbool.h>
#include <stddef.h>

/* Switch to the alternate screen and hide the cursor; SIGINT, SIGTERM and SIGHUP only set
 * term_stopped(). What is reported on standard error is kept until term_leave(). */
void term_enter(void);

/* Restore the terminal and say what was kept. Harmless when it was not entered. */
void term_leave(void);

/* The next line that was kept and not yet asked for, without its end; false when there is none. */
bool term_report(char *buf, size_t buf_size);

/* Without a terminal signals are wanted all the same. */
void term_catch_signals(void);

/* A signal asked to stop. */
bool term_stopped(void);

/* The window changed its size since the last call. */
bool term_resized(void);

#endif
