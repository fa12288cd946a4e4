// SPDX-License-Identifier: MIT
import split from './index.js';

export const {
  runtime, version, Plan, Draw, Failover, Meter, Histogram, DistinctUsers, Evidence, metric, checkMetric, metricKind, metricLevel,
  shownLevels, Rollout, Replay, Policy, Route, Token, SplitError, UsageError, DataError, ResourceError, OutsideError, BugError,
} = split;
export default split;
