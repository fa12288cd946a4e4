# SPDX-License-Identifier: MIT
"""splitctl reads a real HAProxy's statistics. usage: test_source_haproxy.py HAPROXY"""
import base64
import csv
import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

from ctl import NO_DATA, SPLITCTL, CtlTest, free_port
from kit import Scripted, reply, request, wait_until

HAPROXY = sys.argv.pop(1)
CONFIG = """
global
    maxconn 200
defaults
    mode http
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend edge
    bind 127.0.0.1:{edge}
    use_backend be_new if {{ hdr(x-arm) new }}
    default_backend be_legacy
backend be_new
    server new1 127.0.0.1:{new}
backend be_legacy
    server legacy1 127.0.0.1:{legacy}
frontend admin
    bind 127.0.0.1:{admin}
    stats enable
    stats uri /stats
    stats auth ops:hunter2
"""


def answer(r):
    fails = r["target"].startswith("/fail")
    return reply(b"no", "500 Failed") if fails else reply(b"ok")


class HaproxyTest(CtlTest):
    def setUp(self):
        super().setUp()
        self.new = self.enterContext(Scripted(answer))
        self.legacy = self.enterContext(Scripted(answer))
        self.edge, self.admin = free_port(), free_port()
        self.config = self.folder / "haproxy.cfg"
        self.config.write_text(CONFIG.format(edge=self.edge, admin=self.admin, new=self.new.port, legacy=self.legacy.port))
        self.start_haproxy()
        self.source = f"haproxy:127.0.0.1:{self.admin}"

    def start_haproxy(self):
        self.haproxy = subprocess.Popen([HAPROXY, "-db", "-q", "-f", str(self.config)], stdin=subprocess.DEVNULL)
        self.addCleanup(self.stop_haproxy, self.haproxy)
        wait_until(self.looks, 15, "HAProxy")

    def stop_haproxy(self, child):
        if child.poll() is None:
            child.kill()
        child.wait(timeout=10)

    def looks(self):
        """How often the statistics were asked for; None while HAProxy does not answer."""
        basic = base64.b64encode(b"ops:hunter2").decode()
        ask = urllib.request.Request(f"http://127.0.0.1:{self.admin}/stats;csv", headers={"Authorization": f"Basic {basic}"})
        try:
            with urllib.request.urlopen(ask, timeout=5) as got:
                rows = list(csv.DictReader(got.read().decode().splitlines()))
        except (urllib.error.URLError, ConnectionError):
            return None
        self.own_looks = getattr(self, "own_looks", 0) + 1
        return [int(r["hrsp_2xx"]) for r in rows if r["# pxname"] == "admin"][0] + 1

    def send(self, n, arm, path="/"):
        for _ in range(n):
            request(self.edge, path, headers={"x-arm": arm})

    def compare(self, password="hunter2"):
        env = {**os.environ, "HAPROXY_STATS_USER": "ops", "HAPROXY_STATS_PASSWORD": password}
        child = subprocess.Popen([str(SPLITCTL.resolve()), "compare", "-p", str(self.policy), "--source", self.source,
                                  "--period", "4s", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                                 stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return child

    def begin(self):
        """A comparison that has had its first poll."""
        self.own_looks = 0
        before = self.looks()
        child = self.compare()
        wait_until(lambda: self.looks() - before > self.own_looks - 1, 10, "the first poll")
        return child

    def error_rate(self, child):
        out, err = child.communicate(timeout=60)
        self.assertEqual(err, b"")
        return json.loads(out)["metrics"][0]

    def test_answers_of_both_back_ends_are_counted_to_the_request(self):
        child = self.begin()
        self.send(60, "new")
        self.send(5, "new", "/fail")
        self.send(90, "legacy")
        got = self.error_rate(child)
        self.assertEqual((got["new_n"], got["baseline_n"], got["baseline_percent"]), (65, 90, 0))
        self.assertAlmostEqual(got["new_percent"], 500 / 65, places=6)

    def test_after_a_restart_counters_begin_at_zero(self):
        # HAProxy tells no start time: a fall below a tenth is what shows the restart.
        self.send(400, "new")
        self.send(400, "legacy")
        child = self.begin()
        self.stop_haproxy(self.haproxy)
        self.start_haproxy()
        self.send(30, "new")
        self.send(20, "legacy", "/fail")
        got = self.error_rate(child)
        self.assertEqual((got["new_n"], got["baseline_n"], got["new_percent"], got["baseline_percent"]), (30, 20, 0, 100))

    def test_a_wrong_password_is_told_and_not_shown(self):
        child = self.compare("wrong-secret")
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, NO_DATA)
        self.assertIn(b"refuses this user or password", err)
        self.assertNotIn(b"wrong-secret", out + err)

    def test_a_wrong_name_in_the_policy_is_told(self):
        document = json.loads(self.policy.read_text())
        document["metrics"][0]["sources"] = {"haproxy": {"arm": "be_new", "baseline": "be_old"}}
        self.write_policy(document)
        out, err = self.compare().communicate(timeout=60)
        self.assertEqual(out, b"")
        self.assertIn(b"has no back end 'be_old'", err)


if __name__ == "__main__":
    unittest.main()
