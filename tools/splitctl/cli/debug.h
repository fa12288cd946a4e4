/* SPDX-License-Identifier: MIT */
/* Debug lines on standard error: what is read, asked, decided and published, for --verbose and
 * SPLITCTL_LOG=debug. */
#ifndef SPLITCTL_DEBUG_H
#define SPLITCTL_DEBUG_H

#include <stdbool.h>

/* --verbose was given. */
void debug_enable(void);

/* Obey SPLITCTL_LOG: "debug" switches lines on; "off", "" and no variable leave them off. False,
 * reported on stderr, for any other word. */
bool debug_from_environment(void);

/* One line with the time; nothing while debug lines are off. An argument must never be a secret,
 * nor text from a peer that may hold control characters. */
void debug_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A source or URL without what may be secret in it: user, password and query. The text lives until
 * the next call. */
const char *debug_place(const char *place);

#endif
