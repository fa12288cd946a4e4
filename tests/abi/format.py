"""Every C file but those of tests, which hold long documents as texts, is as .clang-format says, by Debian 12's clang-format;
skipped where that is not installed."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
ROOMS = ("libsplit", "include", "bindings", "tools", "examples")
MADE_BY_OTHERS = {"node_modules", "build"}


def main():
    tool = shutil.which("clang-format-14")
    if tool is None:
        print("clang-format-14 is not installed")
        return 77
    files = [p for room in ROOMS for p in sorted((ROOT / room).rglob("*.[ch]")) if not MADE_BY_OTHERS & set(p.parts)]
    result = subprocess.run([tool, "--dry-run", "--Werror", "--style=file", *map(str, files)], cwd=ROOT, capture_output=True, text=True)
    faults = [line for line in result.stderr.splitlines() if ": error: " in line]
    print("\n".join(faults[:40]) or f"{len(files)} files are formatted")
    return 1 if faults or result.returncode != 0 or len(files) < 100 else 0


sys.exit(main())
