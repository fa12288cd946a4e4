"""Rules of DESIGN.md have one number each, and every rule that code or tests cite exists."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
RULES = re.findall(r"^(?:- )?\*\*([A-Z]\d+)\b", (ROOT / "libsplit/DESIGN.md").read_text(), flags=re.M)
SUFFIXES = {".c", ".h", ".py", ".js", ".i", ".build"}


def citations(text):
    """'DESIGN.md F10', 'DESIGN.md F10-F16', 'DESIGN.md A1, A2'."""
    for cited in re.findall(r"DESIGN\.md ((?:[A-Z]\d+(?:[-, ]+(?:to |and )?)?)+)", text):
        yield from re.findall(r"[A-Z]\d+", cited)


def main():
    faults = [f"{rule} stands twice in DESIGN.md" for rule in sorted(set(RULES)) if RULES.count(rule) > 1]
    n = 0
    for room in ("include", "libsplit", "tools", "examples", "bindings", "tests"):
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file() or "node_modules" in path.parts or path.name == "design.py":
                continue
            for rule in citations(path.read_text(errors="replace")):
                n += 1
                if rule not in RULES:
                    faults.append(f"{path.relative_to(ROOT)} cites {rule}, which DESIGN.md does not have")
    print("\n".join(faults) or f"{len(RULES)} rules, {n} citations")
    sys.exit(1 if faults or not n else 0)


main()
