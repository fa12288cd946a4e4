# SPDX-License-Identifier: MIT
"""Evaluate windows of a canary: two bad minutes roll it back, with proof."""

import split

rollout = split.Rollout([split.metric("error_rate", "error")], [(10, 14_400_000_000)])
for minute in (1, 2, 3):
    arm = split.Arm({"sent": 60, "outcomes": 60, "error": 0 if minute == 1 else 12})
    decision = rollout.step(minute, arm)
    print(f"minute {minute}: {decision.decision} {decision.reason}: {decision.detail}")
