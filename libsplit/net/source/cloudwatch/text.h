/* SPDX-License-Identifier: MIT */
/* The policy's text for a metric of CloudWatch: NAMESPACE:METRIC{NAME=VALUE,...}:STATISTIC. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_TEXT_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_TEXT_H

#include "net/source/cloudwatch/cloudwatch.h"

/* Region after the "@" at the end of a text, "" for none. */
const char *split__cw_region(const char *text, size_t *out_len);

/* Whether a text speaks of an arm. */
bool split__cw_names_arm(const char *text);

/* Read a text with `arm` in place of each $arm. SPLIT_ERR_VALUE or SPLIT_ERR_NOMEM with a sentence;
 * free() out->own. */
int split__cw_text_read(const char *text, const char *arm, cw_text *out, split_error *error);

/* Text of the statistic in place of the last part of `text`, such as "SampleCount"; NULL without
 * memory. */
char *split__cw_with_statistic(const char *text, const char *statistic);

/* The last part of a text without region and " or 0". */
void split__cw_statistic(const char *text, char *buf, size_t buf_size);

/* Series as people write it, for sentences. */
void split__cw_print(const cw_text *t, char *buf, size_t buf_size);

#endif
