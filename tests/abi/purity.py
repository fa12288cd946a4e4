"""The core is sans-I/O: nothing undefined but memory functions and named math, no writable data (design/embedding.md G1)."""
import subprocess
import sys

ALLOWED = {"memcpy", "memmove", "memset", "memcmp", "exp", "log", "log1p", "expm1", "sqrt"}
# core/base/alloc.c, the one file that names malloc, is left out of the archive under test.
ALLOC = {"split__alloc_take", "split__alloc_give"}
# Written by the compiler itself, not by the source.
COMPILER = {"__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}


def symbols(archive):
    out = subprocess.run(["nm", archive], check=True, capture_output=True, text=True).stdout
    defined, undefined, writable = set(), set(), set()
    for line in out.splitlines():
        parts = line.split()
        if len(parts) == 2 and parts[0] == "U":
            undefined.add(parts[1])
        elif len(parts) == 3:
            defined.add(parts[2])
            if parts[1] in "dDbBC":
                writable.add(parts[2])
    return defined, undefined, writable


def main():
    defined, undefined, writable = symbols(sys.argv[1])
    if len(defined) < 10:
        sys.exit(f"purity: only {len(defined)} symbols in {sys.argv[1]}: nothing was checked")
    impure = sorted(undefined - defined - ALLOWED - ALLOC - COMPILER)
    for name in impure:
        print(f"impure: the core calls {name}")
    for name in sorted(writable):
        print(f"writable data: {name}")
    print(f"{len(defined)} symbols defined, outside calls: {sorted(undefined - defined)}")
    sys.exit(1 if impure or writable else 0)


main()
