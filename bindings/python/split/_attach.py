# SPDX-License-Identifier: MIT
"""Gives every method the C comment of the function it stands on, after its own sentence."""

from __future__ import annotations

from typing import Any, Iterable

from ._docs import DOCS

_FUNCTIONS = {
    "Plan.assign": "split_assign", "Plan.decide": "split_assign", "Plan.explain": "split_assign_explain",
    "Plan.gate": "split_assign_gate", "Plan.unit_hash": "split_plan_unit_hash", "Plan.assign_many": "split_assign_many",
    "Plan.assign_buffer": "split_assign_many", "Draw.next": "split_assign_even", "Rollout.plan": "split_rollout_plan",
    "DistinctUsers.note": "split_distinct_note", "Replay.read": "split_lines_read", "Failover.status":
    "split_failover_origin_status", "Policy.rollout": "split_policy_rollout_options", "Policy.plan": "split_policy_plan_options",
    "Policy.failover": "split_policy_failover_options", "Route.plan": "split_route_plan_options",
    "Route.failover": "split_route_failover_options", "Policy.load": "split_policy_load_file", "Route.load": "split_route_load_file",
}


def attach(classes: Iterable[Any]) -> None:
    for cls in classes:
        for name, value in list(vars(cls).items()):
            function = getattr(value, "__func__", value)
            if name.startswith("_") or not callable(function) or not hasattr(function, "__code__"):
                continue
            c_name = _FUNCTIONS.get(f"{cls.__name__}.{name}", f"split_{cls.__name__.lower()}_{name}")
            if c_name in DOCS:
                function.__doc__ = "\n\n".join(filter(None, [function.__doc__, f"{c_name}(): {DOCS[c_name]}"]))
