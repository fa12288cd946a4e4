"""`splitctl check` over the policies of tests/policy: exit codes, the faults of the .err files, the JSON list."""
import json
import pathlib
import subprocess
import sys
import tempfile

SPLITCTL, HERE = sys.argv[1], pathlib.Path(sys.argv[2])
faults = []


def run(*args):
    done = subprocess.run([SPLITCTL, "check", *map(str, args)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def expect(what, got, wanted):
    if got != wanted:
        faults.append(f"{what}: expected {wanted!r}, got {got!r}")


def err_lines(path):
    for line in path.with_suffix(".err").read_bytes().decode().splitlines():
        code, rest = line.split(" ", 1)
        # A path may hold blanks; the position is the first word of digits:digits.
        words = rest.split(" ")
        at = next(i for i, w in enumerate(words) if w.replace(":", "").isdigit() and w.count(":") == 1)
        yield code, " ".join(words[:at]), words[at], " ".join(words[at + 1:])


def hints():
    """What is valid and seldom meant: one more line, the same exit code, nothing in the list of faults."""
    document = json.loads((HERE / "valid/cookie.json").read_text())
    rollout = {
        "metrics": [{"name": "e", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"}],
        "rollout": {"variant": "new", "baseline": "old", "phases": [{"percent": 10, "bake": "4h"}, {"percent": 50, "bake": "1h"}]},
    }
    cases = [
        ({"signed": "env:K"}, rollout, "sticky", "idle: without it a visitor keeps the first decision for max_age"),
        ({"signed": "env:K"}, {}, "sticky", None),
        ({"signed": "env:K", "idle": "59m"}, rollout, "sticky", None),
        ({"signed": "env:K", "idle": "1h"}, rollout, "sticky", "idle: it is not shorter than the shortest bake"),
        ({"signed": "env:K", "idle": "30m"}, rollout, "random", "signed: only the mode sticky has decisions to store"),
        ({"signed": "env:K"}, {}, "even", "signed: only the mode sticky"),
        ({"idle": "30m"}, {}, "sticky", "idle: without signed nothing is stored"),
        ({"idle": "30m"}, rollout, "random", "idle: without signed nothing is stored"),
        ({}, rollout, "sticky", None),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "p.json"
        for cookie, more, mode, wanted in cases:
            path.write_text(json.dumps({**document, **more, "split": {**document["split"], "mode": mode, "cookie": cookie}}))
            code, out, err = run(path)
            told = [line for line in out.splitlines() if ": hint: " in line]
            expect(f"hint on {cookie} {mode}", (code, err, len(out.splitlines()) - len(told), len(told)),
                   (0, "", 1, 1 if wanted else 0))
            if wanted and told and not told[0].startswith(f"{path}: hint: $.split.cookie.{wanted}"):
                faults.append(f"{cookie} {mode}: {told[0]}")
            expect(f"hint in JSON {cookie}", run("--json", path)[:2], (0, "[]\n"))


def sources():
    """A name that is nearly a kind of source is a slip; one that is near none is another program's."""
    document = json.loads((HERE / "valid/cookie.json").read_text())
    metric = {"name": "e", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "p.json"
        for name, meant in (("promqll", "promql"), ("ha-proxy", "haproxy"), ("logs", "log"), ("cloudwach", "cloudwatch"),
                            ("promql", None), ("log", None), ("prometheus", None), ("statsd", None)):
            names = {name: {"bad": "b", "total": "t"}}
            path.write_text(json.dumps({**document, "metrics": [metric, {**metric, "name": "f", "sources": names}]}))
            code, out, _ = run("--json", path)
            got = [(f["code"], f["path"], f["message"]) for f in json.loads(out)]
            sentence = f"No source is called '{name}'; write \"{meant}\"."
            expect(f"source {name}", (code, got[:1]),
                   (2, [("SPLIT_ERR_FIELD", f"$.metrics[1].sources.{name}", sentence)]) if meant else (0, []))


def main():
    hints()
    sources()
    valid = sorted((HERE / "valid").glob("*.json"))
    code, out, err = run(*valid)
    expect("valid files", (code, len(out.splitlines()), err), (0, len(valid), ""))
    expect("valid files, JSON", run("--json", *valid)[:2], (0, "[]\n"))
    invalid = [p for folder in ("invalid", "invalid-beyond-schema") for p in sorted((HERE / folder).glob("*.json"))]
    code, out, err = run("--json", *invalid)
    expect("invalid files", code, 2)
    got = {}
    for fault in json.loads(out):
        got.setdefault(fault["file"], []).append(
            (fault["code"], fault["path"], f"{fault['line']}:{fault['column']}", fault["message"]))
    for path in invalid:
        expect(path.name, got.get(str(path)), list(err_lines(path)))
    expect("one bad file among good ones", run(valid[0], invalid[0], valid[1])[0], 2)
    expect("no such file", run("/nowhere.json")[0], 2)
    expect("no file", run()[0], 1)
    code, out, err = run(HERE / "invalid/many-faults.json")
    first = next(err_lines(HERE / "invalid/many-faults.json"))
    expect("plain line", err.splitlines()[0], f"{HERE}/invalid/many-faults.json:{first[2]}: {first[1]}: {first[3]}")
    print("\n".join(faults) or f"splitctl check agrees on {len(valid) + len(invalid)} files")
    sys.exit(1 if faults or not valid or not invalid else 0)


main()
