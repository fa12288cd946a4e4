"""Every public header compiles alone, as C99 and as C++11, without warnings."""
import pathlib
import subprocess
import sys
import tempfile

include, generated = (pathlib.Path(a) for a in sys.argv[1:3])
WAYS = [("c99", ["cc", "-std=c99", "-x", "c"]), ("c++11", ["c++", "-std=c++11", "-x", "c++"])]
FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", f"-I{include}", f"-I{generated}"]


def compile_alone(header, command):
    with tempfile.NamedTemporaryFile("w", suffix=".h") as f:
        f.write(f'#include "split/{header}"\n#include "split/{header}"\ntypedef int not_empty;\n')
        f.flush()
        return subprocess.run(command + FLAGS + [f.name], capture_output=True, text=True)


def main():
    headers = sorted(p.name for p in (include / "split").glob("*.h")) + ["version.h"]
    failed = 0
    for header in headers:
        for name, command in WAYS:
            result = compile_alone(header, command)
            if result.returncode != 0:
                failed += 1
                print(f"{header} as {name}:\n{result.stderr}")
    print(f"{len(headers)} headers, 2 languages, {failed} failed")
    sys.exit(1 if failed or len(headers) < 3 else 0)


main()
