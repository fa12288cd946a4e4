/* SPDX-License-Identifier: MIT */
/* One window that somebody else counted, as JSON. */
#ifndef SPLIT_NET_WINDOWS_ROW_H
#define SPLIT_NET_WINDOWS_ROW_H

#include <cjson/cJSON.h>

#include "split/source.h"

/*
 * A row is the line of a window ({"start", "arms": {"new": {"sent": 10, ...}}}), or flat, as SQL
 * gives it: {"start", "variant", "sent", "error", "p95_over_target", "checkout_bad", ...}. Counts may
 * be numbers or texts; null is not counted. `why` receives what is wrong.
 */
typedef struct window_row {
    split_us start_us; /* wall clock; -1 when it names none */
    split_arm arm[SPLIT_READING_ARM_COUNT];
    bool has_arm[SPLIT_READING_ARM_COUNT];
} window_row;

bool split__row_read(const cJSON *json, const split_source_options *o, window_row *out, char *why,
                     size_t why_size);

/* Add a row to a reading. */
void split__row_add(const window_row *row, split_reading *out);

#endif
