"""The design chapters are in order, and what comments and chapters name exists: rules, sections, files, functions."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
CHAPTERS = ROOT / "libsplit/design"
ROOMS = ("include", "libsplit", "tools", "examples", "bindings", "tests")
CODE = {".c", ".h", ".i", ".py", ".js", ".mjs", ".ts", ".build"}
PLAIN = {".md", ".1"}
RULE = r"[A-Z]\d{1,2}\b"
GAP = r"[ \t]*(?:\n[ \t]*(?:\*|//|#)?)?[ \t]*"
LIST = rf"{RULE}(?:(?:-|,{GAP}|{GAP}(?:and|to){GAP}){RULE})*"
CITATION = re.compile(rf"design/(\w+)\.md`?(?:{GAP}({LIST})|{GAP}sections?{GAP}(\d+(?:(?:,| and| to)? \d+)*))?")
FILE = re.compile(r"(?<![\w/.$<-])((?:[\w-]+/)*[\w-]+\.(?:c|h|py|js|md))(?![\w/(-])")
FUNCTION = re.compile(r"(?<![\w.>$-])([a-z_][a-z0-9_]{2,})\(\)")
# Made by a build or a tool, or a router's own.
MADE = {"version.h", "split/version.h", "_docs.py", "core_wrap.c", "edge.js", "function.js"}
# Functions of other projects that only prose names.
FOREIGN = {"concat", "increase", "sum"}


class Faults(list):
    def expect(self, holds, text):
        if not holds:
            self.append(text)


faults = Faults()


def number(rule):
    return int(rule[1:])


def read_chapters():
    """Of each chapter: its rules in the order of the text, and its sections' numbers."""
    chapters = {}
    for path in sorted(CHAPTERS.glob("*.md")):
        text = path.read_text()
        rules = re.findall(r"^(?:- |\| )?(?:\*\*)?([A-Z]\d+)(?=\*\*| [A-Z][a-z. ]+\*\*| \|)", text, flags=re.M)
        chapters[path.stem] = rules, re.findall(r"^## (\d+) ", text, flags=re.M)
    return chapters


def check_order(chapters):
    seen = set()
    for name, (rules, sections) in chapters.items():
        faults.expect(sections == [str(i + 1) for i in range(len(sections))], f"{name}.md: its sections are not 1, 2, 3 ...")
        for rule in rules:
            faults.expect(rule not in seen, f"{rule} stands twice")
            seen.add(rule)
        for letter in {rule[0] for rule in rules}:
            own = [number(rule) for rule in rules if rule[0] == letter]
            faults.expect(own == sorted(own), f"{name}.md: the rules {letter} are not in numeric order")


def check_contents(chapters):
    """README.md has one row for each chapter, with exactly its rules."""
    rows = dict(re.findall(r"^\| \[(\w+)\]\(\w+\.md\) \|([^|]*)\|", (CHAPTERS / "README.md").read_text(), flags=re.M))
    faults.expect(set(rows) == set(chapters) - {"README"}, f"README.md lists other chapters than there are: {set(rows) ^ set(chapters)}")
    for name, cell in rows.items():
        faults.expect(spread(cell) == set(chapters[name][0]), f"README.md: {name} does not have exactly the rules {cell.strip()}")


def spread(text):
    """'A1 to A3, B1-B2 and C4' as the set of those rules."""
    out = set(re.findall(RULE, text))
    for a, b in re.findall(rf"({RULE})(?:-|\s*to[\s*#/]+)({RULE})", text):
        out |= {f"{a[0]}{i}" for i in range(number(a), number(b) + 1)}
    return out


def check_citations(chapters, where, text):
    n = 0
    for name, cited, sections in CITATION.findall(text):
        n += 1
        if name not in chapters:
            faults.append(f"{where} cites design/{name}.md, which does not exist")
            continue
        for rule in spread(cited):
            faults.expect(rule in chapters[name][0], f"{where} cites {rule}, which design/{name}.md does not have")
        for section in re.findall(r"\d+", sections):
            faults.expect(section in chapters[name][1], f"{where} cites section {section}, which design/{name}.md does not have")
    faults.expect("DESIGN.md" not in text, f"{where} names DESIGN.md; the rules are in libsplit/design")
    return n


def comments(path, text):
    """What people read in a file: all of a text, of code its comments."""
    if path.suffix in PLAIN:
        return text
    if path.suffix in {".py", ".build"}:
        return "\n".join(re.findall(r'"""(.*?)"""', text, flags=re.S) + re.findall(r"(?<!\S)# .*", text))
    return re.sub(r"\n[ \t]*\*(?!/)", "\n", "\n".join(re.findall(r"/\*.*?\*/", text, flags=re.S)))


def without_comments(path, text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S) if path.suffix in {".c", ".h", ".i", ".js", ".mjs", ".ts"} else text


def sources():
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.suffix in CODE | PLAIN and path.is_file() and not path.is_symlink() and not {"node_modules", "build"} & set(parts) \
                    and path.name != pathlib.Path(__file__).name and parts[:2] != ("tests", "vectors"):
                yield path, path.read_text(errors="replace")


def check_names(files):
    """Files and functions that comments and chapters name exist."""
    code = "\n".join(without_comments(path, text) for path, text in files if path.suffix in CODE)
    known = set(re.findall(r"\b(\w+)\b", code))
    paths = {str(path.relative_to(ROOT)) for path, _ in files} | {p.name for p in ROOT.glob("*.md")} | {"tests/abi/design.py"}
    tails = {"/".join(path.split("/")[i:]) for path in paths for i in range(path.count("/") + 1)}
    n = 0
    for path, text in files:
        read, where = comments(path, text), path.relative_to(ROOT)
        for name in set(FILE.findall(read)) - MADE:
            n += 1
            faults.expect(name in tails, f"{where} names {name}, which does not exist")
        for name in set(FUNCTION.findall(read)) - FOREIGN:
            n += 1
            faults.expect(name in known, f"{where} names {name}(), which does not exist")
    return n


def main():
    chapters = read_chapters()
    check_order(chapters)
    check_contents(chapters)
    files = list(sources())
    n = sum(check_citations(chapters, path.relative_to(ROOT), text) for path, text in files if path.parent != CHAPTERS)
    names = check_names(files)
    n_rules = sum(len(rules) for rules, _ in chapters.values())
    print("\n".join(faults) or f"{len(chapters)} chapters, {n_rules} rules, {n} citations, {names} names of files and functions")
    sys.exit(1 if faults or not n or not names or n_rules < 200 else 0)


main()
