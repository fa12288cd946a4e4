# SPDX-License-Identifier: MIT
"""Python against its floors: rows of a table. In each round every candidate runs once, on the same objects and buffers.

Time is the thread's own on the processor, so that other work on the machine counts as little as it can.
"""

import statistics
import sys
import time
import timeit
from array import array

import split

sys.path.insert(0, sys.argv[1])
import hand_python  # noqa: E402


def timer_of(statement, **names):
    return timeit.Timer(statement, timer=time.thread_time, globals=names)


def measure(per, rounds, calls):
    """Seconds of calls, each to its name; nanoseconds per item in every round."""
    times = {name: [] for name in calls}
    for i in range(rounds):
        names = list(calls) if i % 2 else list(reversed(calls))
        for name in names:
            times[name].append(calls[name]() / per * 1e9)
    return {name: ns[rounds // 10:] for name, ns in times.items()}


def rows(what, times, floor):
    for name, ns in times.items():
        ratio = statistics.median(a / b for a, b in zip(ns, times[floor]))
        print(f"| Python | {name}{what} | {statistics.median(ns):.1f} | {min(ns):.1f} | {ratio:.2f} |")


def single(floor, plan, what, methods):
    N = 100_000
    keys = {"str": "x" * 36, "bytes": b"x" * 36}
    timers = {"hand-written METH_O(str)": timer_of("f(k)", f=floor, k=keys["str"])}
    for method, kind in methods:
        timers[f"Plan.{method}({kind})"] = timer_of(f"p.{method}(k)", p=plan, k=keys[kind])
    calls = {name: (lambda t=timer: t.timeit(N)) for name, timer in timers.items()}
    rows(what, measure(N, 60, calls), "hand-written METH_O(str)")


def batch(plan, n, repeat, what):
    keys = bytes(ord("a") + (i * 7 + i // 36) % 26 for i in range(36 * n))
    offsets, out = array("I", range(0, 36 * n + 1, 36)), array("H", bytes(2 * n))
    texts = [keys[36 * i : 36 * i + 36].decode() for i in range(n)]
    timers = {
        "C split_assign_many": timer_of("f(k, o, v)", f=hand_python.batch, k=keys, o=offsets, v=out),
        "Plan.assign_buffer": timer_of("p.assign_buffer(k, o, v)", p=plan, k=keys, o=offsets, v=out),
        "Plan.assign_many(list[str])": timer_of("p.assign_many(t, v)", p=plan, t=texts, v=out),
        "C split_assign on list[str]": timer_of("f(t, v)", f=hand_python.texts, t=texts, v=out),
    }
    calls = {name: (lambda t=timer: t.timeit(repeat)) for name, timer in timers.items()}
    times = measure(n * repeat, 60, calls)
    rows(what, times, "C split_assign_many")
    name, floor = "Plan.assign_many(list[str])", "C split_assign on list[str]"
    ratio = statistics.median(a / b for a, b in zip(times[name], times[floor]))
    print(f"| Python | {name}, against C on list[str]{what} | | | {ratio:.2f} |")


def main():
    weights = {"new": 10, "legacy": 90}
    salted, bare = split.Plan("search-2026", weights), split.Plan("search-2026", weights, salt="")
    single(hand_python.hash_one, salted, "", [("assign", "str"), ("assign", "bytes"), ("decide", "str")])
    single(hand_python.hash_bare, bare, ", no salt", [("assign", "str"), ("assign", "bytes")])
    batch(salted, 2_000, 100, ", a key of 2,000")
    batch(salted, 1_000_000, 1, ", a key of 1,000,000")


if __name__ == "__main__":
    main()
