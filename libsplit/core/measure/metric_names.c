/* SPDX-License-Identifier: MIT */
/* Names of the registries of counters, metrics and levels. */
#include "common/names.h"
#include "split/metric.h"
#include "split/threshold.h"

SPLIT__NAME_FUNCTION(split_counter_name, SPLIT_COUNTER_MAP)
SPLIT__NAME_FUNCTION(split_metric_kind_name, SPLIT_METRIC_KIND_MAP)
SPLIT__NAME_FUNCTION(split_metric_form_name, SPLIT_METRIC_FORM_MAP)
SPLIT__NAME_FUNCTION(split_op_name, SPLIT_OP_MAP)
SPLIT__NAME_FUNCTION(split_missing_name, SPLIT_MISSING_MAP)
SPLIT__NAME_FUNCTION(split_level_name, SPLIT_LEVEL_MAP)
