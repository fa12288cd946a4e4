/* SPDX-License-Identifier: MIT */
/**
 * @file split.h
 * Umbrella of the core library `split`. The optional libraries have headers of their own:
 * split/policy.h (split-policy, cJSON), split/net.h (split-net, libcurl), split/token.h
 * (split-token, libcrypto).
 */
#ifndef SPLIT_SPLIT_H
#define SPLIT_SPLIT_H

#include "split/assign.h"
#include "split/base.h"
#include "split/distinct.h"
#include "split/error.h"
#include "split/plan.h"
#include "split/evidence.h"
#include "split/failover.h"
#include "split/forecast.h"
#include "split/histogram.h"
#include "split/meter.h"
#include "split/metric.h"
#include "split/rollout.h"
#include "split/threshold.h"

#endif
