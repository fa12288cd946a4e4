"""One vocabulary: every public name and suffix of the headers is formed alike.

Objects come first and the verb last, units stand in suffixes, registries are X-macros with pinned numbers and a count, names of
numbers come from `_name(int)`, and what answers yes or no says is, has or may.
"""
import pathlib
import re
import sys

OBJECTS = set("""alloc arm assign base bound class clock counter credit decision distinct draw edge errcategory errname error even
 evidence explain export failover field forecast groups histogram http judgement level lines log memory meter metric missing mode
 notice notify op operator origin plan policy random reading reason reload rollout rotation route row rule sample secret shown simulate sink sns
 source split status strerror threshold time token update variant verdict version watch window action""".split())
# bool: these answer whether there was one, and give it.
GIVES = re.compile(r"_(next|label)$")
PREDICATE = re.compile(r"_(is|has|may)(_|$)")


def bare(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def joined(text):
    return re.sub(r"\\\n\s*", " ", text)


def maps(text):
    for m in re.finditer(r"#define (\w+)_MAP\(XX\)([^\n]*)", joined(text)):
        yield m[1], [row.strip() for row in re.findall(r"XX\(([^()]*(?:\([^()]*\)[^()]*)*)\)", m[2])]


def check_maps(header, text):
    for name, rows in maps(text):
        numbers = []
        for row in rows:
            m = re.fullmatch(r'([A-Z][A-Z0-9_]*),\s+(-?\d+),\s+"[^"]*"(, .*)?', row)
            if m is None:
                yield f"{header}: {name}_MAP: a row is XX(NAME, number, \"text\") or begins so, not XX({row})"
                return
            numbers.append(int(m[2]))
        if len(set(numbers)) != len(numbers):
            yield f"{header}: {name}_MAP: two rows have one number"
        if name == "SPLIT_ERR":
            continue
        count = re.search(rf"#define {name}_COUNT (\d+)", text)
        if count is None:
            yield f"{header}: {name}_MAP has no {name}_COUNT"
        elif int(count[1]) != len(rows) or sorted(numbers) != list(range(len(rows))):
            yield f"{header}: {name}_COUNT is {count[1]}, but the rows are {sorted(numbers)}"


def check_macros(header, text):
    for name in re.findall(r"#define (SPLIT_\w+)", joined(text)):
        if re.search(r"_MAX_|_MIN_|^SPLIT_MAX_|^SPLIT_N_|_N_|_UPCT", name):
            yield f"{header}: {name}: _MAX, _MIN and _COUNT stand last, and millionths are _E6"


def functions(text):
    for m in re.finditer(r"SPLIT_API\s+(?:SPLIT_CHECKED\s+)?([^;]*?)\b(split_\w+)\s*\(([^;]*)\)\s*;", text, flags=re.S):
        yield " ".join(m[1].split()), m[2], [" ".join(a.split()) for a in m[3].split(",")]


def check_functions(header, text):
    for returns, name, args in functions(text):
        if name.split("_")[1] not in OBJECTS:
            yield f"{header}: {name}: no object is called '{name.split('_')[1]}'"
        if name.endswith("_name") and not re.fullmatch(r"int \w+|const split_\w+ \*\w+", args[0]):
            yield f"{header}: {name}: the name of a number is {name}(int)"
        if returns == "bool" and not PREDICATE.search(name) and not GIVES.search(name):
            yield f"{header}: {name}: what answers yes or no is called is, has or may"
        for arg in args:
            if re.search(r"\bsize_t \w+_size$", arg):
                yield f"{header}: {name}: '{arg}': a length of memory ends in _bytes or _len"
            if re.search(r"\bsplit_us \w+$", arg) and not re.search(r"(_us|\bnow)$", arg):
                yield f"{header}: {name}: '{arg}': a time ends in _us"


def check_members(header, text):
    for struct in re.finditer(r"typedef struct (split_\w+) \{(.*?)\n\} \1;", text, flags=re.S):
        for kind, names in re.findall(r"^\s+(?:const )?(\w+) ([^;()]*);", struct[2], flags=re.M):
            for member in re.findall(r"\b([a-z]\w*)\b(?=\s*(?:\[|,|$))", names):
                if kind == "split_us" and not member.endswith("_us"):
                    yield f"{header}: {struct[1]}.{member}: a time ends in _us"
                if kind == "bool" and member.startswith("n_"):
                    yield f"{header}: {struct[1]}.{member}: n_ is a count"
                if member.startswith("n_") and kind not in ("uint32_t", "size_t", "uint64_t", "int64_t", "uint8_t"):
                    yield f"{header}: {struct[1]}.{member}: a count is unsigned, or int64_t where it counts events"
    for word in re.findall(r"\b\w*_upct\w*\b", text):
        yield f"{header}: {word}: millionths of a percent are _e6"


CHECKS = (check_maps, check_macros, check_functions, check_members)


def self_test():
    """Each fault is seen in a header that has it."""
    planted = ["#define SPLIT_X_MAP(XX) XX(A, \"a\")\n", "#define SPLIT_X_MAP(XX) XX(A, 0, \"a\")\n",
               "#define SPLIT_X_MAP(XX) XX(A, 0, \"a\")\n#define SPLIT_X_COUNT 2\n", "#define SPLIT_MAX_THINGS 3\n",
               "SPLIT_API int split_nobody_does(int a);\n", "SPLIT_API const char *split_mode_name(uint32_t mode);\n",
               "SPLIT_API bool split_plan_empty(const split_plan *plan);\n",
               "SPLIT_API int split_plan_print(char *buf, size_t buf_size);\n", "SPLIT_API void split_clock_set(split_us at);\n",
               "typedef struct split_x {\n    split_us window;\n} split_x;\n",
               "typedef struct split_x {\n    int n_things;\n} split_x;\n", "uint32_t coverage_upct;\n"]
    for text in planted:
        if not any(True for check in CHECKS for _ in check("x.h", text)):
            sys.exit(f"names: not seen: {text}")
    clean = "#define SPLIT_X_MAP(XX) XX(A, 0, \"a\")\n#define SPLIT_X_COUNT 1\nSPLIT_API const char *split_mode_name(int mode);\n"
    if any(True for check in CHECKS for _ in check("x.h", clean)):
        sys.exit("names: a clean header has faults")


def main():
    self_test()
    faults, n = [], 0
    for path in sorted((pathlib.Path(sys.argv[1]) / "include/split").glob("*.h")):
        text = bare(path.read_text())
        n += len(list(functions(text)))
        for check in CHECKS:
            faults += check(path.name, text)
    print("\n".join(faults) or f"{n} public functions keep the vocabulary")
    sys.exit(1 if faults or n < 100 else 0)


main()
