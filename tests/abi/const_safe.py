"""Each function documented as const-safe is asked by many threads at once in tests/sanitize. Those of split-net are left out: they
give back fields of objects that one thread owns."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
NET = {"log.h", "net.h", "notify.h", "sink.h", "source.h", "source_set.h"}


def main():
    asked = "\n".join(p.read_text() for p in (ROOT / "tests/sanitize").glob("*.c"))
    promised = [(header.name, function)
                for header in sorted((ROOT / "include/split").glob("*.h")) if header.name not in NET
                for comment, function in re.findall(r"/\*\*((?:(?!\*/).)*)\*/\s*SPLIT_API[^;(]*?\b(split_\w+)\s*\(", header.read_text(), re.S)
                if "const-safe" in comment]
    faults = [f"{header}: {function} is called const-safe and asked by no thread of tests/sanitize"
              for header, function in promised if not re.search(rf"\b{function}\b", asked)]
    print("\n".join(faults) or f"{len(promised)} const-safe functions are asked by many threads")
    sys.exit(1 if faults or len(promised) < 20 else 0)


main()
