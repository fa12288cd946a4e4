# SPDX-License-Identifier: MIT
"""Who may move traffic: an operator's word against a run that is started again, in every way that they can meet."""
import json
import resource
import signal
import subprocess
import time
import unittest

from ctl import (BAD_INPUT, HOLD, NOT_PUBLISHED, OK, POLICY, ROLLED_BACK, SPLITCTL, USAGE, AdminPort, CtlTest,
                 splitctl)


class Driven(CtlTest):
    """A rollout at 50 %, phase 2 of 3, driven by a run."""

    def setUp(self):
        super().setUp()
        document = json.loads(json.dumps(POLICY))
        document["rollout"]["phases"] = [{"percent": 10, "bake": "1h"}, {"percent": 50, "bake": "1h"},
                                         {"percent": 100, "bake": "1h"}]
        self.write_policy(document)
        self.admin = self.enterContext(AdminPort(self.route))
        self.child = self.start()
        self.wait(lambda: self.revision() == 1 and self.windows() > 0)
        self.ctl("promote", "--yes", "--why", "it is fine")
        self.wait(lambda: self.revision() == 2)
        self.wait(lambda: self.admin.revision == 2)

    def start(self, *args, **more):
        child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--source", self.admin.url,
                                  *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 stdin=subprocess.DEVNULL, **more)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return child

    def wait(self, test, seconds=20):
        end = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), end, "it did not come")
            time.sleep(0.01)

    def windows(self):
        code, out, _ = self.ctl("history", "--json")
        return out.count('"start"') if code == OK else 0

    def finish(self, child):
        out, err = child.communicate(timeout=40)
        return child.returncode, out.decode(), err.decode()

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.finish(self.child)

    def again(self, *args):
        """Start a run as a supervisor would; the route must be as it was, byte for byte."""
        before = self.route.read_bytes() if self.route.exists() else None
        code, out, err = self.finish(self.start("--duration", "1s", *args))
        after = self.route.read_bytes() if self.route.exists() else None
        self.assertEqual(after, before, f"the route was touched: {out}{err}")
        return code, out, err


class Restart(Driven):
    """The ways of an operator's word; after each the run is started again, and again."""

    def left_alone(self, who, *args):
        for _ in range(2):
            code, _, err = self.again(*args)
            self.assertEqual(code, NOT_PUBLISHED, err)
            self.assertIn("left alone", err)
            self.assertIn("--adopt", err)
            self.assertIn("--new", err)
            self.assertIn(who, err)

    def test_01_set(self):
        self.assertEqual(self.ctl("set", 0, "--who", "ann", "--why", "p95 is up")[0], OK)
        code, _, err = self.finish(self.child)
        self.assertEqual(code, NOT_PUBLISHED)
        self.assertIn("0 % to 'new', put there by ann", err)
        self.left_alone("by ann")

    def test_02_set_while_it_is_stopped(self):
        self.stop()
        self.assertEqual(self.ctl("set", 0, "--who", "ann")[0], OK)
        self.left_alone("by ann")

    def test_03_set_while_it_is_killed(self):
        self.stop(signal.SIGKILL)
        self.assertEqual(self.ctl("set", 0, "--who", "ann")[0], OK)
        self.left_alone("by ann")

    def test_04_rollback(self):
        self.assertEqual(self.ctl("rollback", "--who", "ann")[0], OK)
        self.assertEqual(self.finish(self.child)[0], ROLLED_BACK)
        for _ in range(2):
            code, out, _ = self.again()
            self.assertEqual(code, ROLLED_BACK, "the rollout has ended")
            self.assertIn("--new", out)

    def test_05_rollback_while_it_is_killed(self):
        """The abort waits in the journal and is read before anything is published."""
        self.stop(signal.SIGKILL)
        self.assertEqual(self.ctl("rollback", 5, "--who", "ann")[0], OK)
        code, out, _ = self.again()
        self.assertEqual(code, ROLLED_BACK)
        self.assertIn("abort by ann", out)
        self.assertAlmostEqual(self.percent(), 5, places=3)
        self.assertEqual(self.again()[0], ROLLED_BACK)

    def test_06_rollback_with_another_journal(self):
        self.assertEqual(self.ctl("rollback", "--journal", self.folder / "other.db", "--who", "ann")[0], OK)
        self.assertEqual(self.finish(self.child)[0], NOT_PUBLISHED)
        self.left_alone("by ann")

    def test_07_rollback_on_a_full_disk(self):
        """The journal cannot grow; the route, which is small, can be written."""
        self.stop()
        limit = self.journal.stat().st_size + 1
        done = subprocess.run([str(SPLITCTL.resolve()), "rollback", "-p", str(self.policy), "--who", "ann"],
                              capture_output=True, check=False, preexec_fn=lambda: (
                                  signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                  resource.setrlimit(resource.RLIMIT_FSIZE, (min(limit, 8192), limit))))
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn(b"not recorded", done.stderr)
        self.left_alone("by ann")

    def test_08_promote_while_it_is_stopped(self):
        self.stop()
        self.assertEqual(self.ctl("promote", 100, "--yes", "--force", "--who", "ann")[0], OK)
        self.left_alone("by ann")

    def test_09_abort_while_it_is_stopped(self):
        """The way back is published; nothing is asked of the broken system before."""
        self.stop()
        self.assertEqual(self.ctl("abort", "--why", "enough")[0], OK)
        code, out, _ = self.finish(self.start())
        self.assertEqual((code, self.percent()), (ROLLED_BACK, 0), out)
        self.assertEqual(self.again()[0], ROLLED_BACK)

    def test_10_another_journal(self):
        self.stop()
        self.assertEqual(self.ctl("set", 0, "--who", "ann")[0], OK)
        self.left_alone("by ann", "--journal", self.folder / "other.db")
        self.left_alone("by ann", "--no-journal")

    def test_11_the_route_is_gone_or_put_back(self):
        self.stop()
        first = self.route.read_bytes()
        self.assertEqual(self.ctl("set", 0, "--who", "ann")[0], OK)
        self.route.unlink()
        self.left_alone("no route")
        self.route.write_bytes(first.replace(b'"revision":2', b'"revision":1'))
        self.left_alone("revision 1")

    def test_12_two_runs(self):
        """Whatever their journals."""
        for more in ((), ("--journal", self.folder / "other.db"), ("--no-journal",), ("--new",), ("--adopt",)):
            code, _, err = self.finish(self.start(*more))
            self.assertEqual(code, NOT_PUBLISHED)
            self.assertIn("another 'splitctl run' drives this", err)
        self.assertIsNone(self.child.poll())
        self.assertEqual(self.revision(), 2)

    def test_13_ended_twice(self):
        self.admin.errors = 0.5
        self.assertEqual(self.finish(self.child)[0], ROLLED_BACK)
        for _ in range(3):
            code, out, _ = self.again()
            self.assertEqual(code, ROLLED_BACK)
            self.assertIn("ROLLBACK", out)

    def test_14_set_after_the_end(self):
        self.admin.errors = 0.5
        self.assertEqual(self.finish(self.child)[0], ROLLED_BACK)
        self.assertEqual(self.ctl("set", 33)[0], OK)
        self.assertEqual(self.again()[0], ROLLED_BACK)


class OwnRoute(Driven):
    def test_a_run_that_was_cut_off_goes_on(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.stop(number)
            self.child = self.start()
            n = self.windows()
            self.wait(lambda: self.windows() > n + 1)
            self.assertEqual(self.revision(), 2)

    def test_a_complete_rollout_stays_complete(self):
        self.stop()
        self.write_policy(POLICY)
        self.assertEqual(self.finish(self.start("--new"))[0], OK)
        for _ in range(2):
            code, out, _ = self.again()
            self.assertEqual(code, OK)
            self.assertIn("as COMPLETE; nothing is changed", out)

    def test_adopt_goes_on_in_the_phase_in_force(self):
        self.stop()
        self.ctl("set", 10, "--who", "ann")
        self.child = self.start("--adopt", "--who", "bob")
        self.wait(lambda: b"phase 1 of 3 at 10 %" in self.child.stdout.readline())
        self.stop()
        self.ctl("set", 100)
        code, out, err = self.again("--adopt", "--who", "bob")
        self.assertEqual(code, 7, err)
        self.assertIn("phase 3 of 3 at 100 %", out)
        self.assertIn("by bob: adopts revision 4", self.ctl("history")[1])
        code, out, err = self.again()
        self.assertEqual(code, 7, err)
        self.assertIn("phase 3 of 3 at 100 %", out)

    def test_adopt_refuses_what_is_no_phase(self):
        self.stop()
        for percent in (0, 33):
            self.ctl("set", percent)
            code, _, err = self.again("--adopt")
            self.assertEqual(code, NOT_PUBLISHED)
            self.assertIn("is not a phase", err)

    def test_new_begins_in_the_first_phase(self):
        self.stop()
        self.ctl("set", 0)
        child = self.start("--new")
        self.wait(lambda: self.revision() == 4)
        self.assertAlmostEqual(self.percent(), 10, places=3)
        child.terminate()
        self.assertEqual(self.finish(child)[0], HOLD)


class WayBack(CtlTest):
    """`rollback` needs the policy or the route in force; what is wrong elsewhere is said and does not matter."""

    def setUp(self):
        super().setUp()
        self.assertEqual(self.ctl("set", 100)[0], OK)

    def took_back(self, code, out, err):
        self.assertEqual(code, OK, err)
        self.assertEqual(self.percent(), 0)
        route = json.loads(self.route.read_text())
        self.assertEqual((route["issued_by"], route["issued_why"]), ("ann", "p95"))
        return out, err

    def test_a_policy_with_a_fault_elsewhere_does_not_block_it(self):
        document = json.loads(json.dumps(POLICY))
        document["metrics"][0]["kind"] = "eror"
        self.write_policy(document)
        out, err = self.took_back(*self.ctl("rollback", "--who", "ann", "--why", "p95"))
        self.assertIn("$.metrics[0].kind", err)
        self.assertIn("continuing without the policy", err)
        self.assertIn("'new' 100 % -> 0 %", out)

    def test_a_policy_that_is_no_json_at_all(self):
        self.policy.write_text("{")
        self.took_back(*self.ctl("rollback", "--who", "ann", "--why", "p95"))

    def test_the_route_alone(self):
        origins = json.loads(self.route.read_text())["origins"]
        self.policy.unlink()
        self.took_back(*splitctl("rollback", "--route", self.route, "--who", "ann", "--why", "p95", cwd=self.folder))
        self.assertEqual(json.loads(self.route.read_text())["origins"], origins)

    def test_neither_policy_nor_route(self):
        self.policy.unlink()
        self.route.unlink()
        code, _, err = self.ctl("rollback")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("policy.json", err)

    def test_of_three_variants_it_must_be_said_which(self):
        document = json.loads(json.dumps(POLICY))
        document["split"]["variants"].append({"name": "third", "weight": 0, "chain": ["legacy"]})
        self.route.unlink()
        self.write_policy(document)
        self.assertEqual(self.ctl("set", 100)[0], OK)
        self.policy.unlink()
        code, _, err = self.ctl("rollback")
        self.assertEqual(code, USAGE)
        self.assertIn("--variant", err)
        self.took_back(*self.ctl("rollback", "--variant", "new", "--who", "ann", "--why", "p95"))

    def test_json(self):
        code, out, err = self.ctl("rollback", "--json")
        answer = json.loads(out)
        self.assertEqual((code, answer["variant"], answer["before"], answer["percent"], answer["revision"]),
                         (OK, "new", 100, 0, 2), err)


if __name__ == "__main__":
    unittest.main()
