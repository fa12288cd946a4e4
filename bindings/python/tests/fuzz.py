#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Call everything wrongly: fuzz.py [CALLS] [SEED]. Wrong types, wrong boxes, freed and unmade objects, re-entrancy, threads.

Any exception is fine; a crash of the interpreter is the finding. Prints how many calls of which outcome there were.
"""

import collections
import gc
import os
import random
import sys
import tempfile
import threading

import split
from split import _core

KINDS = ["Plan", "Draw", "Failover", "Meter", "Histogram", "Distinct", "Evidence", "Rollout", "Policy", "Route", "Lines", "Token"]
POLICY = ('{"schema":1,"split":{"name":"s","variants":[{"name":"a","weight":1},{"name":"b","weight":1}],"default":"b"},'
          '"origins":{"a":{"url":"http://a"},"b":{"url":"http://b"}},"metrics":[{"name":"e","kind":"error","target":"< 1%",'
          '"warning":"> 1%","critical":"> 5%"}],"rollout":{"variant":"a","baseline":"b","phases":[{"percent":10,"bake":"1h"}]}}')


def good_objects():
    policy = split.Policy(POLICY)
    return [split.Plan("s", [1, 2]), split.Plan("s", [1, 2], mode="even"), split.Draw(1), split.Failover({"x": ["a", "b"]}),
            split.Meter(2, [split.metric("p", "latency")]), split.Histogram([5]), split.DistinctUsers(64), split.Evidence(),
            policy.rollout(), policy, split.Route.build(policy, policy.plan(), 1, 10**15), split.Replay(), split.Token("s")]


class Evil:
    """Acts in the middle of a conversion: closes what is in use, or raises."""

    def __init__(self, rng, pool):
        self.rng, self.pool = rng, pool

    def act(self):
        victim = self.rng.choice(self.pool)
        if hasattr(victim, "close") and self.rng.random() < 0.5:
            victim.close()
        if self.rng.random() < 0.2:
            raise RuntimeError("evil")

    def __float__(self):
        self.act()
        return self.rng.choice([0.0, -1.0, 1e300, float("nan"), float("inf"), 3.0])

    def __index__(self):
        self.act()
        return self.rng.choice([0, -1, 2**70, 5])

    def __len__(self):
        self.act()
        return 3

    def __getitem__(self, i):
        self.act()
        if i > 5:
            raise IndexError
        return self


def value(rng, pool):
    weird = [None, True, -1, 0, 1, 2**31, 2**32, 2**53, 2**64, -2**70, 0.5, float("nan"), float("inf"), "", "a", "\ud800", "x" * 5000,
             "\U0001f600" * 9, b"", b"\x00\xff" * 9, bytearray(b"abc"), memoryview(b"abcdef")[::2], [], [1], (), {}, {1: 2}, object(),
             type, len, Evil(rng, pool), [Evil(rng, pool)] * 3, gc, POLICY, range(3), set(), 1j]
    roll = rng.random()
    if roll < 0.35:
        return rng.choice(pool)
    if roll < 0.6:
        n = rng.choice([0, 1, 2, 3, 5, 6, 8, 12, 15, 18, 19, 40])
        return [rng.choice([0, 0, 1, 2, 3, 7, 10, -1, 0.5, 2**20, 2**32, 2**53, float("inf"), float("nan")]) for _ in range(n)]
    if roll < 0.7:
        return rng.choice(pool).__class__.__new__(rng.choice(pool).__class__) if rng.random() < 0.5 else rng.randbytes(rng.randrange(80))
    return rng.choice(weird)


def targets(pool):
    flat = [getattr(_core, name) for name in dir(_core) if not name.startswith(("_", "SPLIT")) and callable(getattr(_core, name))]
    classes = [getattr(split, name) for name in split.__all__ if isinstance(getattr(split, name), type)]
    return flat, classes


def one_call(rng, pool, flat, classes, outcomes):
    roll = rng.random()
    try:
        if roll < 0.6:
            rng.choice(flat)(*[value(rng, pool) for _ in range(rng.randrange(6))])
        elif roll < 0.9:
            thing = rng.choice(pool)
            name = rng.choice([n for n in dir(thing) if n not in ("__class__", "__subclasshook__")])
            member = getattr(thing, name)
            if callable(member):
                member(*[value(rng, pool) for _ in range(rng.randrange(4))])
        else:
            made = rng.choice(classes)(*[value(rng, pool) for _ in range(rng.randrange(5))])
            if hasattr(made, "close"):
                pool[rng.randrange(len(pool))] = made
        outcomes["returned"] += 1
    except split.SplitError:
        outcomes["SplitError"] += 1
    except Exception:  # noqa: BLE001 - whatever it is, it is not a crash
        outcomes["other exception"] += 1


def run(seed, n_calls, shared, outcomes):
    rng = random.Random(seed)
    pool = shared if shared is not None else good_objects()
    flat, classes = targets(pool)
    for i in range(n_calls):
        one_call(rng, pool, flat, classes, outcomes)
        if i % 300 == 299:
            pool[:] = good_objects()
        if i % 5000 == 4999:
            gc.collect()


def main():
    with tempfile.TemporaryDirectory() as folder:  # publishing may write where it likes, here
        os.chdir(folder)
        fuzz()
        os.chdir("/")


def fuzz():
    n_calls = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    outcomes = collections.Counter()
    run(seed, n_calls * 3 // 4, None, outcomes)
    pool = good_objects()
    threads = [threading.Thread(target=run, args=(seed + 1 + i, n_calls // 16, pool, outcomes)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"python fuzz seed {seed}: {sum(outcomes.values())} calls, no crash: {dict(outcomes)}")


main()
