/* SPDX-License-Identifier: MIT */
/* A tally as a table or as JSON. */
#ifndef SPLITCTL_LOGS_SHOW_H
#define SPLITCTL_LOGS_SHOW_H

#include "logs/scan.h"
#include "logs/tally.h"

void show_table(const tally *t);
void show_summary(const tally *t, const log_scan *s, size_t n_files);
void show_json(const tally *t, const log_scan *s, size_t n_files);

/* One minute: a line per arm, or one JSON object. */
void show_minute(const tally *t, split_us minute, bool json);

#endif
