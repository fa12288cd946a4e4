# SPDX-License-Identifier: MIT
"""splitctl plan and splitctl export: who moves is known in advance, exactly.

usage: test_plan_export.py SPLITCTL
"""
import json
import pathlib
import subprocess
import sys
import tempfile

SPLITCTL = sys.argv[1]
BUCKETS = 1048576


def policy(weight, **split):
    return {"schema": 1, "split": {"name": "search", "default": "legacy", "variants": [
        {"name": "new", "weight": weight}, {"name": "legacy", "weight": 100 - weight}], **split},
        "origins": {"new": {"url": "http://127.0.0.1:1"}, "legacy": {"url": "http://127.0.0.1:2"}}}


def run(*args, data=None, code=0):
    done = subprocess.run([SPLITCTL, *map(str, args)], input=data, capture_output=True, text=True, timeout=30,
                          check=False)
    assert done.returncode == code, f"{args}: exit {done.returncode}: {done.stderr}{done.stdout}"
    return done.stdout + done.stderr


def write(folder, name, document):
    path = pathlib.Path(folder) / name / "policy.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    return path


def steps_move_the_minimum(folder):
    path = write(folder, "steps", policy(10))
    steps = ["--to", 50, "--to", 100, "--to", 10]
    text = run("plan", "-p", path, *steps)
    assert "all steps: 1887436 buckets move" in text, text
    got = [json.loads(line) for line in run("plan", "-p", path, *steps, "--json").splitlines()]
    assert [s["moved"] for s in got] == [419430, 524288, 943718], got
    share = 104858
    for step, target in zip(got, (524288, BUCKETS, 104858), strict=True):
        assert step["of"] == BUCKETS and step["moved"] == abs(target - share), step
        way = ("legacy", "new") if target > share else ("new", "legacy")
        assert [(c["from"], c["to"], c["buckets"]) for c in step["matrix"]] == [(*way, step["moved"])], step
        share = target
    print(text, end="")


def a_ramp_and_back_restores_every_user_of_three_systems(folder):
    document = policy(10)
    document["split"]["variants"] = [{"name": "new", "weight": 10}, {"name": "legacy", "weight": 57},
                                     {"name": "old", "weight": 33, "chain": ["legacy"]}]
    document["metrics"] = [{"name": "errors", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"}]
    document["rollout"] = {"variant": "new", "baseline": "legacy", "phases": [{"percent": 10, "bake": "1m"}]}
    path = write(folder, "three", document)
    run("set", "-p", path, 10)
    first = json.loads((path.parent / "route.json").read_text())
    for percent in (25, 50, 33.3, 100, 90, 100, 0, 100, 10):
        run("set", "-p", path, percent)
    last = json.loads((path.parent / "route.json").read_text())
    assert last["ranges"] == first["ranges"], (first["ranges"], last["ranges"])
    assert last["revision"] == first["revision"] + 9, last["revision"]


def listed_keys_are_those_that_move(folder):
    keys = [f"user-{i}" for i in range(5000)]
    file = pathlib.Path(folder) / "keys.txt"
    file.write_text("".join(k + "\n" for k in keys))
    before, after = write(folder, "a", policy(10)), write(folder, "b", policy(50))
    variants = [[line.split("\t")[2] for line in run("assign", "-p", p, "-", data=file.read_text()).splitlines()]
                for p in (before, after)]
    expected = [(k, a, b) for k, a, b in zip(keys, *variants, strict=True) if a != b]
    got = json.loads(run("plan", "-p", before, "--to", 50, "--keys", file, "--json"))
    assert [(k["key"], k["from"], k["to"]) for k in got["keys"]] == expected
    lines = run("plan", "-p", before, "--to", "50%", "--keys", file).splitlines()
    assert [tuple(line.split("\t")) for line in lines if "\t" in line] == expected
    print(f"{len(expected)} of {len(keys)} keys move from 10 % to 50 %, all of them listed")


def the_route_in_force_counts(folder):
    path = write(folder, "route", policy(10))
    run("set", "-p", path, 50)
    assert json.loads(run("plan", "-p", path, "--to", 50, "--json"))["moved"] == 0
    before = (path.parent / "route.json").read_text()
    assert json.loads(run("plan", "-p", path, "--to", 10, "--json"))["moved"] == 419430
    assert (path.parent / "route.json").read_text() == before, "nothing is changed"


def exports_are_written(folder):
    path = write(folder, "export", policy(10))
    run("set", "-p", path, 20)
    for file, buckets in ((path, 104858), (path.parent / "route.json", 209715)):
        assert f"-m int 0:{buckets - 1} }}" in run("export", "-p", file, "haproxy")
        routes = json.loads(run("export", "-p", file, "envoy", "--key", "x-user"))["route_config"]["virtual_hosts"]
        clusters = routes[0]["routes"][0]["route"]["weighted_clusters"]["clusters"]
        assert [c["weight"] for c in clusters] == [buckets, BUCKETS - buckets]
        assert f"WHEN bucket < {buckets} THEN 'new'" in run("export", "-p", file, "sql", "--table", "logs.visitors")
        assert "xxHash64(concat('search:', id))" in run("export", "-p", file, "sql", "--dialect", "clickhouse",
                                                         "--key", "id")


def wrong_use_is_told(folder):
    path = write(folder, "wrong", policy(10))
    even = write(folder, "even", policy(10, mode="even"))
    run("plan", "-p", path, code=1)
    run("plan", "-p", path, "--to", "101", code=1)
    run("plan", "-p", path, "--to", "50", "--keys", folder + "/missing", code=2)
    run("plan", "-p", even, "--to", "50", "--keys", path, code=2)
    run("export", "-p", path, code=1)
    run("export", "-p", path, "nginx", code=1)
    run("export", "-p", path, "sql", "--dialect", "cobol", code=1)
    run("export", "-p", path, "envoy", "--key", "a b", code=2)
    run("export", "-p", even, "haproxy", code=2)


def main():
    tests = [steps_move_the_minimum, a_ramp_and_back_restores_every_user_of_three_systems, listed_keys_are_those_that_move, the_route_in_force_counts, exports_are_written,
             wrong_use_is_told]
    with tempfile.TemporaryDirectory() as folder:
        for test in tests:
            test(folder)
    print(f"{len(tests)} passed, 0 failed")


main()
