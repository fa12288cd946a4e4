/* SPDX-License-Identifier: MIT */
/* The share that the rollout asks for becomes the route in force, and is confirmed. */
#ifndef SPLITCTL_PUBLICATION_H
#define SPLITCTL_PUBLICATION_H

#include "drive/driver.h"

/* Share of the new system that should be in force now. */
int64_t publication_percent(const driver *d);

/* Is the route in force the one that this driver read or wrote last? Always true in a dry run. */
bool publication_owns(const driver *d);

/*
 * Publish the share that the rollout asks for now, when another one is in force, and wait until
 * every router that shows its revision has it: the next window begins then. Returns CTL_OK or
 * CTL_NOT_PUBLISHED, also when somebody else changed the route since the driver read it.
 */
int publication_publish(driver *d);

/* With sinks: bring followers that lag to the route in force, in the background; one that begins or
 * ceases to lag is reported once. */
void publication_repair(driver *d);

#endif
