#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the shared vectors through the Python package: run_vectors.py KIND FILE...

KIND is assign, reweight, failover, evidence or verdict. One line for each failing case, then "N passed, N failed"; exit
status 1 on failures, 2 on an unreadable file. Without an installed package it uses the one that setup-dev made.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def import_split():
    """The package; in a fresh clone it is built into the build folder first, and this script started again there."""
    try:
        import split
        return split
    except ImportError:
        if os.environ.get("SPLIT_VECTORS_AGAIN"):
            raise
    python = subprocess.run([os.path.join(HERE, "..", "setup-dev")], check=True, stdout=subprocess.PIPE, text=True).stdout
    os.environ["SPLIT_VECTORS_AGAIN"] = "1"
    os.execv(python.strip().splitlines()[-1], [python.strip().splitlines()[-1], os.path.abspath(__file__), *sys.argv[1:]])


split = import_split()
sys.path.insert(0, HERE)
from vector_kinds import KINDS  # noqa: E402


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in KINDS:
        print("usage: run_vectors.py {%s} FILE..." % "|".join(KINDS), file=sys.stderr)
        return 2
    passed = failed = 0
    for path in arguments[1:]:
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            outcomes = list(KINDS[arguments[0]](text))
        except (OSError, ValueError, KeyError, TypeError) as error:
            if isinstance(error, split.SplitError):
                raise
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)
            return 2
        for case, difference in outcomes:
            if difference is None:
                passed += 1
            else:
                failed += 1
                print(f"{case}: {difference}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
