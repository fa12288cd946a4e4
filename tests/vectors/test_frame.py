# SPDX-License-Identifier: MIT
"""split-vectors itself: a wrong answer fails, a file that cannot be read is exit 2, and the counts are right.

usage: test_frame.py SPLIT_VECTORS FOLDER_OF_VECTORS
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

PROGRAM, VECTORS = sys.argv[1], pathlib.Path(sys.argv[2])


def run(*args):
    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def expect(folder, kind, text, code, closing=None, says=None):
    path = pathlib.Path(folder) / "case.json"
    path.write_bytes(text if isinstance(text, bytes) else json.dumps(text).encode())
    got, out = run(kind, path)
    assert got == code, f"{kind}: exit {got}, not {code}: {out[-300:]}"
    last = out.splitlines()[-1] if out else ""
    assert closing is None or last == closing, f"{last!r}, not {closing!r}"
    assert says is None or says in out, out


def assign_cases(folder):
    good = json.loads((VECTORS / "assign/split1.json").read_text())
    good["cases"] = good["cases"][:3]
    expect(folder, "assign", good, 0, "3 passed, 0 failed")
    for change in (lambda c: c["buckets"].__setitem__(0, c["buckets"][0] + 1),
                   lambda c: c["ranges"][0].__setitem__(1, c["ranges"][0][1] + 1), lambda c: c["ranges"].pop(),
                   lambda c: c["keys"][0].__setitem__(1, c["keys"][0][1] ^ 1),
                   lambda c: c["keys"][-1].__setitem__(2, c["keys"][-1][2] + 1)):
        bad = copy.deepcopy(good)
        change(bad["cases"][1])
        expect(folder, "assign", bad, 1, "2 passed, 1 failed", f"{bad['cases'][1]['id']}: ")
    expect(folder, "assign", {"cases": [{"id": "E", "weights": [0, 0], "error": "SPLIT_ERR_WEIGHTS"}]}, 0,
           "1 passed, 0 failed")
    expect(folder, "assign", {"cases": [{"id": "E", "weights": [1], "error": True}]}, 1, "0 passed, 1 failed")


def reweight_cases(folder):
    good = json.loads((VECTORS / "assign/reweight.json").read_text())
    good["cases"] = good["cases"][:2]
    expect(folder, "reweight", good, 0, "2 passed, 0 failed")
    bad = copy.deepcopy(good)
    bad["cases"][0]["steps"][-1]["moved"] += 1
    expect(folder, "reweight", bad, 1, "1 passed, 1 failed", "expected moved")
    bad = copy.deepcopy(good)
    bad["cases"][0]["steps"][1]["ranges"][0][2] ^= 1
    expect(folder, "reweight", bad, 1, "1 passed, 1 failed", "expected [")


def unreadable_files(folder):
    for text in (b"", b"{", b"[]", b"null", b'{"cases": {}}', b'{"cases": []}', b'{"cases": [7]}', b'{"cases": [{}]}',
                 b'{"cases": [{"weights": "x"}]}', b'{"cases": [{"weights": [1, -1]}]}', b"\xff\xfe", b'{"cases": [null]} x',
                 b'{"cases": [{"weights": [1], "keys": [["a"]]}]}', b'{"cases": [{"weights": [1], "salt": 7}]}'):
        expect(folder, "assign", text, 2)
    for text in (b'{"cases": [{"home_weights": [1]}]}', b'{"cases": [{"home_weights": [1], "steps": [{}]}]}'):
        expect(folder, "reweight", text, 2)
    assert run("assign", pathlib.Path(folder) / "missing.json")[0] == 2
    assert run("assign", folder)[0] == 2, "a folder"
    assert run("assign")[0] == 2 and run("nothing", "x")[0] == 2


def main():
    tests = [assign_cases, reweight_cases, unreadable_files]
    with tempfile.TemporaryDirectory() as folder:
        for test in tests:
            test(folder)
    print(f"{len(tests)} passed, 0 failed")


main()
