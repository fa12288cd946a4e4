"""What an addition touches: each is really made in a copy of the tree, compiled where C is concerned, and its files are counted."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT, BUILD = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
MAIN = '#include <stdio.h>\n#include <string.h>\n#include "split/split.h"\nint main(void)\n{\n%s}\n'


class Copy:
    """A copy of the sources in which one thing is added."""

    def __init__(self, folder):
        self.top, self.touched = pathlib.Path(folder), set()
        for room in ("include", "libsplit", "tools"):
            shutil.copytree(ROOT / room, self.top / room)

    def put(self, path, before, row):
        """Insert a row before the first place of a text."""
        text = (self.top / path).read_text()
        if before not in text:
            sys.exit(f"touches: {path} has no {before!r} any more; this test must follow")
        (self.top / path).write_text(text.replace(before, row + before, 1))
        self.touched.add(path)

    def new(self, path, text):
        (self.top / path).parent.mkdir(parents=True, exist_ok=True)
        (self.top / path).write_text(text)
        self.touched.add(path)

    def compile(self, *args):
        done = subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-Werror=implicit-function-declaration", "-I", "include", "-I",
                               str(BUILD / "include"), "-I", "libsplit", "-I", "tools/splitctl", *args],
                              cwd=self.top, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"touches: {' '.join(args)}:\n{done.stderr}")

    def run_core(self, body):
        (self.top / "main.c").write_text(MAIN % body)
        self.compile("main.c", "libsplit/unity.c", "-lm", "-o", "main")
        return subprocess.run([str(self.top / "main")], capture_output=True, text=True, check=True).stdout


def metric_kind(c):
    c.put("include/split/metric.h", '    XX(RATIO, 4, "ratio")', '    XX(LEFT_OUT, 5, "left_out") \\\n')
    text = (c.top / "include/split/metric.h").read_text()
    (c.top / "include/split/metric.h").write_text(text.replace("SPLIT_METRIC_KIND_COUNT 5", "SPLIT_METRIC_KIND_COUNT 6"))
    c.put("libsplit/core/measure/kinds.c", "};\n\nconst split_metric_kind_info", """    [SPLIT_METRIC_LEFT_OUT] = {.help = "requests left out",
        .bad_text = "requests left out", .form = SPLIT_METRIC_FORM_COUNTERS, .n = SPLIT_COUNTER_SENT,
        .bad = SPLIT_COUNTER_LEFT_OUT, .total_field = "total", .bad_field = "bad",
        .bounds = {{SPLIT_OP_LT, 1000000}, {SPLIT_OP_GT, 1000000}, {SPLIT_OP_GT, 5000000}}},
""")
    c.put("libsplit/policy/policy.schema.json", '"ratio"]', '"left_out", ')
    said = c.run_core("""split_metric m; split_arm a; split_metric_counts n;
int err = split_metric_init(&m, SPLIT_METRIC_LEFT_OUT); strcpy(m.name, "x"); err |= split_metric_check(&m);
split_arm_clear(&a); err |= split_arm_set(&a, SPLIT_COUNTER_SENT, 100); err |= split_arm_set(&a, SPLIT_COUNTER_LEFT_OUT, 7);
err |= split_metric_count(&m, 0, &a, &n);
printf("%d %s %d of %d %d", err, split_metric_kind_name(5), (int)n.bad[2], (int)n.n, split_threshold_is_over(&m, &n, 2));
return err;
""")
    assert said == "0 left_out 7 of 100 1", said


def error(c):
    c.put("include/split/error.h", "    XX(BUG, -901", '    XX(QUOTA, -499, "a quota is used up") \\\n')
    said = c.run_core('printf("%s %s", split_errname(-499), split_strerror(-499));\nreturn 0;\n')
    assert said == "SPLIT_ERR_QUOTA a quota is used up", said


def source(c):
    c.put("libsplit/net/source/source.h", "XX(promql)", "XX(fixed) ")
    c.put("libsplit/net/meson.build", "  'source/haproxy/haproxy.c',", "  'source/fixed/fixed.c',\n")
    c.put("tools/splitctl/splitctl.1", ".TP\n.BI log: FILE", ".TP\n.BI fixed: NUMBER\nThe same counts in each window.\n")
    c.new("libsplit/net/source/fixed/fixed.c", """/* SPDX-License-Identifier: MIT */
/* The same counts in each window. */
#include "net/source/source.h"

static int
fixed_open(const split_source_options *options, const char *place, void **out_state, split_error *error)
{
    (void)options, (void)place, (void)error;
    *out_state = NULL;
    return SPLIT_OK;
}

static int
fixed_read(void *state, split_reading *out, split_error *error)
{
    (void)state, (void)error;
    out->has_arm[SPLIT_READING_ARM] = true;
    return split_arm_set(&out->arm[SPLIT_READING_ARM], SPLIT_COUNTER_SENT, 100);
}

static void
fixed_close(void *state)
{
    (void)state;
}

const split__source_kind split__source_fixed = {
    .shown = {"fixed", "NUMBER", "the same counts in each window"}, .open = fixed_open, .read = fixed_read, .close = fixed_close};
""")
    c.compile("-c", "libsplit/net/source/source.c", "-o", "source.o")
    c.compile("-c", "libsplit/net/source/fixed/fixed.c", "-o", "fixed.o")
    symbols = {o: subprocess.run(["nm", o], cwd=c.top, capture_output=True, text=True, check=True).stdout for o in ("source.o", "fixed.o")}
    assert "U split__source_fixed" in symbols["source.o"] and " split__source_fixed" in symbols["fixed.o"]


def command(c):
    c.put("tools/splitctl/commands.h", '    XX(history, "history"', '    XX(hello, "hello", "greet") \\\n')
    c.put("tools/splitctl/meson.build", "  'command/history.c',", "  'command/hello.c',\n")
    c.put("tools/splitctl/splitctl.1", ".SS history\n", ".SS hello\nGreets.\n")
    c.new("tools/splitctl/command/hello.c", """/* SPDX-License-Identifier: MIT */
/* Greets. */
#include <stdio.h>

#include "cli/cli.h"
#include "commands.h"

int
cmd_hello(int argc, char **argv)
{
    static const cli_spec spec = {.usage = "", .about = "Greets.\\n"};
    cli_common common = {0};
    int first, code = cli_parse(&spec, &common, argc, argv, &first);
    if (code == CLI_GO)
        puts("hello");
    return code == CLI_GO ? CTL_OK : code;
}
""")
    c.compile("-fsyntax-only", "tools/splitctl/command/hello.c", "tools/splitctl/main.c", "tools/splitctl/command/completion.c")


def export(c):
    c.put("include/split/export.h", '    XX(CLICKHOUSE, 3, "clickhouse")', '    XX(PLAIN, 4, "plain") \\\n')
    text = (c.top / "include/split/export.h").read_text()
    (c.top / "include/split/export.h").write_text(text.replace("SPLIT_EXPORT_COUNT 4", "SPLIT_EXPORT_COUNT 5"))
    c.put("libsplit/policy/export/export.c", "    [SPLIT_EXPORT_CLICKHOUSE]", "    [SPLIT_EXPORT_PLAIN] = {split__export_plain},\n")
    c.put("libsplit/policy/export/export.c", '#include "policy/export/sql.h"', '#include "policy/export/plain.h"\n')
    c.put("libsplit/policy/meson.build", "  'export/sql.c',", "  'export/plain.c',\n")
    c.put("tools/splitctl/command/export.c", 'strcmp(system, "haproxy") == 0 ||', 'strcmp(system, "plain") == 0 || ')
    c.new("libsplit/policy/export/plain.h", '#include "policy/export/job.h"\nint split__export_plain(export_job *job);\n')
    c.new("libsplit/policy/export/plain.c", '#include "policy/export/plain.h"\nint\nsplit__export_plain(export_job *job)\n{\n'
          '    split__export_print(job, "plain");\n    return 0;\n}\n')
    c.compile("-fsyntax-only", "libsplit/policy/export/export.c", "libsplit/policy/export/plain.c", "tools/splitctl/command/export.c")


# What is added, and how many files it may touch besides tests and design.
LIMITS = ((metric_kind, 3), (error, 1), (source, 4), (command, 4), (export, 6))


def main():
    for add, limit in LIMITS:
        with tempfile.TemporaryDirectory() as folder:
            copy = Copy(folder)
            add(copy)
            n = len(copy.touched)
            print(f"{add.__name__}: {n} files: {', '.join(sorted(copy.touched))}")
            if n > limit:
                sys.exit(f"touches: {add.__name__} touches {n} files, at most {limit}")


main()
