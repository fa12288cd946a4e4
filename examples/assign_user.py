# SPDX-License-Identifier: MIT
"""Assign users to variants, change the weights, and see who moves."""

import split

plan = split.Plan("search", {"new": 10, "legacy": 90}, default="legacy")
for user in ("user-1", "user-42", "jürgen"):
    decision = plan.decide(user)
    print(f"{user}: {plan.variants[decision.variant]} (bucket {decision.bucket})")
half, moved = plan.reweight({"new": 50, "legacy": 50})
print(f"10% to 50% moves {moved} of {sum(half.buckets)} buckets")
