/* SPDX-License-Identifier: MIT */
/* What planner and simulation ask of their arguments. */
#ifndef SPLIT_CORE_FORECAST_CHECK_H
#define SPLIT_CORE_FORECAST_CHECK_H

#include "split/evidence.h"
#include "split/forecast.h"

/* Copy both of a caller's structs (design/embedding.md G3) and check the forecast. Returns 0, SPLIT_ERR_ARG,
 * _STRUCT, _NEWER, _LIMIT or _VALUE. The rollout's own options are checked by its init. */
int split__forecast_take(split_rollout_options *options, const split_rollout_options *their_options,
                         split_forecast *forecast, const split_forecast *their_forecast);

#endif
