# SPDX-License-Identifier: MIT
"""Instructions of one decision, counted by callgrind: the same on every run of one binary, so a change is a change of the code.

usage: instructions.py BENCH_ASSIGN [--update FILE | --check FILE]
Runs `bench-assign --count WAY N` under valgrind for two N and takes the difference, so that start-up is not in it.
--check fails when a way needs over 5 % more than FILE says.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FEW, MANY = 4096, 12288


def count(program, way, n):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, "--count",
                               str(way), str(n)], capture_output=True, text=True, timeout=300, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def main():
    program = sys.argv[1]
    names = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.splitlines()
    got = {name: round((count(program, i, MANY) - count(program, i, FEW)) / (MANY - FEW), 1)
           for i, name in enumerate(names)}
    print("| way | instructions |\n|---|---|")
    for name, instructions in got.items():
        print(f"| {name} | {instructions} |")
    if len(sys.argv) > 3 and sys.argv[2] == "--update":
        pathlib.Path(sys.argv[3]).write_text(json.dumps(got, indent=1) + "\n")
    if len(sys.argv) > 3 and sys.argv[2] == "--check":
        before = json.loads(pathlib.Path(sys.argv[3]).read_text())
        worse = [f"{n}: {got[n]} instructions, {b} before" for n, b in before.items() if got.get(n, 0) > 1.05 * b]
        print("\n".join(worse) or "no way needs over 5 % more than before")
        sys.exit(1 if worse else 0)


main()
