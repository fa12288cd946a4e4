# SPDX-License-Identifier: MIT
"""Python against its floor: rows of a table, ns and ratios, interleaved rounds in one process."""

import sys
import timeit
from array import array

import split

sys.path.insert(0, sys.argv[1])
import hand_python  # noqa: E402

N = 100_000
plan = split.Plan("search-2026", {"new": 10, "legacy": 90})
bare = split.Plan("search-2026", {"new": 10, "legacy": 90}, salt="")
calls = {
    "hand-written METH_O, str": ("f(k)", {"f": hand_python.hash_one, "k": "x" * 36}),
    "Plan.assign(str)": ("p.assign(k)", {"p": plan, "k": "x" * 36}),
    "Plan.assign(bytes)": ("p.assign(k)", {"p": plan, "k": b"x" * 36}),
    "Plan.decide(str)": ("p.decide(k)", {"p": plan, "k": "x" * 36}),
    "hand-written METH_O without a salt, str": ("f(k)", {"f": hand_python.hash_bare, "k": "x" * 36}),
    "Plan.assign(str) without a salt": ("p.assign(k)", {"p": bare, "k": "x" * 36}),
}
timers = {name: timeit.Timer(statement, globals=names) for name, (statement, names) in calls.items()}
best = {name: 1e9 for name in timers}
for _ in range(60):
    for name, timer in timers.items():
        best[name] = min(best[name], timer.timeit(N) / N * 1e9)
for name, ns in best.items():
    floor = best["hand-written METH_O without a salt, str" if "without" in name else "hand-written METH_O, str"]
    print(f"| Python | {name}, 36 bytes | {ns:.0f} | {ns / floor:.2f} |")

n = 1_000_000
keys = bytes(ord("a") + (i * 7 + i // 36) % 26 for i in range(36 * n))
offsets, out = array("I", range(0, 36 * n + 1, 36)), array("H", bytes(2 * n))
texts = [keys[36 * i : 36 * i + 36].decode() for i in range(n)]
best = {"C split_assign_many": 1e9, "Plan.assign_buffer": 1e9, "Plan.assign_many(list[str])": 1e9}
for _ in range(25):
    best["C split_assign_many"] = min(best["C split_assign_many"], hand_python.batch_ns(n))
    best["Plan.assign_buffer"] = min(best["Plan.assign_buffer"], timeit.timeit(lambda: plan.assign_buffer(keys, offsets, out), number=1) / n * 1e9)
    best["Plan.assign_many(list[str])"] = min(best["Plan.assign_many(list[str])"], timeit.timeit(lambda: plan.assign_many(texts, out), number=1) / n * 1e9)
for name, ns in best.items():
    print(f"| Python | {name}, a key | {ns:.1f} | {ns / best['C split_assign_many']:.2f} |")
