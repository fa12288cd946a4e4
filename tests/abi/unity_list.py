"""unity.c and libsplit/meson.build name the same core files, so bindings build what the library builds."""
import pathlib
import re
import sys

lib = pathlib.Path(sys.argv[1]) / "libsplit"
in_meson = set(re.findall(r"'(core/\w+/\w+\.c)'", (lib / "meson.build").read_text()))
in_unity = set(re.findall(r'#include "(core/\w+/\w+\.c)"', (lib / "unity.c").read_text()))
on_disk = {p.relative_to(lib).as_posix() for p in (lib / "core").rglob("*.c")}
faults = [f"{name}: only in {where}" for names, where in (
    (in_meson - in_unity, "meson.build"), (in_unity - in_meson, "unity.c"), (on_disk - in_meson, "the folder"))
    for name in sorted(names)]
print("\n".join(faults) or f"{len(in_unity)} files")
sys.exit(1 if faults or not in_unity else 0)
