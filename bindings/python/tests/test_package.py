# SPDX-License-Identifier: MIT
"""The package as a user meets it: plans, batches, machines, rollouts, documents, tokens."""

import json
import os
import pickle
import subprocess
import sys
import threading
from array import array

import numpy
import pytest
import split
from hypothesis import given, settings
from hypothesis import strategies as st
from split import _core

HERE = os.path.dirname(os.path.abspath(__file__))
POLICY = """{"schema": 1, "split": {"name": "search", "variants": [{"name": "new", "weight": 10, "chain": ["new", "legacy"]},
 {"name": "legacy", "weight": 90}], "default": "legacy"},
 "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}},
 "metrics": [{"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"}],
 "rollout": {"variant": "new", "baseline": "legacy", "phases": [{"percent": 10, "bake": "4h"}]}}"""

keys = st.text(min_size=1, max_size=60).filter(lambda s: not any(0xD800 <= ord(c) < 0xE000 for c in s))


@given(st.lists(keys, max_size=30))
@settings(max_examples=100, deadline=None)
def test_a_batch_says_what_single_calls_say(batch):
    plan = split.Plan("p", [3, 1, 4, 1, 5])
    single = [plan.assign(key) for key in batch]
    coded = [key.encode() for key in batch]
    offsets = array("I", [0])
    for key in coded:
        offsets.append(offsets[-1] + len(key))
    joined = b"".join(coded)
    assert list(plan.assign_many(batch)) == single == list(plan.assign_many(coded))
    assert list(plan.assign_buffer(joined, offsets)) == single
    out = numpy.zeros(len(batch), dtype=numpy.uint16)
    plan.assign_buffer(numpy.frombuffer(joined, dtype=numpy.uint8), numpy.array(offsets, dtype=numpy.uint32), out)
    assert out.tolist() == single
    assert [plan.explain(key).variant for key in batch] == single


class Derived(str):
    """Text whose bytes do not lie in the object."""


@pytest.mark.parametrize("salt", [None, ""])
def test_a_list_may_mix_kinds_of_keys(salt):
    plan = split.Plan("p", [3, 1, 4, 1, 5], salt=salt, default=2)
    kinds = [str, Derived, str.encode, lambda s: bytearray(s.encode()), lambda s: s + "\u00fc", lambda s: memoryview(s.encode())]
    mixed = [kinds[i * i % 7 % 6](f"user-{i}" * (1 + i % 9)) for i in range(500)]
    single = [plan.assign(key) for key in mixed]
    assert list(plan.assign_many(mixed)) == list(plan.assign_many(tuple(mixed))) == single
    assert list(plan.assign_many(iter(mixed))) == single
    for bad in ("", b"", "x" * 4097):
        at = mixed[:37] + [bad] + mixed[37:]
        assert list(plan.assign_many(at)) == single[:37] + [2] + single[37:]
    for wrong in (5, None, "\ud800"):
        with pytest.raises(split.SplitError):
            plan.assign_many(mixed + [wrong])
    with pytest.raises(split.UsageError):
        plan.assign_many(mixed, array("H", [0] * 3))
    plan.close()
    with pytest.raises(split.UsageError):
        plan.assign_many(mixed)


def test_a_derived_class_decides_the_same():
    class Mine(split.Plan):
        pass

    assert [Mine("p", [1, 1]).assign(f"{i}") for i in range(99)] == [split.Plan("p", [1, 1]).assign(f"{i}") for i in range(99)]
    for wrong in (5, str, split.Draw, None):
        with pytest.raises(split.UsageError):
            _core.plan_own_assign(wrong)
    with pytest.raises(TypeError):
        split.Plan.assign(split.Draw(), "x")
    with pytest.raises(split.UsageError):
        split.Plan.assign(split.Plan.__new__(split.Plan), "x")


@given(keys)
@settings(max_examples=200, deadline=None)
def test_text_and_its_bytes_are_one_key(key):
    plan = split.Plan("p", [1, 1])
    assert plan.decide(key) == plan.decide(key.encode()) == plan.decide(bytearray(key.encode()))
    assert plan.unit_hash(key) & 0xFFFFF == plan.decide(key).bucket


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(any), st.lists(st.integers(0, 1000), min_size=6, max_size=6))
@settings(max_examples=100, deadline=None)
def test_reweighting_moves_what_the_diff_says(before, after):
    after = after[: len(before)]
    if not any(after):
        after[0] = 1
    plan = split.Plan("p", before)
    changed, moved = plan.reweight(after)
    total, matrix = plan.diff(changed)
    assert total == moved == sum(max(b - a, 0) for a, b in zip(plan.buckets, changed.buckets))
    assert [sum(row) for row in matrix] == plan.buckets
    back, _ = changed.reweight(before)
    assert back.buckets == plan.buckets


def test_decisions_of_a_named_plan():
    plan = split.Plan("s", {"new": 33.3, "legacy": 66.7}, default="legacy", overrides={"qa": "new"}, holdout=0.5)
    assert plan.variants == ("new", "legacy") and plan.default == 1 and plan.buckets == [349176, 699400]
    assert plan.variant_of("qa") == "new" and plan.decide("qa").reason == "override"
    assert plan.overrides == {b"qa": 0} and plan.name == "s" == plan.salt
    assert plan.gate("qa").variant == 0 and sum(plan.buckets) == 1048576
    again = split.Plan("s", ranges=plan.ranges, home=plan.home)
    assert all(again.decide(str(i)).bucket == plan.decide(str(i)).bucket for i in range(100))


def test_export_in_other_words():
    plan = split.Plan("s", {"new": 10, "legacy": 90}, default="legacy")
    assert "xxh64" in plan.export("haproxy") and "xxhash64" in plan.export("trino", key="id", table="t").lower()
    with pytest.raises(split.DataError, match="SPLIT_ERR_VALUE"):
        plan.export("excel")


def test_drawing():
    plan, draw = split.Plan("s", [1, 3], mode="even"), split.Draw()
    assert sum(draw.next(plan).variant for _ in range(400)) == 300
    random = split.Plan("s", [1, 3], mode="random")
    assert [split.Draw(7).next(random) for _ in range(5)] == [split.Draw(7).next(random)] * 5


def test_a_failover_by_hand():
    machine = split.Failover({"new": ["a", "b"], "old": ["b"]}, jitter_ppm=0)
    for i in range(5):
        answer = machine.route(i * 50_000, "new", i)
        after = machine.report(i * 50_000, answer.token, "fail_status")
        assert after.next == "attempt" and after.attempt.origin == "b"
        machine.report(i * 50_000, after.attempt.token, "ok")
    assert machine.status("a").state == "open" and machine.deadline_us == 5_200_000
    other = split.Failover({"new": ["a", "b"], "old": ["b"]}, jitter_ppm=0)
    other.restore(0, machine.snapshot(machine.now_us))
    assert other.status("a").state == "open"
    reloaded = split.Failover({"new": ["a", "b"]})
    reloaded.reload(machine)
    assert reloaded.status("a").level == 1 and reloaded.find("b") == 1 and reloaded.find("c") is None
    assert machine.classify_status(503) == "fail_status" and machine.classify_deadline(2_000_000) == "fail_timeout"
    assert [e.cause for e in machine.admin(10_000_000, "a", "reset")] == ["reset"]
    assert machine.tick(10_000_001) == () and machine.probe(10_000_001, "a").reason == "not_due"
    assert split.Failover({"a": ["a"]}, preset="nginx").budget_milli >= 0


def test_measuring():
    cache = split.metric_kind("cache")
    assert (cache.form, cache.bad_text) == ("counters", "cache misses")
    assert cache.fields == {"n": "lookups", "bad": "misses", "good": "hits"}
    assert split.metric_kind("latency").form == "over" and split.metric_kind("ratio").form == "own"
    p95 = split.metric("p95", "latency")
    meter, other = split.Meter(2, [p95]), split.Meter(2, [p95])
    for m in (meter, other):
        m.sent(0)
        m.outcome(0, True, 250_000)
        m.lookup(0, miss=True)
        m.unit(0)
        m.user_error(1)
        m.diverted(1)
        m.left_out(1)
        m.add(1, "edge_5xx", 3)
    meter.merge(other)
    arm = meter.read(0)
    assert arm.counters["outcomes"] == 2 and arm.over[0] == (2, 0, 0) and meter.arms == 2
    assert abs(meter.percentile(0, 95) - 250_000) < 2_500 and p95.level(arm, min_sample=1) == "off-target"
    meter.reset()
    assert meter.percentile(0, 95) is None
    histogram = split.Histogram([200_000])
    histogram.record_many([100, 200_000, 300_000])
    histogram.merge(split.Histogram([200_000]))
    assert len(histogram) == 3 and histogram.at_least(200_000) == 2 and histogram.percentile(50) is not None
    users = split.DistinctUsers()
    assert [users.note(9), users.note(9, True), users.note(9)] == ["first", "bad", "again"] and len(users) == 1
    assert split.shown_levels(["ok", "warning", "ok", "ok", "ok"]) == ["ok", "warning", "warning", "warning", "ok"]
    low, high = split.Evidence.interval(1000, 10)
    assert low < 0.01 < high and split.Evidence.trials(0.2, 0.01, 4.6) > 1 and 0 < split.Evidence.label_bound(0.1, 1.25) < 1


def test_documents(tmp_path):
    policy = split.Policy(POLICY)
    assert policy.variants == ["new", "legacy"] and policy.metrics == ["error_rate"] and policy.variant == "new"
    assert policy.origins[0].url == "http://127.0.0.1:9001" and policy.cookie.name == "split_id" and policy.notify == []
    assert policy.sinks == []
    document = json.loads(POLICY)
    document["publish"] = [{"kind": "file", "path": "a", "primary": True}, {"kind": "lambda-alias", "function": "f", "alias": "a",
                           "region": "r", "timeout": "1s", "targets": {"new": "8", "legacy": "7"}}]
    one, two = split.Policy(json.dumps(document)).sinks
    assert one == split.Sink("file", True, 2_000_000, [split.SinkField("path", None, "a")])
    assert two.kind == "lambda-alias" and not two.primary and two.timeout_us == 1_000_000
    assert ("targets", "legacy", "7") in two.fields
    assert policy.sources(0) == {} and policy.prices is None and policy.baseline == "legacy"
    plan, machine, rollout = policy.plan(), policy.failover(), policy.rollout()
    assert machine.chains == ("new", "legacy") and machine.route(0, "new", 1).origin == "new" and rollout.phases[0][0] == 10
    route = split.Route.build(policy, plan, 1, 1_763_856_000_000_000)
    back = route.reissue(plan, 2, 1_763_856_001_000_000, "ann", "p95 is bad")
    assert (back.revision, back.issued_by, back.issued_why, route.issued_by) == (2, "ann", "p95 is bad", "")
    with pytest.raises(split.SplitError):
        route.reissue(plan, 2, 1_763_856_001_000_000, "a" * 101)
    path = tmp_path / "route.json"
    route.publish(path, 0)
    read = split.Route.load(path)
    assert read.text == route.text and read.revision == 1 and read.plan().decide("u") == plan.decide("u")
    assert read.failover().origins == machine.origins and len(read.text) < 1000 and read.name == "search"
    with pytest.raises(split.DataError, match="SPLIT_ERR_REVISION"):
        split.Route.build(policy, plan.reweight([50, 50])[0], 1, 1_763_856_000_000_000).publish(path, 1)
    (tmp_path / "policy.json").write_text(POLICY)
    assert split.Policy.load(tmp_path / "policy.json").text == policy.text


def test_stored_decisions():
    plan = split.Plan("s", {"new": 1, "legacy": 1})
    token = split.Token("s", keys={"k1": b"0123456789abcdef"})
    value = token.write(split.Stored(7, 1000, 1000, "new"), "u1")
    assert token.read(value, "u1", 1_001_000_000)[1].variant == "new" and token.read(value, "u2", 1_001_000_000)[0] == "forged"
    decided = token.decide(plan, value, "u1", 1_001_000_000, 8)
    assert (decided.status, decided.assignment.variant, decided.assignment.reason) == ("valid", 0, "stored")
    assert split.Token("s", key_file="k1:" + b"0123456789abcdef".hex()).read(value, "u1", 1_001_000_000)[0] == "valid"


def test_a_replay_writes_its_lines():
    replay = split.Replay()
    replay.read('{"policy": %s}' % POLICY.replace("\n", " "))
    decision = replay.read('{"id":1,"start":"2026-11-23T00:00:00Z","arms":{"new":{"sent":60,"outcomes":60,"error":1}}}')
    assert decision.decision == "HOLD" and '"decision":"HOLD"' in replay.rollout.last_line and '"id":1' in replay.line
    done = replay.read('{"at":"2026-11-23T00:00:30Z","do":"pause","who":"me","why":"lunch"}')
    assert (done.action, done.who, done.why) == ("pause", "me", "lunch")
    with pytest.raises(split.DataError) as caught:
        replay.read('{"id":2,"start":"never"}')
    assert caught.value.faults


def test_objects_that_were_never_made():
    raw = split.Plan.__new__(split.Plan)
    for call in (lambda: raw.assign("x"), lambda: _core.plan_decide(raw, "x"), lambda: _core.plan_decide(split.Draw(), "x")):
        with pytest.raises(split.UsageError):
            call()
    with pytest.raises(split.SplitError):
        pickle.dumps(split.Plan("s", [1]))

    class Half(split.Plan):
        def __init__(self):
            pass

    with pytest.raises(split.UsageError):
        Half().assign("x")


def test_a_plan_closed_by_another_thread_during_a_batch():
    n = 300_000
    text, offsets = b"user" * n, array("I", range(0, 4 * n + 1, 4))
    for _ in range(5):
        plan = split.Plan("s", [1, 1])
        started = threading.Event()

        def batch():
            started.set()
            plan.assign_buffer(text, offsets)

        thread = threading.Thread(target=batch)
        thread.start()
        started.wait()
        plan.close()
        try:
            thread.join()
        except split.SplitError:
            pass


def test_the_lock_is_free_during_a_batch():
    n = 2_000_000
    text, offsets, plan = b"user" * n, array("I", range(0, 4 * n + 1, 4)), split.Plan("s", [1, 1])
    thread, turns = threading.Thread(target=lambda: plan.assign_buffer(text, offsets)), 0
    thread.start()
    while thread.is_alive():
        turns += 1
    assert turns > 100


def test_versions_agree():
    with open(os.path.join(HERE, "..", "..", "node", "package.json"), encoding="utf-8") as file:
        assert f'"version": "{split.version()}"' in file.read()
    for name in ("../pyproject.toml", "../meson.build", "../../../meson.build"):
        with open(os.path.join(HERE, name), encoding="utf-8") as file:
            assert split.version() in file.read()


def test_docstrings_of_every_public_name():
    for name in split.__all__:
        thing = getattr(split, name)
        assert thing.__doc__ or name == "version", name
        for method, value in vars(thing).items() if isinstance(thing, type) else ():
            if callable(value) and not method.startswith("_") and not isinstance(value, type):
                assert value.__doc__, f"{name}.{method}"
    assert "SPLIT_ERR_RANGES" in split.Plan.reweight.__doc__ and "design/failover.md" in split.Failover.route.__doc__


def test_fuzzing_does_not_crash():
    calls = os.environ.get("SPLIT_FUZZ_CALLS", "60000")
    run = subprocess.run([sys.executable, os.path.join(HERE, "fuzz.py"), calls, "1"], capture_output=True, text=True)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
