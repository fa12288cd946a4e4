# SPDX-License-Identifier: MIT
"""The scripts of examples/aws/scripts with the real splitctl and a stand-in for the AWS command line."""
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).parents[2] / "examples/aws/scripts"
SPLITCTL = pathlib.Path(os.environ.get("SPLIT_BUILD", "build")).resolve() / "tools/splitctl"
STAND_IN = pathlib.Path(__file__).parent / "aws_stand_in.py"
SECRET = "a-secret-of-more-than-20-bytes"
POLICY = json.loads((SCRIPTS.parent / "policy.json").read_text())


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        aws = self.folder / "bin/aws"
        aws.write_text(f"#!/bin/sh\nexec python3 {STAND_IN} \"$@\"\n")
        aws.chmod(aws.stat().st_mode | stat.S_IXUSR)
        self.policy = self.folder / "policy.json"
        self.write({**POLICY, "publish": [{"kind": "file", "path": "route.json"}]})
        self.env = {**os.environ, "PATH": f"{self.folder / 'bin'}:{SPLITCTL}:{os.environ['PATH']}", "AWS_STAND_IN": str(self.folder),
                    "CODE_BUCKET": "code", "CODE_KEY": "service-1.zip", "LEGACY_DOMAIN": "legacy.example.com", "ORIGIN_SECRET": SECRET}

    def write(self, document):
        self.policy.write_text(json.dumps(document))

    def run_script(self, name, *args, **env):
        return subprocess.run([SCRIPTS / name, *args, "--policy", self.policy], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, env={**self.env, **env}, check=False)

    def share(self):
        document = json.loads((self.folder / "route.json").read_text())
        ranges = document["ranges"]
        total = sum(end - start for start, end, variant in ranges if document["variants"][variant] == "new")
        return round(total / 10485.76, 3)

    def calls(self):
        path = self.folder / "calls"
        return path.read_text() if path.exists() else ""

    def test_every_script_explains_itself_and_refuses_what_it_does_not_know(self):
        for script in sorted(SCRIPTS.glob("*-*.sh")):
            done = subprocess.run([script, "--help"], capture_output=True, text=True, env=self.env, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), script.name)
            self.assertIn(f"Usage: {script.name}", done.stdout)
            done = self.run_script(script.name, "--polizy")
            self.assertEqual(done.returncode, 2, script.name)
            self.assertIn("unknown option --polizy", done.stderr)

    def test_all_steps_and_the_way_back(self):
        for name, share in (("deploy-production-50-percent.sh", 50), ("deploy-production-100-percent.sh", 100)):
            done = self.run_script(name, "--yes")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(self.share(), share)
            self.assertIn("rollback-traffic.sh 0", done.stdout)
        done = self.run_script("rollback-traffic.sh", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.share(), 0)
        self.assertEqual(self.calls(), "", "a change of the share needs no stack")

    def test_nobody_is_moved_without_a_yes(self):
        before = self.run_script("rollback-traffic.sh", "0")
        self.assertEqual(before.returncode, 0, before.stderr)
        done = self.run_script("deploy-production-100-percent.sh")
        self.assertEqual(done.returncode, 2)
        self.assertIn("give --yes", done.stderr)
        self.assertEqual(self.share(), 0)

    def test_dry_run_changes_nothing(self):
        done = self.run_script("deploy-production-50-percent.sh", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("+ splitctl set 50", done.stdout)
        self.assertFalse((self.folder / "route.json").exists())

    def test_what_is_missing_is_named(self):
        done = self.run_script("deploy-production-10-percent.sh", "--yes", LEGACY_DOMAIN="")
        self.assertEqual(done.returncode, 2)
        self.assertIn("LEGACY_DOMAIN", done.stderr)
        done = self.run_script("deploy-production-10-percent.sh", "--yes", ORIGIN_SECRET="short")
        self.assertEqual(done.returncode, 2)
        self.assertIn("20 or more", done.stderr)
        self.assertNotIn("deploy", self.calls())

    def test_a_policy_that_would_never_reach_the_edge_is_refused(self):
        done = self.run_script("deploy-production-10-percent.sh", "--yes")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cloudfront-kvs", done.stderr)

    def test_a_stack_that_fails_moves_nobody(self):
        done = self.run_script("deploy-production-10-percent.sh", "--yes", FAIL="search-new")
        self.assertEqual(done.returncode, 1)
        self.assertIn("describe-stack-events --region eu-west-1 --stack-name search-new", done.stderr)
        self.assertNotIn("search-edge", self.calls())

    def test_the_secret_is_on_no_command_line(self):
        self.run_script("deploy-production-10-percent.sh", "--yes")
        self.assertIn("--stack-name search-edge", self.calls())
        self.assertNotIn(SECRET, self.calls())
        self.assertIn(f"OriginSecret={SECRET}", json.loads((self.folder / "search-edge.json").read_text()))

    def test_the_edge_gets_the_domain_of_the_new_system(self):
        self.run_script("deploy-production-10-percent.sh", "--yes")
        given = json.loads((self.folder / "search-edge.json").read_text())
        self.assertIn("NewDomain=abc.execute-api.eu-west-1.amazonaws.com", given)

    def test_a_rollback_needs_a_share(self):
        for args in ((), ("ten",), ("10", "20")):
            done = self.run_script("rollback-traffic.sh", *args)
            self.assertEqual(done.returncode, 2, args)


if __name__ == "__main__":
    unittest.main()
