"""Walls: which room may use which, no circle of .c files, and a header declares its own file's functions only.

A room is a folder. An arrow is an #include or a call from one room into another; a call counts although a public
header declares the function. Faults that are known stand in layers.faults; that list only shrinks, and goes when it is empty.
"""
import pathlib
import re
import sys

# Room: the rooms that it may use besides itself. Rooms of libsplit that are not core also use the core's public functions.
LIBSPLIT = {
    "common": [],
    "core/base": [],
    "core/plan": ["core/base"],
    "core/failover": ["core/base"],
    "core/measure": ["core/base"],
    "core/rollout": ["core/base", "core/measure"],
    "policy/document": [],
    "policy/failover": ["policy/document"],
    "policy/policy": ["policy/document", "policy/failover"],
    "policy/route": ["policy/document", "policy/failover", "policy/policy"],
    "policy/lines": ["policy/document", "policy/policy", "policy/route"],
    "policy/export": ["policy/document", "policy/route"],
    "net/base": [],
    "net/aws": ["net/base", "net/aws/base", "net/aws/identity", "net/aws/v4a"],
    "net/aws/base": ["net/base"],
    "net/aws/identity": ["net/base", "net/aws/base"],
    "net/aws/v4a": ["net/base"],
    "net/source": ["net/base"],
    "net/source/*": ["net/base", "net/source"],
    "net/source/sql": ["net/base", "net/source", "net/source/windows"],
    "net/source/cloudwatch": ["net/base", "net/source", "net/aws", "net/aws/base", "net/aws/identity"],
    "net/sink": ["net/base", "net/aws", "net/aws/base", "net/aws/identity", "net/aws/v4a", "policy/route", "policy/export"],
    "net/notify": ["net/base"],
    "token": [],
    "common": [],
    "shared": [],
}
# Rooms of headers that every library has a copy of.
OPEN = {"common", "shared"}
SPLITCTL = {
    "cli": [],
    "route": ["cli"],
    "journal": ["cli", "route"],
    "logs": ["cli"],
    "drive": ["cli", "route", "journal", "logs"],
    "screen": ["cli", "route", "journal", "drive"],
    "compare": ["cli", "route", "logs", "screen"],
    "report": ["cli", "route", "journal", "screen"],
    "command": [".", "cli", "route", "journal", "logs", "drive", "screen", "compare", "report"],
    ".": ["cli"],
}


def bare(text):
    """The text without comments, strings and character constants; lines stay lines."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"'(?:\\.|[^'\\\n])+'", "0", text)


def defined(text, static=False):
    """Functions with external (or internal) linkage whose body starts with a brace in column 0."""
    for m in re.finditer(r"^([A-Za-z_][^;{}#]*?)\b(\w+)\(([^;{}]*)\)\s*\n\{", text, flags=re.M):
        if ("static" in m.group(1).split()) == static:
            yield m.group(2)


def declared(text):
    """Functions that a header declares without a body."""
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$", "", text, flags=re.M)
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", ";", text)
    for statement in text.split(";"):
        m = re.match(r"\s*(?!typedef)[A-Za-z_][\w\s*]*?\b(\w+)\(", statement)
        if m and "=" not in m.group(0):
            yield m.group(1)


def room_of(name):
    return name.rsplit("/", 1)[0] if "/" in name else "."


def allowed(rooms, room):
    """Rooms that a room may use; headers of "common" are open to all."""
    listed = rooms.get(room, rooms.get(room_of(room) + "/*"))
    return listed if listed is None or "common" not in rooms else [*listed, "common"]


class Tree:
    """The sources of one program: who defines, includes and calls what."""

    def __init__(self, files, rooms, prefix):
        self.files, self.rooms, self.prefix = files, rooms, prefix
        self.text = {name: bare(text) for name, text in files.items()}
        self.home = {f: name for name, text in self.text.items() if name.endswith(".c") for f in defined(text)}
        self.calls = {}
        for name, text in self.text.items():
            if name.endswith(".c"):
                used = {w: self.home[w] for w in set(re.findall(r"\b\w+\b(?=\s*[(,;)}])", text)) if w in self.home}
                own = set(defined(text, static=True))
                self.calls[name] = {w: home for w, home in used.items() if home != name and w not in own}

    def includes(self, name):
        return [inc for inc in re.findall(r'#include "([^"]+)"', self.files[name]) if inc in self.files]

    def may(self, user, used):
        if user == used or used in OPEN:
            return True
        if used.startswith("core/") and not user.startswith("core/"):
            return True
        return used in (allowed(self.rooms, user) or [])

    def upward(self):
        for name in self.files:
            if allowed(self.rooms, room_of(name)) is None:
                yield f"room {self.prefix}{room_of(name)}: not in the table of rooms"
            for inc in self.includes(name):
                if not self.may(room_of(name), room_of(inc)):
                    yield f"arrow {self.prefix}{name} -> {inc}"
            for function, home in sorted(self.calls.get(name, {}).items()):
                if not self.may(room_of(name), room_of(home)):
                    yield f"arrow {self.prefix}{name} -> {home}: {function}"

    def circles(self):
        reach = {name: self.reach(name) for name in self.calls}
        for name in sorted(self.calls):
            circle = sorted(other for other in reach[name] if name in reach.get(other, ()))
            if len(circle) > 1 and name == circle[0]:
                yield f"circle {self.prefix}: " + " ".join(circle)

    def reach(self, start):
        seen, todo = set(), [start]
        while todo:
            for home in set(self.calls.get(todo.pop(), {}).values()) - seen:
                seen.add(home)
                todo.append(home)
        return seen

    def foreign(self):
        for name, text in self.text.items():
            if name.endswith(".h"):
                for function in declared(text):
                    home = self.home.get(function)
                    if home and home != name[:-2] + ".c":
                        yield f"header {self.prefix}{name}: {function} of {home}"

    def faults(self):
        return sorted({*self.upward(), *self.circles(), *self.foreign()})


def table_circles(rooms, prefix):
    for room in rooms:
        seen, todo = set(), list(rooms[room])
        while todo:
            other = todo.pop()
            if other == room:
                sys.exit(f"{prefix}{room}: the table of rooms is a circle")
            if other not in seen:
                seen.add(other)
                todo += rooms.get(other, [])


def self_test():
    """Each kind of fault is seen where it is planted, and a clean tree has none."""
    rooms = {"low": [], "high": ["low"]}
    clean = {"low/a.h": "int low_a(void);\n", "low/a.c": '#include "low/a.h"\nint low_a(void)\n{\n    return 1;\n}\n',
             "high/b.h": "static inline int b_two(void) { return 2; }\nint high_b(int (*f)(void));\n",
             "high/b.c": '#include "low/a.h"\nint high_b(int (*f)(void))\n{\n    return low_a();\n}\n'}
    planted = {
        "arrow t/low/a.c -> high/b.h": {"low/a.c": '#include "high/b.h"\n' + clean["low/a.c"]},
        "arrow t/low/a.c -> high/b.c: high_b": {"low/a.c": clean["low/a.c"].replace("return 1", "return high_b(NULL)")},
        "circle t/: low/a.c low/c.c": {"low/a.c": clean["low/a.c"].replace("return 1", "return low_c()"),
                                       "low/c.c": "int low_c(void)\n{\n    return low_a();\n}\n"},
        "header t/low/a.h: high_b of high/b.c": {"low/a.h": "int low_a(void);\nint high_b(void);\n"},
        "room t/side: not in the table of rooms": {"side/d.c": "int d(void)\n{\n    return 1;\n}\n"},
    }
    if Tree(clean, rooms, "t/").faults():
        sys.exit(f"layers: a clean tree has faults: {Tree(clean, rooms, 't/').faults()}")
    for fault, files in planted.items():
        if fault not in Tree({**clean, **files}, rooms, "t/").faults():
            sys.exit(f"layers: not seen: {fault}")


def load(folder):
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*"))
            if p.suffix in (".c", ".h") and p.name != "unity.c"}


def main():
    root = pathlib.Path(sys.argv[1])
    self_test()
    faults, functions = [], 0
    for folder, rooms in (("libsplit", LIBSPLIT), ("tools/splitctl", SPLITCTL)):
        table_circles(rooms, folder + "/")
        tree = Tree(load(root / folder), rooms, folder + "/")
        faults += tree.faults()
        functions += len(tree.home)
        arrows = {(room_of(n), room_of(i)) for n in tree.files for i in tree.includes(n) if room_of(n) != room_of(i)}
        crossing = sum(room_of(n) != room_of(i) for n in tree.files for i in tree.includes(n))
        print(f"{folder}: {len({room_of(n) for n in tree.files})} rooms, {len(arrows)} arrows, {crossing} includes across rooms")
    known_file = root / "tests/abi/layers.faults"
    known = set(known_file.read_text().splitlines()) if known_file.exists() else set()
    if sys.argv[2:] == ["--update"]:
        known_file.write_text("".join(f + "\n" for f in faults))
        return
    new, gone = [f for f in faults if f not in known], sorted(known - set(faults))
    for fault in new:
        print(f"FAULT {fault}")
    for fault in gone:
        print(f"no longer a fault, take it off tests/abi/layers.faults: {fault}")
    print(f"{functions} functions, {len(faults)} known faults")
    sys.exit(1 if new or functions < 300 else 0)


main()
