"""Plain words in what people read: documents, comments and messages use the field's terms, none of the idioms below, and no
comment or declaration is torn. `prose.py ROOT --sample N [SEED]` prints N sentences of the design chapters, to be read."""
import pathlib
import random
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
ROOMS = ("include", "libsplit", "tools", "examples", "bindings", "tests")
DOCUMENTS = {".md", ".1"}
UNITS = "request|visitor|user|key|line|change|window|range|origin|call|row|poll|phase|metric|arm|decision|day|month|second|minute|hour|octave|period"
IDIOMS = [
    (r"\btold\b", "reported, notified or instructed"),
    (r"\b(?:first|next|last|one|two|this|each|every|whole|any|present|between) looks?\b|\bthe look before\b|\blooks? before\b", "poll"),
    (r"\blooked at\b|\blooks? at (?:the|a|each|every) (?:source|window|key|counter)s?\b", "polled, read or checked"),
    (r"\bbook(?:s|ed)\b", "recorded"),
    (r"(?<!there )(?<!There )\bis none\b(?! of)", "is not valid, does not exist"),
    (r"\banew\b", "again, restarted"),
    (r"\bfor ever\b", "permanently"),
    (rf"\b(?:one|an?|\d+) (?!(?:for|to|of|in|at|as|by|with|on|is|has)\b)\w+ an? (?:{UNITS})\b", "one line per request"),
    (r"\b(?:requests|events|times|lines|bytes|windows|polls|nanoseconds|ns|us) an? (?:second|minute|hour|day|request|key|poll|window)\b", "per"),
    (r"\bbehind (?:it|them|each other|the other)\b|\bput \S+ behind\b(?! an? )|\bwith \S+ behind\b", "after, appended"),
    (r"\b(?:diary|diaries)\b", "journal"),
    (r"\btakes? (?:it|the lag|a \w+) for\b|\btook (?:it|them) for\b", "treats as, mistakes for"),
    (r"\bbad of of\b", "its counters `bad` and `of`"),
    (r"\bstays? one threshold\b", "the layout is always one threshold"),
    (r"\bonly where it is\b", "says where the secret is"),
    (r"\bsave (?:that|for|as)\b", "except"),
]
COMPILED = [(re.compile(pattern), cure) for pattern, cure in IDIOMS]


def comments(text):
    """Comments of C and JavaScript, each as one line of text with its place."""
    for found in re.finditer(r"/\*.*?\*/", text, flags=re.S):
        yield found.start(), re.sub(r"\s*\n\s*\*?(?!/)\s*", " ", found[0])


def messages(text):
    """String literals; neighbours are one, as the compiler has it."""
    bare = re.sub(r"/\*.*?\*/|^#include.*", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S | re.M)
    for found in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', bare):
        yield found.start(), re.sub(r'"\s*"|\\n', lambda m: " " if m[0] == "\\n" else "", found[0])


def passages(path, text):
    if path.suffix in DOCUMENTS:
        for found in re.finditer(r"(?:[^\n]+\n?)+", text):
            yield found.start(), " ".join(found[0].split())
    elif path.suffix == ".py":
        for found in re.finditer(r'"""(.*?)"""|(?<!\S)#[^\n]*', text, flags=re.S):
            yield found.start(), " ".join(found[0].split())
    elif path.suffix in {".c", ".h", ".i", ".js", ".mjs"}:
        yield from comments(text)
        if path.suffix in {".c", ".h"}:
            yield from messages(text)


def files():
    yield from sorted(ROOT.glob("*.md"))
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and not path.is_symlink() and not {"node_modules", "build"} & set(parts) \
                    and parts[:2] != ("tests", "vectors") and path.name != pathlib.Path(__file__).name:
                yield path


def torn(path, text):
    """A declaration split between type and name; a closing mark alone on its line under a plain comment."""
    if path.suffix not in {".c", ".h"}:
        return
    if path.suffix == ".h":
        for found in re.finditer(r"^(?:SPLIT_API[ \w*]*|(?:const )?\w+ \*?)\n\w+\(", text, flags=re.M):
            yield found.start(), "a declaration is split between type and name"
    for found in re.finditer(r"/\*(?!\*).*?\*/", text, flags=re.S):
        if re.search(r"\n\s*\*/$", found[0]) and not re.match(r"/\*\n", found[0]):
            yield found.start(), "*/ stands alone under a comment that begins on its first line"


def faults():
    n = 0
    for path in files():
        text = path.read_text(errors="replace")
        for at, passage in passages(path, text):
            n += 1
            for pattern, cure in COMPILED:
                found = pattern.search(passage)
                if found:
                    yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, at) + 1}: '{found[0]}': say {cure}"
        for at, fault in torn(path, text):
            yield f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, at) + 1}: {fault}"
    if n < 5000:
        yield f"only {n} passages were read"


def sentences():
    for path in sorted((ROOT / "libsplit/design").glob("*.md")):
        for paragraph in re.split(r"\n\s*\n|\n(?=- \*\*)", path.read_text()):
            text = re.sub(r"^- \*\*\w+\*\* ?", "", " ".join(paragraph.split()))
            if not text.startswith(("#", "|", "- [")):
                yield from ((path.stem, s) for s in re.split(r"(?<=[.:]) (?=[A-Z`*])", text) if s.count(" ") > 3)


def main():
    if "--sample" in sys.argv:
        rest = sys.argv[sys.argv.index("--sample") + 1:]
        seed = int(rest[1]) if len(rest) > 1 else random.SystemRandom().randrange(10**6)
        print(f"seed {seed}")
        for chapter, sentence in random.Random(seed).sample(sorted(set(sentences())), int(rest[0])):
            print(f"{chapter}: {sentence}")
        return 0
    found = list(faults())
    print("\n".join(found) or "no idiom, nothing torn")
    return 1 if found else 0


sys.exit(main())
