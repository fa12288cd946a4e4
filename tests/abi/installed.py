"""What `meson install` puts down serves a stranger: for each library pkg-config's words alone compile, link and run a
program in C99 and in C++11, and split.pc asks for no other package."""
import os
import pathlib
import subprocess
import sys
import tempfile

build, *names = sys.argv[1:]

PROGRAMS = {
    "split": """
#include <split/split.h>
int main(void) { return split_version() != NULL && SPLIT_BUCKETS == 1048576 ? 0 : 1; }""",
    "split-policy": """
#include <split/policy.h>
int main(void) { split_policy *none = NULL; split_policy_free(&none, NULL); return 0; }""",
    "split-net": """
#include <split/net.h>
int main(void) { return split_clock_now() > 0 ? 0 : 1; }""",
    "split-token": """
#include <split/split.h>
#include <split/token.h>
int main(void) { return split_token_status_name(0) != NULL ? 0 : 1; }""",
}
WAYS = [("C99", ["cc", "-std=c99", "-x", "c"]), ("C++11", ["c++", "-std=c++11", "-x", "c++"])]
FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def run(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def flags_of(name, root, folder):
    # The core asks for nothing, so it is looked up where nothing else is; the others name Debian's packages privately.
    path = "PKG_CONFIG_LIBDIR" if name == "split" else "PKG_CONFIG_PATH"
    environ = dict(os.environ, PKG_CONFIG_SYSROOT_DIR=str(root), **{path: str(folder)})
    return run(["pkg-config", "--cflags", "--libs", name], env=environ).split()


def try_program(name, text, way, flags, libraries, work):
    program = work / "program"
    (work / "program.c").write_text(text)
    run(way + FLAGS + [str(work / "program.c"), "-x", "none", "-o", str(program)] + flags)
    run([str(program)], env=dict(os.environ, LD_LIBRARY_PATH=str(libraries)))


def main():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        root = work / "root"
        run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", str(root)])
        configs = next(root.rglob("split.pc")).parent
        done = 0
        for name in names:
            flags = flags_of(name, root, configs)
            for language, way in WAYS:
                try_program(name, PROGRAMS[name], way, flags, configs.parent, work)
                done += 1
        print(f"{done} programs of {len(names)} installed libraries ran")
        return 0 if done >= 2 else 1


try:
    sys.exit(main())
except subprocess.CalledProcessError as error:
    sys.exit(f"{' '.join(error.cmd)}\n{error.stdout}{error.stderr}")
