# SPDX-License-Identifier: MIT
"""README's first rollout, pasted line by line: it ends with the traffic back on legacy, and no visitor saw an error.

Only what depends on the machine is replaced: the lines that install and build, and the ports.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

from kit import BUILD, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = ("8080", "8081", "9001", "9002")


def pasted():
    """The lines of the block, without those that install and build."""
    block = re.search(r"<!-- paste: tests/e2e/test_readme.py -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.S)
    lines = block[1].splitlines()
    return [line for line in lines if not line.startswith(("tests/support/", "meson ", "export PATH="))], len(lines)


class FirstRollout(unittest.TestCase):
    def test_the_block_ends_with_the_rollback(self):
        lines, n_all = pasted()
        self.assertEqual(n_all - len(lines), 3)
        with tempfile.TemporaryDirectory() as folder:
            here = pathlib.Path(folder)
            ports = {port: str(free_port()) for port in PORTS}
            swap = lambda text: re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda m: ports[m[0]], text)
            for path in ("examples/quick.json", "examples/nginx/quick.conf", "examples/demo/origin.py"):
                (here / path).parent.mkdir(parents=True, exist_ok=True)
                (here / path).write_text(swap((ROOT / path).read_text()))
            (here / "build").symlink_to(BUILD.resolve())
            path = f"{BUILD.resolve() / 'tools/splitctl'}:{os.environ['PATH']}:/usr/sbin"
            script = swap("\n".join(["set -m", *lines])) + "\nwait\n"
            child = subprocess.Popen(["bash", "-c", script], cwd=here, env={**os.environ, "PATH": path}, start_new_session=True,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                out, _ = child.communicate(timeout=240)
            finally:
                if child.poll() is None:
                    os.killpg(child.pid, signal.SIGKILL)
            shown = f"\n{out}"
            self.assertRegex(out, r"(?m)^.*ROLLBACK.*error_rate", shown)
            self.assertRegex(out, r"(?mi)^x-split-variant: legacy\r?$", shown)
            self.assertNotRegex(out, r"command not found|No such file|error:|\[emerg\]", shown)
            self.assertIn("rollout report", (here / "quick/report.html").read_text())
            load = json.loads((here / "quick/load.txt").read_text())
            self.assertGreater(load["requests"], 5000, load)
            self.assertEqual(load["ok"], load["requests"], load)


if __name__ == "__main__":
    shutil.which("curl") or unittest.skip("curl")(FirstRollout)
    unittest.main(verbosity=2)
