"""`splitctl check` over the policies of tests/policy: exit codes, the faults of the .err files, the JSON list."""
import json
import pathlib
import subprocess
import sys

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


def main():
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
