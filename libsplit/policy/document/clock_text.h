/* SPDX-License-Identifier: MIT */
/* Wall-clock instants as RFC 3339 text in UTC; reads no clock. */
#ifndef SPLIT_POLICY_DOCUMENT_CLOCK_TEXT_H
#define SPLIT_POLICY_DOCUMENT_CLOCK_TEXT_H

#include "policy/document/number.h"

/* "2026-11-23T00:17:00Z", with up to 6 decimals of a second, to microseconds since 1970. Years 1970
 * to 9999. */
bool split__number_time(const char *text, size_t len, split_us *out);

/* The same as text, with decimals only when there are any. `us` must be of such a year. */
void split__number_time_text(split_us us, char out[NUMBER_TEXT_BYTES]);

#endif
