# SPDX-License-Identifier: MIT
"""Every command of examples/aws/guide runs: real splitctl, the real scripts, a stand-in for the AWS command line. Links lead somewhere."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import ctl

AWS = pathlib.Path(__file__).parents[2] / "examples/aws"
STAND_IN = pathlib.Path(__file__).parent / "aws_stand_in.py"
PAGES = sorted((AWS / "guide").glob("*.md"))
VERDICTS = {ctl.OK, ctl.HOLD, ctl.CRITICAL, ctl.ROLLED_BACK, ctl.NO_DATA, ctl.TIMEOUT, ctl.NOT_PUBLISHED}


def commands(page):
    """The commands of the page's fenced blocks; a line that ends in a backslash goes on."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.M | re.S):
        yield from block.replace("\\\n", " ").strip().splitlines()


class Guide(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.folder = self.top / "aws/guide"
        shutil.copytree(AWS / "guide", self.folder)
        for entry in AWS.iterdir():
            if entry.name != "guide":
                (self.top / "aws" / entry.name).symlink_to(entry)
        (self.top / "edge").symlink_to(AWS.parent / "edge")
        (self.top / "bin").mkdir()
        aws = self.top / "bin/aws"
        aws.write_text(f"#!/bin/sh\nexec python3 {STAND_IN} \"$@\"\n")
        aws.chmod(aws.stat().st_mode | stat.S_IXUSR)
        policy = {**ctl.POLICY, "publish": [{"kind": "file", "path": "route.json"}]}
        (self.folder / "policy.json").write_text(json.dumps(policy))
        self.env = {**os.environ, "PATH": f"{self.top / 'bin'}:{ctl.SPLITCTL.resolve().parent}:{os.environ['PATH']}",
                    "AWS_STAND_IN": str(self.top), "STORE": "arn:aws:cloudfront::1:key-value-store/1", "DISTRIBUTION": "E1",
                    "SUBNETS": "search-subnets", "GROUP": "sg-1", "CODE_BUCKET": "code", "CODE_KEY": "1.zip",
                    "LEGACY_DOMAIN": "legacy.example.com", "ORIGIN_SECRET": "a-secret-of-more-than-20-bytes"}

    def sh(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False)

    def a_rollout_so_far(self):
        """A journal with a few windows, and 10 % in force."""
        (self.folder / "access.log").write_text("")
        self.sh("splitctl run -p policy.json --source log:access.log --duration 1s")
        self.assertTrue((self.folder / "rollout.db").exists())

    def test_the_commands_of_every_page_run(self):
        n = 0
        for page in PAGES:
            self.a_rollout_so_far()
            for command in commands(page):
                n += 1
                done = self.sh(command)
                self.assertIn(done.returncode, VERDICTS, f"{page.name}: {command}\n{done.stdout}{done.stderr}")
                self.assertNotIn("Traceback", done.stderr, f"{page.name}: {command}")
            for left in ("rollout.db", "rollout.db-wal", "rollout.db-shm", "route.json"):
                (self.folder / left).unlink(missing_ok=True)
        self.assertGreater(n, 20)

    def test_links_lead_to_pages(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
                self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")

    def test_every_page_is_reached_from_the_contents(self):
        contents = (AWS / "guide/README.md").read_text()
        for page in PAGES:
            self.assertTrue(page.name == "README.md" or f"({page.name})" in contents, page.name)

    def test_the_plan_names_files_that_exist(self):
        for place in re.findall(r"`(\.\./[a-z./-]+)`", (AWS / "guide/plan.md").read_text()):
            matches = list((AWS / "guide").glob(place)) or [(AWS / "guide" / place)]
            self.assertTrue(matches[0].exists(), place)


if __name__ == "__main__":
    unittest.main()
