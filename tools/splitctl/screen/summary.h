/* SPDX-License-Identifier: MIT */
/* What `run` prints for people: one line per change, and a summary at the end. */
#ifndef SPLITCTL_SUMMARY_H
#define SPLITCTL_SUMMARY_H

#include "drive/driver.h"

/* Where the rollout stands when the driver takes over. */
void summary_begin(const driver *d);

/* The decision of the last window. */
void summary_line(const driver *d);

/* The same as the documents' JSON line, every window. */
void summary_json(const driver *d);

/* A publication and how long it took to take effect. */
void summary_published(const driver *d);

/* The closing summary; `code` is the exit code to come. */
void summary_end(const driver *d, int code);

#endif
