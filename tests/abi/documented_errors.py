"""Each error code that a public header documents is asserted by some test, and each public function is tested by name."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])


def strip_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def main():
    headers = {p: p.read_text() for p in sorted((ROOT / "include/split").glob("*.h"))}
    tests = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("*.c"))
    codes = set()
    for path, text in headers.items():
        if path.name != "error.h":
            codes.update(c for comment in re.findall(r"/\*\*.*?\*/", text, flags=re.S)
                         for c in re.findall(r"\bSPLIT_ERR_[A-Z_]+\b", comment))
    functions = {f for text in headers.values()
                 for f in re.findall(r"SPLIT_API\b[^;{]*?\b(split_\w+)\s*\(", strip_comments(text))}
    faults = [f"{c}: documented, asserted by no test" for c in sorted(codes) if not re.search(rf"\b{c}\b", tests)]
    # A function that takes a struct's size is called by its macro, which passes it.
    faults += [f"{f}: public, called by no test" for f in sorted(functions)
               if not re.search(rf"\b{f.removesuffix('_sized')}(_sized)?\b", tests)]
    print("\n".join(faults) or f"{len(codes)} documented errors and {len(functions)} functions have tests")
    sys.exit(1 if faults else 0)


main()
