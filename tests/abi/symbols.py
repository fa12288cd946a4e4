"""Exported symbols = functions the public headers declare = the golden list beside this file.

symbols.py GOLDEN LIBRARY HEADER...          compare
symbols.py --update GOLDEN LIBRARY HEADER... write the golden list after the two-way comparison with the headers
"""
import pathlib
import re
import subprocess
import sys


def exported(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    # Sanitizer runtimes and the linker add names of their own; ours all start with split.
    return {line.split()[2] for line in out.splitlines() if line.split()[2].startswith("split")}


def declared(headers):
    names = set()
    for header in headers:
        text = re.sub(r"/\*.*?\*/", "", pathlib.Path(header).read_text(), flags=re.S)
        text = re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.S | re.M)
        names.update(re.findall(r"SPLIT_API\b[^;{]*?\b(split_\w+)\s*\(", text))
    return names


def differences(left, left_name, right, right_name):
    return [f"{n}: in {left_name}, not in {right_name}" for n in sorted(left - right)] + \
           [f"{n}: in {right_name}, not in {left_name}" for n in sorted(right - left)]


def main():
    args = sys.argv[1:]
    update = args[0] == "--update"
    golden_path, library, headers = pathlib.Path(args[update]), args[update + 1], args[update + 2:]
    symbols = exported(library)
    faults = differences(symbols, "the library", declared(headers), "the headers")
    if update and not faults:
        golden_path.write_text("".join(f"{s}\n" for s in sorted(symbols)))
    golden = set(golden_path.read_text().split()) if golden_path.exists() else set()
    faults += differences(symbols, "the library", golden, golden_path.name)
    print("\n".join(faults) or f"{len(symbols)} symbols")
    sys.exit(1 if faults or not symbols else 0)


main()
