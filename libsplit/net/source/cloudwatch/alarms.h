/* SPDX-License-Identifier: MIT */
/* A page of DescribeAlarms' answer: which alarms ring, and which know nothing. */
#ifndef SPLIT_NET_SOURCE_CLOUDWATCH_ALARMS_H
#define SPLIT_NET_SOURCE_CLOUDWATCH_ALARMS_H

#include "net/source/cloudwatch/cloudwatch.h"

/* Alarms as far as a reading shows them; doubtful ones go to the suspects first. */
int split__cw_take_alarms(const split_http_answer *answer, split_reading *out,
                          cw_suspects *suspects, char **out_token, split_error *error);

#endif
