"""Documents keep their word: excerpts are excerpts, linked and named files exist, named commands of splitctl exist."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
SPLITCTL = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else None
DOCUMENTS = [*(d for d in ROOT.glob("*.md") if d.name != "CHANGELOG.md"), *(ROOT / "libsplit/design").glob("*.md"), *(ROOT / "bindings").glob("*/README.md"),
             *(ROOT / "examples").glob("*/README.md")]


def dedent_lines(block):
    return [line.strip() for line in block.strip().splitlines() if line.strip()]


def excerpts(document, text):
    for path, block in re.findall(r"<!-- excerpt: (\S+) -->\n```\w+\n(.*?)```", text, flags=re.S):
        wanted, have = dedent_lines(block), dedent_lines((ROOT / path).read_text())
        n = len(wanted)
        if not any(have[i:i + n] == wanted for i in range(len(have) - n + 1)):
            yield f"{document}: the excerpt of {path} is not in that file"


def links(document, text):
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http") and not (document.parent / target).exists():
            yield f"{document}: link to {target}: no such file"


def paths(document, text):
    """Files of the tree that running text names, such as `tests/abi/purity.py`."""
    for path in set(re.findall(r"(?<![\w/.-])(?:\./)?((?:tests|libsplit|include|tools|examples|bindings)/[\w./-]*\w)(?![\w*/{])", text)):
        if not (ROOT / path).exists() and not re.search(r"NAME|FILE|/build/|node_modules|^libsplit/wasm$|\.so$", path):
            yield f"{document}: names {path}, which does not exist"


def commands(document, text, known):
    if known is None:
        return
    for name in sorted(set(re.findall(r"splitctl ([a-z][a-z-]+)", text))):
        if not re.search(rf"^\s+{name}\b", known, flags=re.M):
            yield f"{document}: splitctl {name} is not in splitctl --help"


def main():
    known = SPLITCTL and subprocess.run([SPLITCTL, "--help"], capture_output=True, text=True).stdout
    faults = []
    for document in sorted(DOCUMENTS):
        text = document.read_text()
        for check in excerpts, links, paths:
            faults += check(document, text)
        if document.parent == ROOT:
            faults += commands(document, text, known)
    print("\n".join(faults) or f"{len(DOCUMENTS)} documents hold")
    return 1 if faults or len(DOCUMENTS) < 15 else 0


sys.exit(main())
