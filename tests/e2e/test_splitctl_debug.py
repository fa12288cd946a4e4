# SPDX-License-Identifier: MIT
"""splitctl --verbose and SPLITCTL_LOG: what is read, asked, decided and published is on standard error, and no secret is."""
import json
import os
import re
import unittest

from ctl import OK, POLICY, USAGE, free_port, splitctl
from test_splitctl_run import RunTest

SECRET = "s3cret-of-the-hook"


class Debug(RunTest):
    def setUp(self):
        super().setUp()
        document = json.loads(json.dumps(POLICY))
        document["notify"] = [{"type": "webhook", "url": f"http://127.0.0.1:{free_port()}/hook", "token": "env:SPLIT_TEST_HOOK"}]
        self.write_policy(document)
        os.environ["SPLIT_TEST_HOOK"] = SECRET
        self.addCleanup(os.environ.pop, "SPLIT_TEST_HOOK")

    def test_a_run_says_what_it_reads_asks_decides_and_publishes(self):
        code, out, err = self.run_it("--verbose", "--once")
        self.assertNotIn("debug:", out)
        place = re.escape(self.admin.url)
        for wanted in (rf"read policy {re.escape(str(self.policy))}: valid", "asking 1 sources",
                       rf"polled {place}: new sent \d+ error \d+, baseline sent \d+ error \d+",
                       r"window \d+: decided \w+ \(\w+\) in phase 1",
                       rf"published {re.escape(str(self.route))} at 10\.000000 %: in force, revision 1"):
            self.assertRegex(err, rf"(?m)^splitctl: debug: \d\d:\d\d:\d\d\.\d{{3}} {wanted}$")
        self.assertNotIn(SECRET, err)

    def test_the_variable_does_the_same_and_refuses_other_words(self):
        plain = self.ctl("check", self.policy)
        self.assertNotIn("debug:", plain[2])
        debug = self.ctl("plan", "--to", 50, env={**os.environ, "SPLITCTL_LOG": "debug"})
        self.assertEqual(debug[0], OK)
        self.assertIn("read policy", debug[2])
        self.assertEqual(self.ctl("plan", "--to", 50)[1], debug[1])
        self.assertNotIn("debug:", self.ctl("plan", "--to", 50, env={**os.environ, "SPLITCTL_LOG": "off"})[2])
        code, _, err = self.ctl("plan", "--to", 50, env={**os.environ, "SPLITCTL_LOG": "loud"})
        self.assertEqual((code, err), (USAGE, "splitctl: SPLITCTL_LOG is 'loud'; set it to debug or off\n"))

    def test_a_place_is_shown_without_what_may_be_secret(self):
        url = f"http://someone:{SECRET}@127.0.0.1:{free_port()}/metrics?key={SECRET}"
        _, _, err = splitctl("run", "-p", self.policy, "--source", url, "--once", "--verbose", "--no-journal")
        shown = "\n".join(line for line in err.splitlines() if "debug:" in line)
        self.assertNotIn(SECRET, shown, err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
