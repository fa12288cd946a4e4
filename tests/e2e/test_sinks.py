# SPDX-License-Identifier: MIT
"""Publishing to sinks: primary and followers, dead, hanging and lying ones, and what each command says."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctl
import sink_kit
from ctl import NOT_PUBLISHED, OK, SPLITCTL, TIMEOUT

IN_FORCE = re.compile(r"^  (.+?): in force after ([0-9.]+) (ms|s|us)", re.M)
TO_MS = {"us": 0.001, "ms": 1, "s": 1000}


class Sinks(ctl.CtlTest):
    def setUp(self):
        super().setUp()
        if not sink_kit.ETCD:
            self.skipTest("etcd is not installed")
        self.etcd = sink_kit.Etcd(self.folder)
        self.addCleanup(self.etcd.stop)
        self.store = sink_kit.Store()
        self.addCleanup(lambda: (self.store.shutdown(), self.store.server_close()))
        self.program = sink_kit.program(self.folder)
        self.good = [{"kind": "etcd", "url": self.etcd.url, "key": "/split/demo", "primary": True},
                     {"kind": "file", "path": "route.json"}, {"kind": "exec", "command": self.program},
                     {"kind": "http", "url": self.store.url + "/route.json"},
                     {"kind": "file", "path": "second.json"}]
        self.publish_to(self.good)

    def publish_to(self, sinks, **more):
        self.write_policy({**ctl.POLICY, "publish": sinks, **more})

    def kept(self):
        """Revisions at file, program and server."""
        texts = [self.route.read_text(), (self.folder / "kept.json").read_text(),
                 self.store.texts["/route.json"][0].decode(), (self.folder / "second.json").read_text()]
        return [json.loads(t)["revision"] for t in texts], set(texts)

    def run_ok(self, *args, code=OK):
        got, out, err = self.ctl(*args)
        self.assertEqual(got, code, (out, err))
        return out, err

    def test_one_command_reaches_all_and_says_when(self):
        for n, percent in enumerate((10, 20, 30), 1):
            out, _ = self.run_ok("set", percent)
            self.assertEqual(len(IN_FORCE.findall(out)), 5, out)
            revisions, texts = self.kept()
            self.assertEqual((revisions, len(texts)), ([n] * 4, 1))
        out, err = self.run_ok("rollback", "--yes")
        self.assertIn("'new' 30 % -> 0 %: revision 4", out)
        self.assertEqual(self.kept()[0], [4] * 4)
        _, out, _ = self.ctl("status")
        self.assertEqual(out.count("revision 4, in force"), 5, out)
        self.run_ok("publish")
        self.assertEqual(self.kept()[0], [4] * 4)
        puts = self.store.puts
        self.run_ok("publish")
        self.assertEqual(self.store.puts, puts)

    def test_route_names_a_file_as_before(self):
        code, out, err = self.ctl("set", "10", "--route", self.folder / "own.json")
        self.assertEqual(code, OK, err)
        self.assertTrue((self.folder / "own.json").exists() and not self.route.exists())

    def test_eight_sinks_of_which_two_hang_and_one_is_dead(self):
        hanging = [sink_kit.Hanging(), sink_kit.Hanging()]
        self.addCleanup(lambda: [h.close() for h in hanging])
        bad = [{"kind": "http", "url": hanging[0].url + "/r"}, {"kind": "etcd", "url": hanging[1].url, "key": "k"},
               {"kind": "http", "url": f"http://127.0.0.1:{ctl.free_port()}/r"}]
        self.publish_to(self.good)
        self.run_ok("set", 50)
        self.publish_to(self.good + bad)
        out, err = self.run_ok("rollback", "--yes", code=TIMEOUT)
        times = [float(t) * TO_MS[u] for _, t, u in IN_FORCE.findall(out)]
        self.assertEqual(len(times), 5, (out, err))
        print("rollback, 2 of 8 sinks hang and 1 is dead: the other five in force after", sorted(times), "ms")
        self.assertEqual(self.kept()[0], [2] * 4)
        for sink in bad:
            self.assertEqual(err.count(sink["url"] + " "[: "key" in sink]), 1, err)

    def test_a_dead_primary_does_not_prevent_a_rollback(self):
        self.run_ok("set", 50)
        self.etcd.stop()
        _, err = self.run_ok("set", 60, code=NOT_PUBLISHED)
        self.assertIn("cannot be reached", err)
        out, err = self.run_ok("rollback", "--yes", code=TIMEOUT)
        self.assertIn("'new' 50 % -> 0 %: revision 2", out)
        self.assertIn("primary etcd", err)
        self.assertEqual(self.kept()[0], [2] * 4)
        self.etcd.start()
        _, err = self.run_ok("publish", code=TIMEOUT)
        self.assertEqual(err.count("left alone"), 4, err)
        self.run_ok("publish", "--newest")
        out, _ = self.run_ok("set", 5)
        self.assertIn("published revision 3", out)
        self.assertEqual(self.kept()[0], [3] * 4)

    def test_after_it_the_next_publication_reconciles_by_itself(self):
        self.run_ok("set", 50)
        self.etcd.stop()
        self.run_ok("rollback", "--yes", code=TIMEOUT)
        self.etcd.start()
        self.run_ok("set", 5)
        self.assertEqual(self.kept()[0], [3] * 4)

    def test_nothing_is_published_when_no_sink_answers(self):
        self.publish_to([{"kind": "http", "url": f"http://127.0.0.1:{ctl.free_port()}/r"}])
        self.run_ok("set", 5, code=NOT_PUBLISHED)
        _, err = self.run_ok("rollback", "--yes", code=NOT_PUBLISHED)
        self.assertIn("NOT rolled back", err)

    def test_a_follower_that_lies_is_ahead_or_foreign_is_named_and_left_alone(self):
        self.run_ok("set", 10)
        self.store.lies = True
        _, err = self.run_ok("set", 20, code=TIMEOUT)
        self.assertIn("answered success, but does not show the route (revision 1)", err)
        self.store.lies = False
        self.run_ok("publish")
        ahead = json.loads(self.route.read_text())
        ahead["revision"] = 99
        (self.folder / "second.json").write_text(json.dumps(ahead))
        _, err = self.run_ok("set", 30, code=TIMEOUT)
        self.assertIn("file second.json: shows revision 99, which is newer; left alone", err)
        ahead.update(revision=1, split="another")
        (self.folder / "second.json").write_text(json.dumps(ahead))
        _, err = self.run_ok("set", 40, code=TIMEOUT)
        self.assertIn("holds another split; left alone", err)
        (self.folder / "second.json").write_text("{broken")
        _, err = self.run_ok("set", 50, code=TIMEOUT)
        self.assertIn("file second.json", err)

    def test_connect_asks_each_sink_and_finds_a_server_without_a_fence(self):
        self.run_ok("set", 10)
        loose = sink_kit.Store(fenced=False)
        self.addCleanup(lambda: (loose.shutdown(), loose.server_close()))
        self.publish_to(self.good + [{"kind": "http", "url": loose.url + "/r"}])
        self.run_ok("publish")
        code, out, err = ctl.splitctl("check", "--connect", self.policy)
        self.assertNotEqual(code, OK)
        self.assertIn("5 of 6 sinks answer", out)
        self.assertIn("must not be primary", err)

    def test_two_operators_never_overwrite_each_other(self, races=int(os.environ.get("SPLIT_RACES", "20"))):
        """Two folders, one etcd: each race two `set` with --expect; exactly one wins, and nothing is lost."""
        self.publish_to(self.good[:1])
        other = self.folder / "other"
        other.mkdir()
        (other / "policy.json").write_text(self.policy.read_text())
        won = [0, 0]
        for n in range(races):
            children = [subprocess.Popen([str(SPLITCTL.resolve()), "set", "-p", str(folder / "policy.json"), str(1 + 2 * n % 90 + k),
                                          "--expect", str(n)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                        for k, folder in enumerate((self.folder, other))]
            codes = [c.wait(30) for c in children]
            texts = [c.stdout.read() + c.stderr.read() for c in children]
            for c in children:
                c.stdout.close(), c.stderr.close()
            self.assertEqual(sorted(codes), [OK, NOT_PUBLISHED], (n, texts))
            won[codes.index(OK)] += 1
        print(f"{races} races of two operators: won {won}, no silent overwrite")

    def test_a_run_repairs_a_follower_that_comes_back(self):
        admin = ctl.AdminPort(self.route)
        self.addCleanup(admin.server.shutdown)
        self.write_policy({**ctl.POLICY, "publish": self.good})
        self.store.shutdown()
        self.store.server_close()
        child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--source", admin.url], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        end = time.monotonic() + 20
        while self.revision() < 1 and time.monotonic() < end:
            time.sleep(0.02)
        self.assertGreaterEqual(self.revision(), 1)
        time.sleep(1)  # until the run has given the dead one up
        again = sink_kit.Store(port=self.store.server_port)
        self.addCleanup(lambda: (again.shutdown(), again.server_close()))
        while "/route.json" not in again.texts and time.monotonic() < end:
            time.sleep(0.02)
        self.assertIn("/route.json", again.texts)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=20)
        self.assertIn("cannot be reached", err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
