/* SPDX-License-Identifier: MIT */
/* A refusal of AWS as a sentence with a cure. */
#ifndef SPLIT_NET_AWS_REFUSED_H
#define SPLIT_NET_AWS_REFUSED_H

#include "net/aws/aws.h"

/* The sentence of a refusal; returns SPLIT_ERR_PEER. */
int split__aws_refused(const aws_call *call, const split_http_answer *answer, split_error *error);

#endif
