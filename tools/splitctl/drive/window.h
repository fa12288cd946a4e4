/* SPDX-License-Identifier: MIT */
/* One window: read the sources, judge what they counted, record it. */
#ifndef SPLITCTL_WINDOW_H
#define SPLITCTL_WINDOW_H

#include "drive/driver.h"

/* Begin a window now; the sources were read just before. */
void window_begin(driver *d);

/* Begin a window now: what was counted before it is read and dropped. */
void window_mark(driver *d);

/* Close the current window: read all sources, judge. Fills window, reading and decision. CTL_OK,
 * CTL_BAD_INPUT, or CTL_HOLD when fleet_on_wait() said FLEET_STOP: then nothing was judged. */
int window_step(driver *d);

#endif
