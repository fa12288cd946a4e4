# SPDX-License-Identifier: MIT
"""splitctl rollback in an emergency: proxies that confirm or do not, journals and disks that refuse, and the checklist."""
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import tempfile
import unittest

import kit
from ctl import BAD_INPUT, NOT_PUBLISHED, OK, SPLITCTL, TIMEOUT, AdminPort, CtlTest, free_port, splitctl
from kit import Scripted, reply
from nginx_kit import Nginx


class Probe(unittest.TestCase):
    """nginx with the module in front of two origins."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.new = self.enterContext(Scripted(lambda r: reply(b"new")))
        self.legacy = self.enterContext(Scripted(lambda r: reply(b"legacy")))

    def start(self, percent=50, **more):
        document = kit.policy(self.new.port, self.legacy.port, percent)
        document["rollout"] = {"variant": "new", "baseline": "legacy", "phases": [{"percent": 100, "bake": "1h"}]}
        proxy = self.enterContext(Nginx(self.folder, document, **more))
        proxy.set_share(percent)
        kit.wait_until(lambda: proxy.metric("split_route_revision") == 1 or more, what="the first route")
        return proxy

    def rollback(self, proxy, *args):
        return splitctl("rollback", "-p", proxy.policy, *args)

    def page(self, proxy):
        return f"http://127.0.0.1:{proxy.port}/"

    def share(self, proxy):
        route = json.loads(proxy.route.read_text())
        return sum(end - start for start, end, variant in route["ranges"] if variant == 0) * 100 / 1048576

    def test_the_probe_confirms_the_new_assignment_at_the_proxy(self):
        proxy = self.start()
        served = {proxy.get()[2] for _ in range(40)}
        self.assertEqual(served, {b"new", b"legacy"})
        code, out, err = self.rollback(proxy, "--probe", self.page(proxy), "--source", f"http://127.0.0.1:{proxy.admin}")
        self.assertEqual(code, OK, err)
        self.assertRegex(out, r"in force on all 1 routers .*\d+ m?s after the command")
        self.assertRegex(out, r"probe: 0 of 20 new visitors go to 'new', .*\d+ m?s after the command")
        self.assertNotIn("NOT CONFIRMED", out)
        before = len(self.new.requests)
        self.assertEqual({proxy.get()[2] for _ in range(40)}, {b"legacy"})
        self.assertEqual(len(self.new.requests), before)

    def test_a_share_that_stays_is_confirmed_when_the_answers_fit(self):
        proxy = self.start(100)
        code, out, err = self.rollback(proxy, 10, "--probe", self.page(proxy))
        self.assertEqual(code, OK, err)
        self.assertRegex(out, r"probe: \d+ of 20 new visitors go to 'new'")
        self.assertAlmostEqual(self.share(proxy), 10, delta=0.001)

    def test_a_proxy_that_keeps_the_old_route_is_told_of(self):
        proxy = self.start(100, route=False)
        code, out, err = self.rollback(proxy, "--probe", self.page(proxy), "--source", f"http://127.0.0.1:{proxy.admin}")
        self.assertEqual(code, TIMEOUT)
        self.assertIn("the probe did not confirm: 20 of 20 new visitors still go to 'new', which shall have 0 %", err)
        self.assertRegex(err, r"the routers did not confirm revision 2: (the lowest in force is \d|these sources name)")
        self.assertEqual(self.share(proxy), 0, "it is published all the same")
        self.assertIn("NOT CONFIRMED: see that every router has revision 2", out)

    def test_a_dead_proxy_is_told_of(self):
        proxy = self.start()
        proxy.stop()
        code, out, err = self.rollback(proxy, "--probe", self.page(proxy), "--source", f"http://127.0.0.1:{proxy.admin}")
        self.assertEqual((code, self.share(proxy)), (TIMEOUT, 0))
        self.assertIn("the probe did not confirm: ", err)
        self.assertIn("0 of 1 answer", err)
        self.assertIn("NOT CONFIRMED", out)

    def test_a_stopped_proxy_does_not_hold_the_rollback_up(self):
        """It accepts and never answers; the route is published before anybody waits for it."""
        proxy = self.start()
        proxy.send_all(signal.SIGSTOP)
        child = subprocess.Popen([str(SPLITCTL.resolve()), "rollback", "-p", str(proxy.policy), "--probe", self.page(proxy)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            self.assertIn(b"written and read back", child.stdout.readline())
            self.assertEqual(self.share(proxy), 0)
            self.assertIsNone(child.poll(), "it is still asking")
            _, err = child.communicate(timeout=60)
        finally:
            proxy.send_all(signal.SIGCONT)
        self.assertEqual(child.returncode, TIMEOUT, err)
        self.assertIn(b"the probe did not confirm", err)

    def test_a_page_without_a_variant_confirms_nothing(self):
        proxy = self.start()
        code, _, err = self.rollback(proxy, "--probe", f"http://127.0.0.1:{self.legacy.port}/")
        self.assertEqual(code, TIMEOUT)
        self.assertIn("20 of 20 answers name no variant (x-split-variant)", err)

    def test_a_router_that_is_late_is_waited_for(self):
        answers = []

        def late(request):
            answers.append("new" if len(answers) < 30 else "legacy")
            return reply(b"", "200 OK", f"x-split-variant: {answers[-1]}")
        router = self.enterContext(Scripted(late))
        proxy = self.start()
        code, out, err = self.rollback(proxy, "--probe", f"http://127.0.0.1:{router.port}/")
        self.assertEqual(code, OK, err)
        self.assertIn("probe: 0 of 20 new visitors go to 'new'", out)
        self.assertEqual(len(answers) % 20, 0, "whole batches")

    def test_one_of_two_routers_is_dead(self):
        proxy = self.start()
        code, _, err = self.rollback(proxy, "--source", f"http://127.0.0.1:{proxy.admin}", "--source",
                                     f"http://127.0.0.1:{free_port()}")
        self.assertEqual(code, TIMEOUT)
        self.assertIn("1 of 2 answer; check the others", err)

    def test_a_source_that_is_none_comes_after_the_publication(self):
        proxy = self.start()
        code, _, err = self.rollback(proxy, "--source", "telegraph:x")
        self.assertEqual((code, self.share(proxy)), (TIMEOUT, 0))
        self.assertIn("the routers could not be asked", err)


class Journal(CtlTest):
    """A journal that refuses keeps nobody from the way back."""

    def setUp(self):
        super().setUp()
        self.ctl("set", 50)

    def begin(self):
        with AdminPort(self.route) as admin:
            self.ctl("run", "--new", "--source", admin.url, "--duration", "600ms")
        self.assertTrue(self.journal.exists())
        self.ctl("set", 50)

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.journal)) as db:
            return db.execute(query).fetchall()

    def rollback(self, *args, **more):
        code, out, err = self.ctl("rollback", *args, **more)
        self.assertEqual((code, self.percent()), (OK, 0), err)
        return out, err

    def test_what_was_done_and_by_whom_is_recorded(self):
        self.begin()
        out, err = self.rollback("--who", "ann", "--why", "errors")
        self.assertEqual(err, "")
        self.assertEqual(self.rows("select revision, percent_e6, by from publication order by seq")[-1],
                         (self.revision(), 0, "ann"))
        self.assertEqual(self.rows("select action, who, why from action"), [("abort", "ann", "errors")])
        self.assertIn("keep the logs of 'new' and the journal before they rotate", out)
        n = len(self.rows("select * from publication"))
        out, _ = self.rollback("--who", "bob")
        self.assertIn("'new' has 0 % already", out)
        self.assertEqual(len(self.rows("select * from publication")), n, "nothing was published again")

    def test_a_journal_that_another_process_has_locked(self):
        self.begin()
        before = self.revision()
        db = sqlite3.connect(self.journal, isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        child = subprocess.Popen([str(SPLITCTL.resolve()), "rollback", "-p", str(self.policy)], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.addCleanup(child.communicate)
        line = child.stdout.readline().decode()
        self.assertIn("written and read back", line)
        self.assertEqual((self.revision(), self.percent()), (before + 1, 0))
        self.assertIsNone(child.poll(), "it is still trying to record what it has done already")
        out, err = child.communicate(timeout=60)
        db.close()
        self.assertEqual(child.returncode, OK)
        self.assertIn("database is locked", err.decode())
        self.assertIn("not recorded: the journal", err.decode())
        self.assertIn("note it, it was not recorded", out.decode())
        self.assertEqual(self.rows("select count(*) from action")[0][0], 0)

    def test_journals_of_no_use(self):
        cases = {"newer": lambda: self.change("PRAGMA user_version=99"),
                 "foreign": lambda: self.change("PRAGMA application_id=7"),
                 "garbage": lambda: self.journal.write_bytes(b"no database " * 1000),
                 "folder": self.journal.mkdir}
        for name, spoil in cases.items():
            with self.subTest(name):
                for path in self.folder.glob("rollout.db*"):
                    path.rmdir() if path.is_dir() else path.unlink()
                if name in ("newer", "foreign"):
                    self.begin()
                spoil()
                self.ctl("set", 50)
                out, err = self.rollback()
                self.assertIn("not recorded: the journal", err)
                self.assertIn("the traffic is back nevertheless", err)
                self.assertIn("Incident checklist:", out)

    def change(self, statement):
        with contextlib.closing(sqlite3.connect(self.journal)) as db:
            db.execute(statement)
            db.commit()


class NotPublished(CtlTest):
    """Nothing could be published: one clear sentence, exit code 8, and the route as it was."""

    def setUp(self):
        super().setUp()
        self.place = self.folder / "place"
        self.place.mkdir()

    def mount(self, size):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.place)],
                              capture_output=True, check=False)
        if done.returncode != 0:
            return False
        self.addCleanup(subprocess.run, ["umount", str(self.place)], check=False)
        return True

    def settle(self):
        """A route of 50 % in the place."""
        self.at = self.place / "route.json"
        self.assertEqual(self.ctl("set", 50, "--route", self.at)[0], OK)
        self.was = self.at.read_bytes()

    def refused(self, *sentences, expect=NOT_PUBLISHED, **more):
        if "preexec_fn" in more:
            child = subprocess.run([str(SPLITCTL.resolve()), "rollback", "-p", str(self.policy), "--route", str(self.at)],
                                   capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=60, **more)
            code, out, err = child.returncode, child.stdout.decode(), child.stderr.decode()
        else:
            code, out, err = self.ctl("rollback", "--route", self.at)
        self.assertEqual((code, out), (expect, ""), err)
        for sentence in sentences:
            self.assertIn(sentence, err)
        self.assertEqual(err.count("NOT rolled back: "), 1)
        self.assertIn("copy the route to a place that you can write, publish there with --route FILE", err)
        self.assertIn("splitctl origin --source URL new down", err)
        return err

    def once(self, err):
        self.assertEqual(err.count("was not published"), 1, err)

    def test_a_read_only_folder(self):
        if os.geteuid() != 0:
            self.settle()
            self.place.chmod(0o555)
            self.addCleanup(self.place.chmod, 0o755)
        elif self.mount("1m"):
            self.settle()
            subprocess.run(["mount", "-o", "remount,ro", str(self.place)], check=True)
        else:
            self.skipTest("root writes everywhere, and nothing can be mounted here")
        err = self.refused("Cannot open", "the route is as before", "'new' still has 50 % of the traffic")
        self.assertRegex(err, "Read-only file system|Permission denied")
        self.once(err)
        self.assertEqual(self.at.read_bytes(), self.was)
        other = self.folder / "elsewhere.json"  # as the sentence says
        other.write_bytes(self.was)
        self.assertEqual(self.ctl("rollback", "--route", other)[0], OK)
        self.assertEqual(json.loads(other.read_text())["revision"], 2, "routers take it: it is above theirs")

    def test_a_full_disk(self):
        if not self.mount("64k"):
            self.skipTest("nothing can be mounted here; a limit stands in below")
        self.settle()
        with contextlib.suppress(OSError), open(self.place / "ballast", "wb", buffering=0) as ballast:
            while True:
                ballast.write(b"x" * 4096)
        self.once(self.refused("No space left on device", "'new' still has 50 % of the traffic"))
        self.assertEqual(self.at.read_bytes(), self.was)
        (self.place / "ballast").unlink()
        self.assertEqual(self.ctl("rollback", "--route", self.at)[0], OK, "there is room again")

    def test_a_file_that_may_not_grow(self):
        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        self.settle()
        self.once(self.refused("File too large", preexec_fn=limited))
        self.assertEqual(self.at.read_bytes(), self.was)

    def test_a_writer_that_holds_the_lock(self):
        self.settle()
        with open(f"{self.at}.lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.once(self.refused("Another writer has held the lock for 5 s"))
        self.assertEqual(self.at.read_bytes(), self.was)
        self.assertEqual(self.ctl("rollback", "--route", self.at)[0], OK)

    def test_a_folder_that_is_not_there(self):
        self.at = self.place / "none/route.json"
        self.once(self.refused("No such file or directory"))

    def test_a_damaged_route_is_left_for_people_to_look_at(self):
        self.settle()
        self.at.write_bytes(self.was[:50])
        self.refused("the traffic of 'new' is as it was", expect=BAD_INPUT)
        self.assertEqual(self.at.read_bytes(), self.was[:50])

    def test_a_route_of_another_split(self):
        self.settle()
        self.at.write_text(self.was.decode().replace('"split":"demo"', '"split":"other"'))
        self.refused("belongs to another split", expect=BAD_INPUT)


class Checklist(CtlTest):
    def test_every_step_has_the_command_that_takes_it(self):
        self.ctl("set", 50)
        code, out, _ = self.ctl("rollback")
        self.assertEqual(code, OK)
        _, steps = out.split("Incident checklist:\n")
        lines = steps.splitlines()
        self.assertTrue(all(line.startswith("  [ ] ") for line in lines), steps)
        self.assertEqual([line[6:].split(":")[0] for line in lines],
                         ["routers", "visitors", "caches", "data", "evidence", "cause", "people", "next try"])
        self.assertIn("every one has revision 2 (--source URL and --probe URL ask)", lines[0])
        self.assertIn(f"splitctl monitor -p {self.policy} --once --source URL", lines[1])
        self.assertIn("what 'new' wrote meanwhile is whole, and 'legacy' can read it", lines[3])
        self.assertIn("keep the logs of 'new' before they rotate", lines[4])
        self.assertIn("history, compare and report", lines[5])
        self.assertIn("note it, it was not recorded", lines[6])
        self.assertIn(f"splitctl run -p {self.policy} --new", lines[7])

    def test_its_commands_exist(self):
        self.ctl("set", 50)
        out = self.ctl("rollback")[1]
        self.assertEqual(splitctl("run", "--help")[0], OK)
        self.assertIn("--new", splitctl("run", "--help")[1])
        self.assertIn("--once", splitctl("monitor", "--help")[1])
        for command in ("history", "compare", "report"):
            self.assertIn(command, out)
            self.assertEqual(splitctl(command, "--help")[0], OK)

    def test_a_policy_whose_other_system_is_only_the_default(self):
        document = json.loads(self.policy.read_text())
        document["rollout"]["baseline"] = None
        self.write_policy(document)
        self.assertIn("and 'legacy' can read it", self.ctl("rollback")[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
