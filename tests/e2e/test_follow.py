# SPDX-License-Identifier: MIT
"""splitctl follow: a fleet of files behind one etcd, its restart, and documents that must not be taken.

SPLIT_FOLLOWERS and SPLIT_PUBLICATIONS make the long form (100 and 100).
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctl
import sink_kit
from ctl import OK, SPLITCTL

FOLLOWERS = int(os.environ.get("SPLIT_FOLLOWERS", "8"))
PUBLICATIONS = int(os.environ.get("SPLIT_PUBLICATIONS", "5"))


class Follow(ctl.CtlTest):
    def setUp(self):
        super().setUp()
        if not sink_kit.ETCD:
            self.skipTest("etcd is not installed")
        self.etcd = sink_kit.Etcd(self.folder)
        self.addCleanup(self.etcd.stop)
        self.write_policy({**ctl.POLICY, "publish": [{"kind": "etcd", "url": self.etcd.url, "key": "/split/demo"}]})
        self.children = []

    def follower(self, name, *more):
        path = self.folder / f"{name}.json"
        child = subprocess.Popen([str(SPLITCTL.resolve()), "follow", "-p", str(self.policy), "--to", str(path), "--every", "100ms",
                                  *map(str, more)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return path, child

    def set(self, share):
        code, out, err = self.ctl("set", share)
        self.assertEqual(code, OK, (out, err))

    def revision_of(self, path):
        try:
            return json.loads(path.read_text())["revision"]
        except FileNotFoundError:
            return 0

    def await_all(self, paths, revision, seconds=20):
        end = time.monotonic() + seconds
        left = set(paths)
        while left:
            left = {p for p in left if self.revision_of(p) < revision}
            self.assertLess(time.monotonic(), end, f"{len(left)} did not follow")
            if left:
                time.sleep(0.002)

    def test_a_fleet_follows_and_outlives_its_sink(self):
        self.set(10)
        fleet = [self.follower(f"f{i}")[0] for i in range(FOLLOWERS)]
        self.await_all(fleet, 1, 60)
        spans = []
        for n in range(2, PUBLICATIONS + 2):
            self.set(n % 90 + 1)
            began = time.monotonic()
            self.await_all(fleet, n)
            spans.append((time.monotonic() - began) * 1000)
        spans.sort()
        print(f"{FOLLOWERS} followers, {PUBLICATIONS} publications: from the command's end to the last file median "
              f"{spans[len(spans) // 2]:.0f} ms, worst {spans[-1]:.0f} ms")
        kept = {p: p.read_bytes() for p in fleet}
        self.etcd.stop()
        time.sleep(0.5)
        self.assertEqual({p: p.read_bytes() for p in fleet}, kept)
        self.etcd.start()
        self.set(91)
        self.await_all(fleet, PUBLICATIONS + 2)

    def test_what_is_older_foreign_or_damaged_is_refused_and_health_says_so(self):
        self.set(10)
        port = ctl.free_port()
        path, child = self.follower("one", "--listen", f"127.0.0.1:{port}", "--exec", f"touch {self.folder}/changed")
        self.await_all([path], 1)
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 10
        while not (self.folder / "changed").exists():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        with urllib.request.urlopen(url + "/healthz", timeout=5) as answer:
            self.assertEqual(answer.status, 200)
        with urllib.request.urlopen(url + "/metrics", timeout=5) as answer:
            self.assertIn("split_follow_revision 1\n", answer.read().decode())
        kept = path.read_bytes()
        route = json.loads(kept)
        for bad in (json.dumps({**route, "split": "another"}), "{broken", json.dumps({**route, "issued_at": "2020-01-01T00:00:00Z"})):
            subprocess.run(["etcdctl", "--endpoints", self.etcd.url, "put", "/split/demo", bad], check=True, capture_output=True,
                           env={**os.environ, "ETCDCTL_API": "3"})
            time.sleep(0.4)
            self.assertEqual(path.read_bytes(), kept, bad)
        self.etcd.stop()
        while True:
            try:
                urllib.request.urlopen(url + "/healthz", timeout=5).close()
            except urllib.error.HTTPError as e:
                self.assertEqual(e.code, 503)
                e.close()
                break
            self.assertLess(time.monotonic(), end + 20)
            time.sleep(0.05)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(10), OK)


if __name__ == "__main__":
    unittest.main(verbosity=2)
