# SPDX-License-Identifier: MIT
"""splitctl follows the access log of a real nginx that is rotated under load. usage: test_source_log.py NGINX"""
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

from ctl import POLICY, ROLLED_BACK, SPLITCTL, CtlTest, free_port, splitctl
from kit import Scripted, reply, request, wait_until

NGINX = sys.argv.pop(1)
CONFIG = """
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
    client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
    log_format canary '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "-" "-" '
                      'rt=$request_time us=$upstream_status upstream=$upstream_addr';
    log_format quoted '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "-" "-" '
                      'rt=$request_time us="$upstream_status" upstream="$upstream_addr"';
    log_format visitors '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "-" "-" '
                        'rt=$request_time cookie="$http_cookie"';
    upstream new {{ server 127.0.0.1:{new} max_fails=0; }}
    upstream legacy {{ server 127.0.0.1:{legacy} max_fails=0; }}
    upstream new_then_legacy {{ server 127.0.0.1:{new} max_fails=0; server 127.0.0.1:{legacy} backup; }}
    map $http_x_arm $pool {{ default legacy; new new; retried new_then_legacy; }}
    server {{
        listen 127.0.0.1:{port};
        access_log {log} {format};
        location /made-good {{ proxy_pass http://$pool; proxy_intercept_errors on; error_page 500 502 504 = @legacy; }}
        location @legacy {{ proxy_pass http://legacy; }}
        location / {{ proxy_pass http://$pool; proxy_next_upstream http_503; }}
    }}
}}
"""


def answer(r):
    """Paths say what comes: /500, /503, /slow (at least 310 ms), anything else fine."""
    if r["target"] == "/slow":
        time.sleep(0.31)
    return reply(b"no", f"{r['target'][1:]} Failed") if r["target"] in ("/500", "/503") else reply(b"ok")


class Edge:
    """nginx in front of two systems, with a log of its own."""

    def __init__(self, folder, new, legacy, log_format="canary"):
        self.folder = pathlib.Path(folder) / "edge"
        self.log, self.port, self.n_rotated = self.folder / "access.log", free_port(), 0
        (self.folder / "tmp").mkdir(parents=True)
        conf = self.folder / "nginx.conf"
        conf.write_text(CONFIG.format(folder=self.folder, log=self.log, port=self.port, new=new, legacy=legacy, format=log_format))
        self.child = subprocess.Popen([NGINX, "-p", str(self.folder), "-c", str(conf)], stdin=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        wait_until(self.answers, 15, "nginx")

    def answers(self):
        try:
            return request(self.port, "/")
        except OSError:
            return None

    def rotate(self):
        """As logrotate does, without delay for the packing."""
        self.n_rotated += 1
        old = self.log.rename(self.log.with_suffix(f".log.{self.n_rotated}"))
        self.child.send_signal(signal.SIGUSR1)
        return old

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=30)


class LogTest(CtlTest):
    def setUp(self):
        super().setUp()
        self.new = self.enterContext(Scripted(answer))
        self.legacy = self.enterContext(Scripted(answer))

    def start_edge(self, log_format="canary"):
        self.edge = Edge(self.folder, self.new.port, self.legacy.port, log_format)
        self.addCleanup(self.edge.stop)
        document = json.loads(json.dumps(POLICY))
        document["metrics"][0]["sources"] = {"log": {
            "arm": f"127.0.0.1:{self.new.port}", "baseline": f"127.0.0.1:{self.legacy.port}"}}
        document["rollout"]["phases"][0]["bake"] = "1h"
        self.write_policy(document)

    def start(self, *args, source=None):
        """A command of splitctl that has had its first poll of the log."""
        child = subprocess.Popen([str(SPLITCTL.resolve()), *args, "-p", str(self.policy), "--source", source or f"log:{self.edge.log}"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        wait_until(lambda: self.follows(child), 15, "the first poll")
        return child

    def follows(self, child):
        """Whether it has the file open that the log's name means now."""
        fds = pathlib.Path(f"/proc/{child.pid}/fd")
        return any(self.target(f) == str(self.edge.log) for f in fds.iterdir())

    @staticmethod
    def target(link):
        try:
            return os.readlink(link)
        except OSError:
            return None

    def send(self, n, arm="legacy", path="/", **headers):
        for _ in range(n):
            request(self.edge.port, path, headers={"x-arm": arm, **headers})

    def window(self, child):
        out, err = child.communicate(timeout=60)
        self.assertEqual(err, b"")
        return json.loads(out)["window"]["arms"]


class MonitorTest(LogTest):
    def test_a_window_over_a_rotation_has_every_request_once(self):
        self.start_edge()
        self.send(30, "new", "/500")
        child = self.start("monitor", "--once", "--json", "--interval", "5s")
        self.send(40, "new")
        self.send(3, "new", "/500")
        old = self.edge.rotate()
        self.send(60)
        self.send(2, "new", "/slow")
        wait_until(lambda: self.edge.log.exists(), 10, "the new log")
        subprocess.run(["gzip", str(old)], check=True)
        self.send(20, "new")
        self.send(1, "legacy", "/503")
        arms = self.window(child)
        new, legacy = arms["new"], arms["legacy"]
        self.assertEqual((new["sent"], new["outcomes"], new["error"]), (65, 65, 3))
        self.assertEqual((legacy["sent"], legacy["outcomes"], legacy["error"]), (61, 61, 1))
        self.assertEqual((new["timed"], new["edge_requests"], new["edge_5xx"]), (65, 65, 3))
        self.assertEqual(new["latency_over"]["p95"][0:2], [2, 2], "slower than 200 ms, and than 300 ms")
        self.assertEqual(legacy["latency_over"]["p95"], [0, 0, 0])

    def test_what_another_system_made_good_is_still_a_failure(self):
        self.start_edge()
        child = self.start("monitor", "--once", "--json", "--interval", "3s")
        before = len(self.legacy.requests)
        self.send(7, "retried")
        status = [request(self.edge.port, "/503", headers={"x-arm": "retried"})[0] for _ in range(5)]
        self.send(10)
        self.assertEqual(len(self.legacy.requests) - before, 15, "nginx tried the other system")
        self.assertEqual(status, [503] * 5)
        arms = self.window(child)
        self.assertEqual((arms["new"]["sent"], arms["new"]["error"], arms["legacy"]["sent"], arms["legacy"]["error"]),
                         (12, 5, 15, 5), "each attempt counts for the system that it was sent to")
        self.assertEqual((arms["new"]["user_errors"], arms["legacy"]["user_errors"]), (5, 0))

    def test_visitors_are_assigned_again_where_the_log_names_only_them(self):
        self.start_edge("visitors")
        self.ctl("set", 50)
        visitors = [f"u{i}" for i in range(120)]
        expected = collections.Counter(line.split("\t")[2] for line in splitctl("assign", "-p", self.route, *visitors)[1].splitlines())
        child = self.start("monitor", "--once", "--json", "--interval", "3s")
        for visitor in visitors:
            self.send(1, Cookie=f"a=b; split_id={visitor}; c=d")
        self.send(9)
        arms = self.window(child)
        self.assertEqual({arm: arms[arm]["sent"] for arm in ("new", "legacy")}, dict(expected))
        self.assertGreater(min(expected.values()), 20)

    def test_a_silent_log_has_no_data_and_a_missing_one_is_told(self):
        self.start_edge()
        child = self.start("monitor", "--once", "--json", "--interval", "1s")
        self.assertEqual(self.window(child), {"new": {}})
        _, out, err = self.ctl("monitor", "--once", "--json", "--interval", "500ms", "--source", "log:nowhere.log")
        self.assertEqual(json.loads(out)["window"]["arms"], {"new": {}})
        self.assertIn("splitctl: nowhere.log does not exist\n", err)
        self.assertEqual(err.count("nowhere.log"), 1, err)


class FallbackTest(LogTest):
    """nginx answers what the new system fails from the legacy one (error_page = @legacy): the visitor sees none of it."""

    def roll_out(self, log_format):
        fails = iter(i % 2 == 0 for i in range(1_000_000))
        self.new.answer = lambda r: reply(b"no", "502 Failed") if next(fails) else reply(b"ok")
        self.start_edge(log_format)
        child = self.start("run")
        wait_until(lambda: self.revision() > 0, 10, "the first route")
        seen = collections.Counter()
        end = time.monotonic() + 60
        while child.poll() is None and time.monotonic() < end:
            for arm in ["new"] + ["legacy"] * 9:
                seen[request(self.edge.port, "/made-good", headers={"x-arm": arm})[0]] += 1
        out, err = child.communicate(timeout=20)
        self.assertEqual(set(seen), {200}, "the visitors saw no failure")
        windows = [json.loads(line) for line in self.ctl("history", "--json")[1].splitlines()]
        arms = [w["arms"]["new"] for w in windows if w.get("arms", {}).get("new", {}).get("outcomes")]
        sent, errors, users = (sum(a[n] for a in arms) for n in ("outcomes", "error", "user_errors"))
        print(f"{log_format}: exit {child.returncode}, {sent} requests of the new system, {errors} failed, {users} seen by visitors")
        self.assertEqual(child.returncode, ROLLED_BACK, out + err)
        self.assertAlmostEqual(errors / sent, 0.5, delta=0.05)
        self.assertEqual(users, 0)

    def test_unquoted(self):
        self.roll_out("canary")

    def test_quoted(self):
        self.roll_out("quoted")


class RunTest(LogTest):
    def totals(self):
        """What the windows of the journal add up to."""
        sum_of = collections.Counter()
        for line in self.ctl("history", "--json")[1].splitlines():
            for arm, counts in json.loads(line).get("arms", {}).items():
                for name, value in counts.items():
                    if isinstance(value, int):
                        sum_of[arm, name] += value
        return sum_of

    def test_a_run_counts_every_request_over_many_rotations(self):
        self.start_edge()
        child = self.start("run")
        wait_until(lambda: self.revision() > 0, 10, "the first route")
        time.sleep(0.5)  # the first window begins with the read after the publication
        seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
        print(f"SEED={seed}", file=sys.stderr)
        plan, sent, rotations = random.Random(seed), collections.Counter(), 0

        def drive():
            while sum(v for (_, name), v in sent.items() if name == "sent") < 2500 or rotations < 4:
                arm = "new" if plan.random() < 0.2 else "legacy"
                fails = plan.random() < 0.004
                request(self.edge.port, "/500" if fails else "/", headers={"x-arm": arm})
                sent[arm, "sent"] += 1
                sent[arm, "error"] += fails

        stop = threading.Event()

        def rotate():
            """As often as the polls allow: a file that comes and goes between two polls is not seen (L2)."""
            nonlocal rotations
            while not stop.wait(0.02):
                if self.follows(child):
                    self.edge.rotate()
                    rotations += 1

        rotator = threading.Thread(target=rotate)
        rotator.start()
        drive()
        stop.set()
        rotator.join()
        for arm in ("new", "legacy"):
            sent[arm, "outcomes"] = sent[arm, "edge_requests"] = sent[arm, "timed"] = sent[arm, "sent"]
            sent[arm, "edge_5xx"] = sent[arm, "user_errors"] = sent[arm, "error"]

        def all_there():
            return sum(v for (_, name), v in self.totals().items() if name == "sent") >= sum(v for (_, name), v in sent.items() if name == "sent")
        wait_until(all_there, 15, "the last window")
        time.sleep(0.6)  # nothing more may come
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
        self.assertGreater(rotations, 2)
        self.assertEqual({k: v for k, v in self.totals().items() if v}, {k: v for k, v in sent.items() if v})


if __name__ == "__main__":
    unittest.main()
