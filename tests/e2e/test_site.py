# SPDX-License-Identifier: MIT
"""examples/nginx as it stands: started by its own script, its ports changed to free ones."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Scripted, reply  # noqa: E402
from nginx_kit import MODULE  # noqa: E402

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/nginx"


class Site(unittest.TestCase):
    def setUp(self):
        root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="split-site-")))
        self.folder = root / "examples/nginx"
        shutil.copytree(EXAMPLE, self.folder, ignore=lambda folder, names: [n for n in names if n not in (
            "nginx.conf", "policy.json", "run", "README.md")])
        (root / "build/bindings/nginx").mkdir(parents=True)
        (root / "build/bindings/nginx/ngx_http_split_module.so").symlink_to(MODULE)
        self.new = self.enterContext(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enterContext(Scripted(lambda r: reply(b"from legacy")))
        self.ports = {name: kit.free_port() for name in ("8080", "8443", "8081")}
        for path, ports in ((self.folder / "nginx.conf", self.ports),
                            (self.folder / "policy.json", {"9001": self.new.port, "9002": self.legacy.port})):
            path.write_text(re.sub(r":(" + "|".join(ports) + r")\b", lambda m, p=ports: f":{p[m[1]]}", path.read_text()))
        self.child = subprocess.Popen([str(self.folder / "run")], stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        kit.wait_until(lambda: self.child.poll() is not None or self.answers(), 20, "the site")
        self.assertIsNone(self.child.poll(), self.child.stderr.read() if self.child.poll() is not None else "")

    def end(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait(20)
        self.child.stderr.close()

    def answers(self):
        try:
            return kit.request(int(self.ports["8081"]), "/metrics")[0] == 200
        except OSError:
            return False

    def curl(self, *more):
        done = subprocess.run(["curl", "-si", "--http2", "--cacert", str(self.folder / "site.crt"), *more,
                               f"https://127.0.0.1:{self.ports['8443']}/page"], capture_output=True, text=True, timeout=20, check=True)
        return done.stdout

    def test_it_serves_both_systems_over_tls_from_a_cache_of_each(self):
        seen = {}
        for i in range(120):
            got = self.curl("-H", f"Cookie: split_id=v{i}")
            variant = re.search(r"(?i)x-split-variant: (\w+)", got)[1]
            self.assertTrue(got.startswith("HTTP/2 200"))
            self.assertTrue(got.endswith(f"from {variant}"))
            seen[variant] = seen.get(variant, 0) + 1
            if i > 30 and len(seen) == 2:
                break
        self.assertEqual(set(seen), {"new", "legacy"})
        self.assertLess(len(self.new.requests + self.legacy.requests), 8)
        self.assertRegex(self.curl(), r"(?i)set-cookie: split_id=[0-9a-f]{32}; .*; Secure")
        self.assertIn("variant=new", kit.wait_until(lambda: (self.folder / "access.log").read_text(), 5))

    def test_an_answer_of_the_other_system_does_not_stay_under_the_variant(self):
        policy = (self.folder / "policy.json")
        subprocess.run([str(kit.SPLITCTL.resolve()), "set", "-p", str(policy), "--route", str(self.folder / "route.json"), "--to", "100"],
                       check=True, capture_output=True)
        kit.wait_until(lambda: b"split_route_revision 1" in kit.request(int(self.ports["8081"]), "/metrics")[2], 5)
        self.new.answer = lambda r: reply(b"", "503 No")
        self.assertTrue(self.curl("-H", "Cookie: split_id=a").endswith("from legacy"))
        self.new.answer = lambda r: reply(b"from new")
        self.assertTrue(self.curl("-H", "Cookie: split_id=a").endswith("from new"))

    def test_plain_http_is_sent_to_tls_and_logs_are_what_splitctl_reads(self):
        status, headers, _ = kit.request(int(self.ports["8080"]), "/x")
        self.assertEqual((status, kit.header(headers, "Location")), (308, f"https://127.0.0.1:{self.ports['8443']}/x"))
        for i in range(20):
            self.curl("-H", f"Cookie: split_id=v{i}")
        done = subprocess.run([str(kit.SPLITCTL.resolve()), "logs", "-p", str(self.folder / "policy.json"),
                               str(self.folder / "access.log")], capture_output=True, text=True, timeout=30, check=False)
        self.assertIn(done.returncode, (0, 3), done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"legacy +\d+")


if __name__ == "__main__":
    unittest.main(verbosity=1)
