"""Rules of the source that reviewers would otherwise have to remember: sizes, layers, unfinished work."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
MAX_C, MAX_H, MAX_FUNCTION = 400, 420, 60
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X:|not implemented|unimplemented)\b", re.I)
ROOMS = ["include", "libsplit", "tools", "examples", "bindings"]
SKIP = {"node_modules", "build", "__pycache__", ".venv"}


def sources(rooms, suffixes):
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in suffixes and path.is_file() and not SKIP & set(path.relative_to(ROOT).parts):
                yield path


def long_functions(lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start + 1 > MAX_FUNCTION:
                yield start, number - start + 1
            start = None


def check_file(path, text):
    name = path.relative_to(ROOT)
    lines = text.split("\n")
    limit = MAX_C if path.suffix == ".c" else MAX_H
    if len(lines) - 1 > limit:
        yield f"{name}: {len(lines) - 1} lines, at most {limit}"
    if not lines[0].startswith("/* SPDX-License-Identifier: MIT */"):
        yield f"{name}: the first line is not the SPDX line"
    for start, length in long_functions(lines):
        yield f"{name}:{start}: function of {length} lines, at most {MAX_FUNCTION}"
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: unfinished work"


def check_layers(path, text):
    name = path.relative_to(ROOT).as_posix()
    includes = re.findall(r'#include [<"]([^>"]+)[>"]', text)
    if name.startswith("libsplit/core/"):
        allowed = {"stdbool.h", "stddef.h", "stdint.h", "string.h", "assert.h", "math.h", "limits.h"}
        for inc in includes:
            own = inc.startswith(("core/", "common/")) and (ROOT / "libsplit" / inc).exists()
            if not (own or inc in allowed or inc.startswith("split/") or inc == "xxhash.h"
                    or (inc == "stdlib.h" and path.name == "alloc.c")):
                yield f"{name}: the core includes {inc}"
    elif name.startswith(("libsplit/policy/", "libsplit/net/", "libsplit/token/", "tools/", "examples/")):
        for inc in includes:
            if "core/" in inc:
                yield f"{name}: reaches into the core through {inc}"


def main():
    faults, n = [], 0
    for path in sources(ROOMS, {".c", ".h"}):
        text = path.read_text()
        n += 1
        faults += check_file(path, text)
        faults += check_layers(path, text)
    print("\n".join(faults) or f"{n} files keep the rules")
    sys.exit(1 if faults or n < 5 else 0)


main()
