# SPDX-License-Identifier: MIT
"""Deterministic traffic splitting, failover and rollout verdicts: the libsplit core for Python."""

from ._core import split_version as version
from ._errors import (
    ArgumentTypeError,
    BugError,
    DataError,
    Fault,
    OutsideError,
    ResourceError,
    SplitError,
    UsageError,
)
from ._attach import attach
from .failover import Answer, Event, Failover, Followup, Status
from .measure import Arm, Bound, DistinctUsers, Evidence, Histogram, Meter, Metric, MetricKind, metric, metric_kind, shown_levels
from .plan import Assignment, Draw, Explanation, Plan, Range
from .policy import Cookie, Notify, Origin, Policy, Route, Sink, SinkField
from .rollout import Decision, Expectation, MetricDecision, Operator, ProofTime, Replay, Rollout
from .token import Stored, StoredDecision, Token

attach([DistinctUsers, Draw, Evidence, Failover, Histogram, Meter, Plan, Policy, Replay, Rollout, Route, Token])

__version__ = version()
del attach
__all__ = [
    "Answer", "ArgumentTypeError", "Arm", "Assignment", "Bound", "BugError", "Cookie", "DataError", "Decision",
    "DistinctUsers", "Draw", "Event", "Evidence", "Expectation", "Explanation", "Failover", "Fault", "Followup",
    "Histogram", "Meter", "Metric", "MetricDecision", "MetricKind", "Notify", "Operator", "Origin", "OutsideError", "Plan",
    "Policy", "ProofTime", "Range", "Replay", "ResourceError", "Rollout", "Route", "Sink", "SinkField", "SplitError",
    "Status", "Stored", "StoredDecision", "Token", "UsageError", "metric", "metric_kind", "shown_levels", "version",
]
