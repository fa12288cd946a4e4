# SPDX-License-Identifier: MIT
"""Bad input gives a typed exception with the code and text that every language gives (bindings/tests/bad_input.json)."""

import json
import os

import pytest
import split

TABLE = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "bad_input.json")
with open(TABLE, encoding="utf-8") as file:
    EXPECTED = json.load(file)


def plan(**options):
    return split.Plan("s", [1, 1], **options)


def closed():
    made = plan()
    made.close()
    return made.assign("x")


def rollout():
    return split.Rollout([split.metric("error_rate", "error")], [(10, 60_000_000)])


def twice():
    made = rollout()
    for _ in range(2):
        made.step(1, split.Arm({"outcomes": 1, "error": 0}))


MACHINE = {"new": ["a", "b"]}
CASES = {
    "empty key": lambda: plan().assign(""),
    "over-long key": lambda: plan().assign("x" * 4097),
    "lone surrogate": lambda: plan().assign("a\ud800b"),
    "lone surrogate in a name": lambda: split.Plan("\udfff", [1]),
    "number as key": lambda: plan().assign(5),
    "nothing as key": lambda: plan().assign(None),
    "negative weight": lambda: split.Plan("s", [1, -1]),
    "all weights zero": lambda: split.Plan("s", [0, 0]),
    "no weights": lambda: split.Plan("s", []),
    "text as weight": lambda: split.Plan("s", ["1", 2]),
    "seven decimals": lambda: split.Plan("s", [0.1234567, 1]),
    "empty name": lambda: split.Plan("", [1]),
    "bad salt": lambda: plan(salt="a:b"),
    "unknown mode": lambda: plan(mode="sometimes"),
    "unknown default": lambda: plan(default="nobody"),
    "closed plan": closed,
    "random plan asked by key": lambda: plan(mode="random").assign("x"),
    "ranges with a gap": lambda: split.Plan("s", home=[1, 1048575], ranges=[[0, 1, 0], [2, 1048576, 1]]),
    "unknown failover parameter": lambda: split.Failover(MACHINE, patience=3),
    "unknown chain": lambda: split.Failover(MACHINE).route(0, "old"),
    "unknown outcome": lambda: split.Failover(MACHINE).report(0, (0,) * 15, "FINE"),
    "impossible window": lambda: rollout().step(1, split.Arm({"outcomes": 1, "error": 2})),
    "window given twice": twice,
    "policy that is no JSON": lambda: split.Policy("{"),
    "policy without fields": lambda: split.Policy('{"schema": 1}'),
    "missing file": lambda: split.Policy.load("/nonexistent/policy.json"),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_input(name):
    with pytest.raises(split.SplitError) as caught:
        CASES[name]()
    text = str(caught.value)

    assert text.startswith(EXPECTED[name]) and EXPECTED[name].startswith(caught.value.name + ": ")
    assert caught.value.code < 0


def test_every_case_is_listed():
    assert sorted(CASES) == sorted(EXPECTED)


def test_categories_have_classes():
    with pytest.raises(split.UsageError):
        plan().assign("")
    with pytest.raises(TypeError):
        plan().assign(5)
    with pytest.raises(split.DataError):
        split.Plan("s", [])
    with pytest.raises(OSError):
        split.Policy.load("/nonexistent/policy.json")


def test_a_policy_lists_its_faults():
    with pytest.raises(split.DataError) as caught:
        split.Policy('{"schema": 1, "split": {"name": "-"}, "more": 1}')
    assert len(caught.value.faults) >= 2
    assert all(fault.path.startswith("$") and fault.line == 1 and fault.text for fault in caught.value.faults)
