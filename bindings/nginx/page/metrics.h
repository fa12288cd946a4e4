/* SPDX-License-Identifier: MIT */
/* The page of counters, as Prometheus text and as JSON. */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>

#include "memory/zone.h"

struct split_site;

/* A copy of the shared memory to write from. NULL: out of memory. Free with free(). */
struct zone_memory *metrics_copy(struct split_site *site);

void metrics_write(struct split_site *site, struct zone_memory *copy, FILE *out);

/* The smallest revision of all living workers; 0 while the policy's own weights hold. */
uint64_t metrics_revision(const struct split_site *site, const struct zone_memory *copy);

/* JSON: what is in force. */
void status_json(struct split_site *site, struct zone_memory *copy, FILE *out);

#endif
