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
from .plan import Assignment, Draw, Explanation, Plan, Range

__version__ = version()
__all__ = [
    "ArgumentTypeError", "Assignment", "BugError", "DataError", "Draw", "Explanation", "Fault", "OutsideError", "Plan",
    "Range", "ResourceError", "SplitError", "UsageError", "version",
]
