/* SPDX-License-Identifier: MIT */
/* The failover machine that all workers share. */
#ifndef MACHINE_H
#define MACHINE_H

#include <split/failover.h>

struct routing;
struct split_site;

/* The machine, until machine_leave(); nothing in between waits, logs or allocates. */
split_failover *machine_enter(struct split_site *site);
void machine_leave(struct split_site *site);

/*
 * Put the machine of a route in place: the one before gives it its state, an origin whose url
 * changed starts fresh. Without `force` only a newer route than the one there does so.
 */
int machine_replace(struct split_site *site, struct routing *next, bool force);

/* One line of the error log for each transition, with the evidence it rests on; outside the lock. */
void machine_log(struct split_site *site, const split_failover_events *events);

#endif
