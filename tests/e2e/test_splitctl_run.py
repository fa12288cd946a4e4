# SPDX-License-Identifier: MIT
"""splitctl run: rollouts against an admin port that counts, operators' words, and a journal that survives kill -9."""
import fcntl
import html.parser
import http.server
import json
import os
import pty
import random
import re
import signal
import sqlite3
import struct
import subprocess
import termios
import threading
import time
import unittest

from ctl import (BAD_INPUT, NO_DATA, NOT_PUBLISHED, OK, POLICY, ROLLED_BACK, SPLITCTL, TIMEOUT, USAGE, AdminPort,
                 CtlTest, free_port)

KILLS = int(os.environ.get("SPLIT_JOURNAL_KILLS", "12"))


class RunTest(CtlTest):
    def setUp(self):
        super().setUp()
        self.admin = self.enterContext(AdminPort(self.route))

    def start(self, *args):
        child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--source", self.admin.url,
                                  *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return child

    def finish(self, child, timeout=40):
        out, err = child.communicate(timeout=timeout)
        return child.returncode, out.decode(), err.decode()

    def run_it(self, *args):
        return self.finish(self.start(*args))

    def wait(self, test, seconds=20):
        end = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), end, "it did not come")
            time.sleep(0.01)

    def rows(self, query):
        db = sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True, timeout=5)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def windows(self):
        try:
            return self.rows("select id, phase, decision_name, reason from window order by id")
        except sqlite3.OperationalError:
            return []

    def long_phases(self):
        document = json.loads(json.dumps(POLICY))
        document["rollout"]["phases"] = [{"percent": 10, "bake": "1h"}, {"percent": 100, "bake": "1h"}]
        self.write_policy(document)


class Ends(RunTest):
    def test_a_healthy_system_gets_all_the_traffic(self):
        code, out, err = self.run_it()
        self.assertEqual((code, err), (OK, ""), out)
        self.assertAlmostEqual(self.percent(), 100, places=3)
        decisions = [w[2] for w in self.windows()]
        self.assertEqual(decisions.count("ADVANCE"), 2)
        self.assertEqual(decisions[-1], "COMPLETE")
        self.assertIn("demo: complete", out)
        self.assertIn("on every router", out)
        published = self.rows("select revision, percent_e6, effect_us from publication")
        self.assertEqual([p[1] for p in published], [10_000_000, 50_000_000, 100_000_000])
        self.assertTrue(all(0 <= p[2] < 3_000_000 for p in published[1:]))
        self.assertEqual(self.rows("select outcome from rollout"), [("COMPLETE",)])

    def test_a_failing_system_loses_its_traffic(self):
        child = self.start()
        self.wait(lambda: self.revision() == 2)
        self.admin.errors = 0.3
        code, out, _ = self.finish(child)
        self.assertEqual(code, ROLLED_BACK, out)
        self.assertEqual(self.percent(), 0)
        self.assertIn("ROLLBACK (error_rate)", out)
        self.assertIn("demo: rolled back", out)
        self.assertEqual(self.rows("select outcome from rollout"), [("ROLLBACK",)])

    def test_a_rollback_may_leave_a_share(self):
        document = json.loads(json.dumps(POLICY))
        document["rollout"]["rollback_to"] = 2
        self.write_policy(document)
        self.admin.errors = 0.5
        self.assertEqual(self.run_it()[0], ROLLED_BACK)
        self.assertAlmostEqual(self.percent(), 2, places=3)

    def test_json_is_one_decision_a_line_and_nothing_else(self):
        code, out, _ = self.run_it("--json")
        self.assertEqual(code, OK)
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([line["id"] for line in lines], [w[0] for w in self.windows()])
        self.assertEqual(lines[-1]["decision"], "COMPLETE")

    def test_several_proxies_are_summed(self):
        with AdminPort(self.route) as other:
            code, out, _ = self.run_it("--source", other.url, "--once")
            self.assertEqual(code, OK)
            line = json.loads(self.rows("select window from window")[0][0])
            total = sum(line["arms"][arm]["sent"] for arm in ("new", "legacy"))
            self.assertGreater(total, 1.4 * 8000 * 0.25)

    def test_dry_run_publishes_and_writes_nothing(self):
        self.admin.share = 10.0
        code, out, _ = self.run_it("--dry-run", "--once")
        self.assertEqual(code, OK)
        self.assertFalse(self.route.exists() or self.journal.exists())
        self.assertIn("(dry run)", out)

    def test_time_given_is_over(self):
        self.long_phases()
        code, out, _ = self.run_it("--duration", "600ms")
        self.assertEqual(code, TIMEOUT)
        self.assertIn("stays as it is", out)
        self.assertAlmostEqual(self.percent(), 10, places=3)

    def test_a_signal_stops_and_leaves_the_traffic(self):
        self.long_phases()
        child = self.start()
        self.wait(lambda: len(self.windows()) > 1)
        child.send_signal(signal.SIGTERM)
        code, out, _ = self.finish(child)
        self.assertEqual(code, 3)
        self.assertIn("stays as it is", out)


class Trouble(RunTest):
    def test_sources_that_say_nothing_are_no_data(self):
        self.long_phases()
        child = self.start()
        self.wait(lambda: self.windows())
        self.admin.silent = True
        self.wait(lambda: any(w[3] == "no-data" for w in self.windows()))
        self.admin.silent = False
        self.wait(lambda: self.windows()[-1][3] in ("bake", "coverage"))
        child.terminate()
        code, out, err = self.finish(child)
        self.assertEqual(err.count("status 503"), 1, "said once, not every window")
        self.assertIn("answers again", err)
        self.assertIn("no-data", out)

    def test_no_source_answers_at_all(self):
        child = subprocess.run([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--once", "--source",
                                f"http://127.0.0.1:{free_port()}"], capture_output=True, timeout=30, check=False)
        self.assertEqual(child.returncode, NO_DATA, child.stdout)

    def test_wrong_use(self):
        for args in (["run"], ["run", "--source", "ftp:x"], ["run", "--source", "x"], ["run", "--duration", "soon"],
                     ["run", "extra", "--source", self.admin.url]):
            self.assertEqual(self.ctl(*args)[0], USAGE, args)
        document = json.loads(json.dumps(POLICY))
        del document["rollout"]
        self.write_policy(document)
        code, _, err = self.ctl("run", "--source", self.admin.url)
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("no rollout", err)

    def test_a_second_run_is_refused(self):
        self.long_phases()
        self.start()
        self.wait(lambda: self.windows())
        code, _, err = self.run_it()
        self.assertEqual(code, NOT_PUBLISHED)
        self.assertIn("another 'splitctl run'", err)

    def test_weights_set_by_hand_are_left_alone(self):
        self.long_phases()
        child = self.start()
        self.wait(lambda: self.windows())
        self.assertEqual(self.ctl("set", 33)[0], OK)
        code, _, err = self.finish(child)
        self.assertEqual(code, NOT_PUBLISHED)
        self.assertIn("somebody else", err)
        self.assertAlmostEqual(self.percent(), 33, places=3)

    def test_a_journal_of_another_program_or_a_newer_version_is_refused(self):
        db = sqlite3.connect(self.journal)
        db.execute("create table x(y)")
        db.execute("pragma user_version = 3")
        db.commit()
        db.close()
        self.assertEqual(self.run_it()[0], BAD_INPUT)
        self.journal.unlink()
        self.assertEqual(self.run_it()[0], OK)
        db = sqlite3.connect(self.journal)
        db.execute("pragma user_version = 99")
        db.commit()
        db.close()
        code, _, err = self.run_it()
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("newer splitctl", err)
        self.journal.write_bytes(b"not a database" * 1000)
        self.assertEqual(self.run_it()[0], BAD_INPUT)

    def test_a_journal_of_another_split_is_left_alone(self):
        self.assertEqual(self.run_it()[0], OK)
        before = self.journal.read_bytes()
        document = json.loads(json.dumps(POLICY))
        document["split"]["name"] = "other"
        self.write_policy(document)
        self.route.unlink()
        for args in (["run", "--source", self.admin.url], ["status"], ["monitor", "--once"], ["history"], ["compare"],
                     ["report", "-o", "-"], ["explain"], ["replay"], ["pause"], ["promote", "--yes"]):
            code, out, err = self.ctl(*args)
            self.assertEqual((code, out), (BAD_INPUT, ""), args)
            self.assertIn("is the journal of 'demo', but the policy is of 'other'", err)
        self.assertEqual(self.ctl("history", "--journal", self.journal)[0], OK, "who names it means it")
        self.assertEqual(self.ctl("rollback")[0], OK, "the way back is never barred")
        self.assertEqual(self.journal.read_bytes(), before)

    def test_a_changed_policy_does_not_go_on_silently(self):
        self.long_phases()
        self.run_it("--duration", "600ms")
        self.write_policy(POLICY)
        code, _, err = self.run_it()
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("--new", err)
        self.assertEqual(self.run_it("--new")[0], OK)
        self.assertEqual(self.rows("select outcome from rollout order by id"), [("ABANDONED",), ("COMPLETE",)])


class Operators(RunTest):
    def setUp(self):
        super().setUp()
        self.long_phases()

    def test_pause_resume_skip_wait_and_abort_reach_the_run(self):
        child = self.start()
        self.wait(lambda: self.windows())
        self.assertEqual(self.ctl("pause", "--why", "lunch", "--who", "ann")[0], OK)
        self.wait(lambda: self.windows()[-1][3] == "paused")
        self.assertEqual(self.ctl("resume")[0], OK)
        self.wait(lambda: self.windows()[-1][3] == "bake")
        self.assertEqual(self.ctl("skip-wait")[0], OK)
        self.wait(lambda: self.revision() == 2)
        self.assertEqual(self.ctl("abort", "--why", "enough")[0], OK)
        code, out, _ = self.finish(child)
        self.assertEqual((code, self.percent()), (ROLLED_BACK, 0))
        self.assertIn("pause by ann: lunch", out)
        history = self.ctl("history")[1]
        self.assertLess(history.index("pause by ann: lunch"), history.index("HOLD (paused)"), "the cause stands first")
        self.assertEqual([line.split("  ")[1].split(" ")[0] for line in history.splitlines() if " by " in line and "revision" not in line],
                         ["pause", "resume", "skip-wait", "abort"])
        self.assertEqual(self.rows("select action, who, why from action order by seq")[0], ("pause", "ann", "lunch"))
        self.assertEqual(self.ctl("pause")[0], NO_DATA, "nothing goes on any more")

    def test_rollback_by_hand_ends_the_run(self):
        child = self.start()
        self.wait(lambda: self.windows())
        code, out, _ = self.ctl("rollback", "--source", self.admin.url)
        self.assertEqual(code, OK)
        self.assertRegex(out, r"in force on all 1 routers \d+ ms after the command")
        revision = self.revision()
        self.assertEqual(self.finish(child)[0], ROLLED_BACK)
        self.assertEqual((self.revision(), self.percent()), (revision, 0))

    def test_a_reason_steers_no_terminal(self):
        self.run_it("--duration", "400ms")
        self.assertEqual(self.ctl("pause", "--why", "a\x1b[2Jb\nc" + "\u00e9" * 2000, "--who", "x\x07y")[0], OK)
        (who, why), = self.rows("select who, why from action")
        self.assertEqual((who, why[:8], len(why.encode()) <= 1000), ("x?y", "a?[2Jb?c", True))

    def test_an_action_waits_when_nothing_drives(self):
        self.run_it("--duration", "400ms")
        code, out, _ = self.ctl("abort")
        self.assertEqual(code, OK)
        self.assertIn("waits", out)
        self.assertEqual(self.run_it()[0], ROLLED_BACK)

    def test_without_a_journal_there_is_nothing_to_act_on(self):
        self.assertEqual(self.ctl("pause")[0], NO_DATA)


class Notify(RunTest):
    def test_targets_are_told_what_they_asked_for_and_once(self):
        told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.append((self.path, self.headers["Authorization"], body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(lambda: (server.shutdown(), server.server_close()))
        url = f"http://127.0.0.1:{server.server_address[1]}"
        marks = self.folder / "marks"
        hook = self.folder / "hook.sh"
        hook.write_text('#!/bin/sh\nmarks=$1; shift; printf "%s|" "$@" >> "$marks"\n')
        hook.chmod(0o755)
        document = json.loads(json.dumps(POLICY))
        document["notify"] = [
            {"type": "webhook", "url": url + "/all", "token": "env:SPLIT_TEST_TOKEN"},
            {"type": "slack", "url": "env:SPLIT_TEST_SLACK", "on": ["rollback"]},
            {"type": "webhook", "url": f"http://127.0.0.1:{free_port()}/dead", "on": ["rollback"]},
            {"type": "exec", "command": [str(hook), str(marks)], "on": ["advance", "rollback"]}]
        self.write_policy(document)
        os.environ.update(SPLIT_TEST_TOKEN="t0ken", SPLIT_TEST_SLACK=url + "/slack/s3cret")
        child = self.start()
        self.wait(lambda: self.revision() == 2)
        self.admin.errors = 0.5
        code, out, err = self.finish(child)
        self.assertEqual(code, ROLLED_BACK)
        self.assertEqual({auth for path, auth, _ in told if path == "/all"}, {"Bearer t0ken"})
        events = [body["event"] for path, _, body in told if path == "/all"]
        self.assertEqual((events[0], events.count("rollback"), events.count("advance")), ("advance", 1, 1))
        self.assertIn("level", events)
        slack = [body for path, _, body in told if path == "/slack/s3cret"]
        self.assertEqual(len(slack), 1)
        self.assertIn("demo: rollback:", slack[0]["text"])
        self.assertTrue(marks.read_text().startswith("advance|50|"))
        self.assertIn("rollback|0|", marks.read_text())
        self.assertIn("notify[2] (rollback): the receiver cannot be reached", err)
        for secret in ("t0ken", "s3cret"):
            self.assertNotIn(secret, out + err)
            self.assertNotIn(secret.encode(), self.journal.read_bytes())


class Compare(RunTest):
    def setUp(self):
        super().setUp()
        document = json.loads(json.dumps(POLICY))
        document["origins"]["new"]["cost"] = {"per_million_requests": 2, "monthly": 10}
        document["origins"]["legacy"]["cost"] = {"per_million_requests": 1, "monthly": 100}
        document["rollout"]["phases"] = [{"percent": 50, "bake": "1h"}]
        self.write_policy(document)

    def test_a_worse_system_is_proven_worse_and_costs_are_projected(self):
        self.admin.errors = 0.03
        self.run_it("--duration", "1500ms")
        code, out, _ = self.ctl("compare", "--json")
        self.assertEqual(code, 3)
        answer = json.loads(out)
        error, p95 = answer["metrics"]
        self.assertLess(error["difference_low"], 3)
        self.assertGreater(error["difference_high"], 3)
        self.assertGreater(error["difference_low"], 0)
        self.assertIn("'new' is worse", error["sentence"])
        self.assertIn("no difference", p95["sentence"])
        months = answer["seconds"] / (30 * 86400)
        millions = (error["new_n"] + error["baseline_n"]) / 1e6
        self.assertAlmostEqual(answer["cost"]["new"]["month_at_100"], 2 * millions / months + 10, delta=1)
        self.assertAlmostEqual(answer["cost"]["baseline"]["month_at_100"], millions / months + 100, delta=1)
        self.assertIn("points more failed requests", self.ctl("compare")[1])

    def test_equal_systems_differ_in_nothing(self):
        self.run_it("--duration", "800ms")
        code, out, _ = self.ctl("compare")
        self.assertEqual(code, OK)
        self.assertIn("no difference is proven", out)
        code, out, _ = self.ctl("compare", "--source", self.admin.url, "--period", "300ms")
        self.assertEqual(code, OK, out)
        self.assertIn("in 1 window of the sources", out)

    def test_without_data_of_both_there_is_nothing_to_compare(self):
        self.assertEqual(self.ctl("compare")[0], NO_DATA)
        self.run_it("--duration", "800ms")
        time.sleep(0.3)
        self.assertEqual(self.ctl("compare", "--period", "250ms")[0], NO_DATA)


class Promote(RunTest):
    def setUp(self):
        super().setUp()
        self.long_phases()

    def test_a_running_rollout_goes_to_its_next_phase(self):
        child = self.start()
        self.wait(lambda: self.windows())
        self.assertEqual(self.ctl("promote", "--dry-run")[0], OK)
        code, out, err = self.ctl("promote")
        self.assertEqual(code, 3, "without a terminal and without --yes nothing is done")
        self.assertIn("give --yes", err)
        self.assertEqual(self.ctl("promote", 70, "--yes")[0], USAGE)
        code, out, _ = self.ctl("promote", "--yes", "--who", "ann")
        self.assertEqual(code, OK)
        self.assertRegex(out, r"'new': 10(\.\d+)? % -> 100 %; 8\d\.\d+ % of the keys move|90 % of the keys")
        self.wait(lambda: self.revision() == 2)
        self.assertAlmostEqual(self.percent(), 100, places=3)
        self.assertEqual(self.rows("select action, who from action"), [("advance", "ann")])
        child.terminate()

    def test_a_failing_verdict_refuses_unless_forced(self):
        child = self.start()
        self.wait(lambda: self.windows())
        self.admin.errors = 0.025
        self.wait(lambda: self.windows()[-1][3] == "warning")
        code, _, err = self.ctl("promote", "--yes")
        self.assertEqual(code, 3)
        self.assertIn("--force", err)
        self.assertEqual(self.ctl("promote", "--yes", "--force")[0], OK)
        self.wait(lambda: self.revision() == 2)
        child.terminate()

    def test_without_a_run_it_publishes_itself(self):
        self.assertEqual(self.ctl("promote", "--yes")[0], OK)
        self.assertAlmostEqual(self.percent(), 100, places=3)
        self.assertEqual(self.ctl("promote", "--yes")[0], 3, "there is no phase above")
        self.assertEqual(self.ctl("promote", 50, "--yes")[0], USAGE, "that is a rollback")

    def test_all_the_traffic_is_asked_twice_on_a_terminal(self):
        for answers, percent in ((b"y\nn\n", None), (b"y\ny\n", 100)):
            pid, fd = pty.fork()
            if pid == 0:
                os.execv(str(SPLITCTL.resolve()), ["splitctl", "promote", "-p", str(self.policy)])
            os.write(fd, answers)
            shown = b""
            try:
                while chunk := os.read(fd, 4096):
                    shown += chunk
            except OSError:
                pass
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.close(fd)
            self.assertIn(b"Really?", shown)
            self.assertEqual((code, self.revision()), (3, 0) if percent is None else (OK, 1))


class Readers(RunTest):
    def test_status_and_history_tell_what_happened(self):
        self.assertEqual(self.ctl("status")[0], NO_DATA)
        self.assertEqual(self.ctl("history")[0], NO_DATA)
        self.assertEqual(self.run_it()[0], OK)
        code, out, err = self.ctl("status")
        self.assertEqual((code, err), (OK, ""))
        self.assertIn("COMPLETE", out)
        self.assertNotIn("\x1b", out)
        self.assertIn("\x1b", self.ctl("status", "--color", "always")[1])
        code, out, _ = self.ctl("history")
        self.assertEqual(code, OK)
        for text in ("HOLD (bake)", "50 % ADVANCE", "100 % COMPLETE", "revision 3: 100 % by run, in force after"):
            self.assertIn(text, out)
        self.assertEqual(len(self.ctl("history", "--list")[1].splitlines()), 1)
        self.assertEqual(self.ctl("history", "--rollout", 9)[0], NO_DATA)

    def test_the_export_replays_to_the_same_decisions(self):
        child = self.start()
        self.wait(lambda: self.windows())
        self.ctl("pause")
        self.wait(lambda: self.windows()[-1][3] == "paused")
        self.ctl("resume")
        self.assertEqual(self.finish(child)[0], OK)
        code, out, _ = self.ctl("history", "--json")
        self.assertEqual(code, OK)
        code, again, err = self.ctl("replay", "--windows", "-", stdin=out.encode())
        self.assertEqual(err, "")
        decided = [(d["id"], d["phase"], d["decision"], d["reason"]) for d in map(json.loads, again.splitlines())]
        self.assertEqual(decided, self.windows())

    def test_status_as_json_holds_what_the_text_shows(self):
        self.assertEqual(self.run_it()[0], OK)
        code, out, _ = self.ctl("status", "--json")
        state = json.loads(out)
        self.assertEqual((code, state["exit_code"], state["outcome"]), (OK, OK, "COMPLETE"))
        self.assertEqual([p["percent"] for p in state["phases"]], [10, 50, 100])
        self.assertEqual(state["decision"]["decision"], "COMPLETE")
        self.assertEqual(state["origins"]["new"], {"state": "closed", "mode": "unknown"})
        self.assertLessEqual(state["latency_ms"]["new"]["p50"], 100)

    def test_exit_codes_follow_the_state(self):
        self.admin.errors = 0.4
        self.assertEqual(self.run_it()[0], ROLLED_BACK)
        self.assertEqual(self.ctl("status")[0], ROLLED_BACK)
        self.assertEqual(self.ctl("monitor", "--once")[0], ROLLED_BACK)

    def test_monitor_follows_a_run_without_a_terminal(self):
        child = self.start()
        self.wait(lambda: self.windows())
        code, out, _ = self.ctl("monitor", "--interval", "50ms")
        self.assertEqual((code, self.finish(child)[0]), (OK, OK))
        lines = [line for line in out.splitlines() if "phase" in line]
        self.assertEqual(len(lines), len(set(lines)))
        self.assertIn("COMPLETE", out)
        self.assertNotIn("\x1b", out)

    def test_monitor_watches_sources_and_changes_nothing(self):
        code, out, _ = self.ctl("monitor", "--source", self.admin.url, "--interval", "300ms", "--once")
        self.assertEqual(code, OK, out)
        self.assertIn("watching only", out)
        self.assertIn("error_rate", out)
        self.assertFalse(self.route.exists() or self.journal.exists())
        code, out, _ = self.ctl("monitor", "--source", self.admin.url, "--interval", "200ms", "--duration", "3s",
                                "--json")
        self.assertEqual(code, TIMEOUT)
        windows = [json.loads(line)["windows"] for line in out.splitlines()]
        self.assertEqual(windows, list(range(1, len(windows) + 1)))
        self.assertGreaterEqual(len(windows), 2)

    def test_a_watch_judges_windows_of_its_interval(self):
        for options, seconds in ((["--interval", "700ms"], 0.7), ([], 0.25)):
            code, out, err = self.ctl("monitor", "--source", self.admin.url, "--once", "--json", *options)
            self.assertEqual((code, err), (OK, ""))
            state = json.loads(out)
            self.assertEqual(state["decision"]["bake_s"], seconds)
            begun = state["window"]["start"][:19]
            self.assertTrue(all(begun <= event["at"][:19] <= state["at"][:19] for event in state["events"]), out)

    def test_what_fails_is_named_once(self):
        self.admin.silent = True
        _, _, err = self.ctl("monitor", "--source", self.admin.url, "--once", "--interval", "200ms")
        self.assertEqual(err.count(self.admin.url), 1, err)
        self.assertIn(f"splitctl: {self.admin.url}/metrics answers status 503\n", err)

    def test_narrow_and_wide_and_plain_layouts(self):
        self.assertEqual(self.run_it()[0], OK)
        for columns in (40, 80, 120, 200):
            env = {**os.environ, "COLUMNS": str(columns), "LC_ALL": "C"}
            out = self.ctl("status", env=env)[1]
            self.assertLessEqual(max(map(len, out.splitlines())), columns)
            self.assertTrue(out.isascii())
            self.assertEqual("history" in out, columns >= 116)
        out = self.ctl("status", env={**os.environ, "LC_ALL": "C.UTF-8"})[1]
        self.assertIn("\u2588", out)

    def test_monitor_in_a_terminal_restores_it(self):
        """A pseudo-terminal of 80x24: its own screen, nothing wider, and back on Ctrl-C."""
        self.long_phases()
        child = self.start()
        self.wait(lambda: self.windows())
        pid, fd = pty.fork()
        if pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            os.environ.pop("NO_COLOR", None)
            os.execv(str(SPLITCTL.resolve()), ["splitctl", "monitor", "-p", str(self.policy), "--interval", "50ms"])
        shown = b""
        while b"next " not in shown:
            shown += os.read(fd, 65536)
        os.kill(pid, signal.SIGINT)
        try:
            while chunk := os.read(fd, 65536):
                shown += chunk
        except OSError:
            pass
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(fd)
        self.assertIn(code, (OK, 3))
        text = shown.decode()
        self.assertTrue(text.startswith("\x1b[?1049h\x1b[?25l"))
        self.assertIn("\x1b[?25h\x1b[?1049l", text)
        frame = text.split("\x1b[H")[1].split("\x1b[J")[0]
        rows = re.sub(r"\x1b\[[0-9;]*[mK]", "", frame).split("\r\n")
        self.assertLessEqual(max(map(len, rows)), 80)
        self.assertLessEqual(len(rows), 25)
        child.terminate()


class Page(html.parser.HTMLParser):
    """Tags that do not nest are errors; collects ids, attributes that fetch, and table rows."""

    VOID = {"meta", "br", "link", "img", "line", "path", "rect"}

    def __init__(self):
        super().__init__()
        self.stack, self.ids, self.fetched, self.tags, self.text, self.charts = [], set(), [], [], "", 0

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.ids.update(v for k, v in attributes if k == "id")
        self.fetched += [v for k, v in attributes if k in ("src", "href", "xlink:href", "action") and v[0] != "#"]
        self.charts += ("role", "img") in attributes
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.stack and self.stack[-1] == tag, (tag, self.stack[-3:], self.getpos())
            self.stack.pop()

    def handle_data(self, data):
        self.text += data


class Report(RunTest):
    def test_the_report_is_one_page_that_fetches_nothing(self):
        self.long_phases()
        child = self.start()
        self.wait(lambda: self.windows())
        self.ctl("pause", "--why", "<script>alert(1)</script> & co", "--who", "ann")
        self.wait(lambda: self.windows()[-1][3] == "paused")
        self.ctl("resume")
        self.wait(lambda: self.windows()[-1][3] == "bake")
        self.admin.errors = 0.5
        self.assertEqual(self.finish(child)[0], ROLLED_BACK)
        code, out, _ = self.ctl("report", "-o", "-")
        self.assertEqual(code, OK)
        page = Page()
        page.feed(out)
        self.assertEqual(page.stack, [])
        self.assertEqual(page.fetched, [])
        self.assertNotIn("script", page.tags)
        self.assertNotIn("url(", out)
        self.assertIn("<script>alert(1)</script> & co", page.text)
        self.assertIn("rolled back", page.text)
        self.assertIn("not reached", page.text)
        for wanted in ("story", "phases", "criteria", "decisions", "publications", "actions", "split-t", "m0-t", "e1-t"):
            self.assertIn(wanted, page.ids)
        self.assertEqual(page.charts, 5)
        self.assertNotIn("nan", out.replace("nano", ""))

    def test_it_is_written_to_a_file_and_a_full_disk_is_told(self):
        self.assertEqual(self.ctl("report")[0], NO_DATA)
        self.assertEqual(self.run_it("--once")[0], OK)
        path = self.folder / "r.html"
        self.assertEqual(self.ctl("report", "-o", path)[0], OK)
        self.assertTrue(path.read_text().startswith("<!DOCTYPE html>"))
        self.assertEqual(self.ctl("report", "-o", "/dev/full")[0], BAD_INPUT)
        self.assertEqual(self.ctl("report", "-o", self.folder / "none/r.html")[0], BAD_INPUT)


class KillNine(RunTest):
    """SPLIT_JOURNAL_KILLS=1000 for the long form."""

    def test_nothing_committed_is_lost(self):
        document = json.loads(json.dumps(POLICY))
        document["rollout"]["window"] = "20ms"
        document["rollout"]["phases"] = [{"percent": 10, "bake": "1h"}]
        self.write_policy(document)
        seed = int.from_bytes(os.urandom(4), "big")
        chance = random.Random(seed)
        seen = []
        for i in range(KILLS):
            child = self.start("--json")
            self.wait(lambda: child.poll() is not None or len(self.windows()) > len(seen))
            time.sleep(chance.random() * 0.05)
            child.kill()
            out = child.communicate()[0].decode()
            with self.subTest(seed=seed, kill=i):
                now = self.windows()
                self.assertEqual(now[:len(seen)], seen, "history changed")
                ids = [row[0] for row in now]
                told = [json.loads(line)["id"] for line in out.splitlines() if line.endswith("}")]
                self.assertTrue(set(told) <= set(ids), "a decision was printed but is not in the journal")
                self.assertEqual(self.rows("pragma integrity_check"), [("ok",)])
                self.assertEqual(len(self.rows("select 1 from rollout")), 1)
                json.loads(self.route.read_text())
                seen = now
        self.assertGreaterEqual(len(seen), KILLS)


if __name__ == "__main__":
    unittest.main()
