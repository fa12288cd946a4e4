/* SPDX-License-Identifier: MIT */
/* What planner and simulation ask of their arguments. */
#ifndef SPLIT_CORE_FORECAST_CHECK_H
#define SPLIT_CORE_FORECAST_CHECK_H

#include "split/evidence.h"
#include "split/forecast.h"

/* Returns 0, SPLIT_ERR_ARG, _STRUCT, _LIMIT or _VALUE. The rollout's own options are checked by its
 * init. */
int split__forecast_check(const split_rollout_options *options, const split_forecast *forecast);

#endif
