/* SPDX-License-Identifier: MIT */
/* A page of GetMetricData's answer: datapoints go to their periods, and what is incomplete is
 * reported. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_ANSWER_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_ANSWER_H

#include "net/source/cloudwatch/cloudwatch.h"

int split__cw_points_new(size_t n_series, split_us start, split_us period, size_t n_periods,
                         cw_points *out);
void split__cw_points_free(cw_points *points);

/*
 * Take a page over. *out_token is the next page's, NULL at the end; free() it. `note` receives what
 * CloudWatch itself remarks. SPLIT_ERR_PEER for an answer that cannot be understood.
 */
int split__cw_take_metrics(cw_plan *plan, const split_http_answer *answer, cw_points *points,
                           char **out_token, char *note, size_t note_size, split_error *error);

/* SPLIT_ERR_PEER when a series did not come whole. */
int split__cw_check_whole(const cw_plan *plan, split_error *error);

/* The answer's NextToken, owned; NULL at the end. */
char *split__cw_token(const cJSON *root);

#endif
