/* SPDX-License-Identifier: MIT */
/* Metrics of the policy: conditions such as "< 1%", and the rules that hold them together. */
#ifndef SPLIT_POLICY_POLICY_METRIC_READ_H
#define SPLIT_POLICY_POLICY_METRIC_READ_H

#include "policy/policy/read.h"

void split__read_condition(loader *l, const field *f, uint32_t node, void *object);
void split__prepare_metric(loader *l, uint32_t node, void *object);
void split__check_metric(loader *l, uint32_t node, void *object, bool clean);

#endif
