# SPDX-License-Identifier: MIT
"""The live view in a real terminal: tmux at many sizes, through advance, pause and rollback, resized, and left by Ctrl-C."""
import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest

from ctl import OK, POLICY, ROLLED_BACK, SPLITCTL, AdminPort, CtlTest, splitctl

UTF8, ASCII = "LC_ALL=C.UTF-8 TERM=screen-256color", "LC_ALL=C TERM=screen-256color"
LINES = ["demo", "phases", "traffic", "metric", "error_rate", "p95", "origins", "next"]
WHY = "the database people asked: \u05e9\u05dc\u05d5\u05dd \U0001f680\U0001f680 e\u0301 \x1b[31m\u202e wait until their migration is over, " * 2


class Terminal:
    """A private tmux server; each pane runs one command and then says with which code it ended."""

    def __init__(self, folder):
        self.socket = folder / "tmux"
        atexit.register(self.close)  # also when the tests are interrupted
        self.call("-f", "/dev/null", "new-session", "-d", "-s", "keep", "-x", 80, "-y", 24, "sleep 600")
        self.call("set-option", "-g", "remain-on-exit", "on")
        self.call("set-option", "-g", "history-limit", "500")
        self.call("set-option", "-g", "status", "off")

    def call(self, *args):
        done = subprocess.run(["tmux", "-u", "-S", str(self.socket), *map(str, args)], capture_output=True, timeout=30,
                              check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
        if done.returncode != 0:
            raise AssertionError(f"tmux {args}: {done.stderr.decode()}")
        return done.stdout.decode()

    def start(self, name, width, height, environment, command):
        self.call("new-session", "-d", "-s", name, "-x", width, "-y", height,
                  f"env -u NO_COLOR {environment} {command}; echo \"ended with $?\"; sleep 600")

    def screen(self, name, *options):
        """What can be seen, each line without the blanks at its end."""
        return [line.rstrip() for line in self.call("capture-pane", "-p", *options, "-t", name).split("\n")][:-1]

    def close(self):
        if self.socket.exists():
            self.call("kill-server")
        atexit.unregister(self.close)


class LiveView(CtlTest):
    SIZES = {"desk": (80, 24, UTF8), "wall": (200, 50, UTF8), "small": (60, 20, UTF8), "plain": (80, 24, ASCII + " NO_COLOR=1"),
             "tiny": (40, 12, UTF8)}

    def setUp(self):
        super().setUp()
        document = json.loads(json.dumps(POLICY))
        document["rollout"].update(window="250ms", phases=[{"percent": 10, "bake": "750ms"}, {"percent": 50, "bake": "1h"},
                                                           {"percent": 100, "bake": "48h"}])
        document["metrics"].append({"name": "a_rather_long_name_of_a_metric", "kind": "ratio", "bad": "b", "of": "o",
                                    "target": "< 1%", "warning": "> 1%", "critical": "> 5%", "gate": False,
                                    "missing": "ignore"})
        self.write_policy(document)
        self.admin = self.enterContext(AdminPort(self.route))
        self.terminal = Terminal(self.folder)
        self.addCleanup(self.terminal.close)

    def run_rollout(self):
        child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--source", self.admin.url],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.wait()))
        self.wait(lambda: self.ctl("status")[0] in (OK, 3))
        return child

    def wait(self, test, seconds=30):
        end = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), end, "it did not come")
            time.sleep(0.03)

    def watch(self, name, width, height, environment, *options):
        command = " ".join(map(str, [SPLITCTL.resolve(), "monitor", "-p", self.policy, "--interval", "50ms", *options]))
        self.terminal.start(name, width, height, environment, command)

    def wait_for(self, name, pattern):
        """The screen as soon as it shows something."""
        shown = []
        def there():
            shown[:] = self.terminal.screen(name)
            return re.search(pattern, "\n".join(shown))
        try:
            self.wait(there)
        except AssertionError:
            self.fail(f"{name}: no {pattern!r} in\n" + "\n".join(shown))
        return shown

    def assert_sound(self, shown, height, lines=LINES):
        """A frame begins at the top, is in order, and nothing was torn, wrapped or pushed out."""
        text = "\n".join(shown)
        self.assertTrue(shown[0].startswith("demo  "), text)
        self.assertEqual(len(shown), height)
        first_words = [line.split(" ")[0] for line in shown if line]
        order = [word for word in first_words if word in LINES]
        self.assertEqual(order, lines, text)
        events = [line for line in shown[1:] if re.match(r"(\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\dZ?  ", line)]
        known = [line for line in shown if line.split(" ")[0] in order or line.startswith("a_rather")]
        more = [line for line in shown if line.startswith(("         ", "1 more metric", "2 more metrics"))]
        self.assertEqual(len(known) + len(events) + len(more), sum(map(bool, shown)), f"a line was torn:\n{text}")
        self.assertGreaterEqual(len(events), 1)
        return events

    def test_every_size_through_advance_pause_resume_and_rollback(self):
        run = self.run_rollout()
        for name, size in self.SIZES.items():
            self.watch(name, *size)
        for name, (width, height, environment) in self.SIZES.items():
            with self.subTest(name):
                shown = self.wait_for(name, r"traffic  asked 50 %, got (49|50|51)\.\d\d % (±|\+-) \d")
                self.assert_sound(shown, height)
                text = "\n".join(shown)
                self.assertIn("HOLD (bake)", shown[0])
                self.assertEqual(text.isascii(), environment.startswith(ASCII))
                self.assertRegex(text, r"59(\.\d)? m")
                heads = next(line for line in shown if line.startswith("metric")).split()
                self.assertEqual(heads, {200: ["metric", "level", "new", "legacy", "target", "warning", "critical", "sample",
                                               "proof", "history"],
                                         80: ["metric", "level", "new", "legacy", "sample", "proof"],
                                         60: ["metric", "level", "new", "legacy", "proof"],
                                         40: ["metric", "level", "new", "proof"]}[width])
        self.assertEqual(self.ctl("pause", "--why", WHY, "--who", "ann")[0], OK)
        for name, (width, height, environment) in self.SIZES.items():
            with self.subTest(name):
                self.wait_for(name, r"HOLD \(paused\)")
                shown = self.wait_for(name, r"pause by ann")
                line = next(e for e in self.assert_sound(shown, height) if "pause by ann" in e)
                self.assertTrue(line.endswith(">" if environment.startswith(ASCII) else "\u2026") or width == 200, line)
                self.assertNotIn("\u202e", line)
        self.assertEqual(self.ctl("resume")[0], OK)
        self.wait_for("desk", r"HOLD \(bake\)")
        self.admin.errors = 0.3
        self.assertEqual(run.wait(30), ROLLED_BACK)
        for name, (width, height, _) in self.SIZES.items():
            with self.subTest(name):
                shown = self.wait_for(name, r"ended with 5")
                text = "\n".join(self.terminal.screen(name, "-S", "-200"))
                self.assertIn("ROLLBACK (error_rate)", text)
                self.assertIn("rolled back", text)
                self.assertNotRegex(text, r"\d left", "nothing is left of a phase that was rolled back")
                self.assertIn("now 0 %" if width > 40 else "asked 50 %", text)
                modes = self.terminal.call("display", "-p", "-t", name, "#{alternate_on} #{cursor_flag} #{wrap_flag}")
                self.assertEqual(modes.split(), ["0", "1", "1"], "the terminal is as it was")

    def test_another_size_is_taken_at_once(self):
        self.run_rollout()
        self.watch("desk", 120, 40, UTF8)
        self.wait_for("desk", "asked 50 %")
        for width, height in ((50, 15), (200, 50), (40, 11), (80, 24)):
            self.terminal.call("resize-window", "-t", "desk", "-x", width, "-y", height)
            heads = {50: "new +proof\n", 200: "history", 40: "new +proof\n", 80: "sample +proof\n"}[width]
            self.wait_for("desk", f"metric.* {heads}")
            time.sleep(0.1)
            self.assert_sound(self.terminal.screen("desk"), height)

    def test_ctrl_c_leaves_the_last_frame_and_the_terminal_as_it_was(self):
        self.run_rollout()
        self.watch("desk", 80, 24, UTF8)
        self.wait_for("desk", "asked 50 %")
        self.terminal.call("send-keys", "-t", "desk", "C-c")
        shown = self.wait_for("desk", "ended with 0")
        text = "\n".join(shown)
        self.assertRegex(text, r"demo: \d+ windows; next: ")
        self.assertIn("traffic  asked 50 %", text)
        self.assertEqual(self.terminal.call("display", "-p", "-t", "desk", "#{alternate_on} #{cursor_flag} #{wrap_flag}").split(),
                         ["0", "1", "1"])
        self.watch("timed", 80, 24, UTF8, "--duration", "300ms")
        self.assertIn("the time given is over", "\n".join(self.wait_for("timed", "ended with 7")))

    def test_colour_is_there_and_can_be_refused(self):
        self.run_rollout()
        for name, environment, options, coloured in (("on", UTF8, (), True), ("off", UTF8 + " NO_COLOR=1", (), False),
                                                     ("dumb", "LC_ALL=C.UTF-8 TERM=dumb", (), False),
                                                     ("never", UTF8, ("--color", "never"), False),
                                                     ("always", UTF8 + " NO_COLOR=1", ("--color", "always"), True)):
            with self.subTest(name):
                self.watch(name, 80, 24, environment, *options)
                self.wait_for(name, "asked")
                styled = "\n".join(self.terminal.screen(name, "-e"))
                self.assertEqual("\x1b[32m" in styled, coloured)
                self.assertEqual("\x1b[" in styled.replace("\x1b[39m", "").replace("\x1b[0m", ""), coloured)

    def test_a_source_that_fails_is_told_on_the_screen_and_tears_nothing(self):
        self.watch("desk", 80, 24, UTF8, "--source", self.admin.url, "--interval", "200ms")
        self.wait_for("desk", "watching only")
        self.wait_for("desk", "asked")
        self.admin.silent = True
        shown = self.wait_for("desk", "answers status")
        self.assert_sound(shown, 24, [line for line in LINES if line != "origins"])
        self.terminal.call("send-keys", "-t", "desk", "C-c")
        self.wait_for("desk", "ended with")
        self.assertIn("splitctl: ", "\n".join(self.terminal.screen("desk", "-S", "-200")))

    def test_one_look_at_sources_says_how_long_it_takes(self):
        self.watch("desk", 80, 24, UTF8, "--source", self.admin.url, "--once", "--interval", "600ms")
        self.wait_for("desk", "splitctl: counts requests for 600 ms; --interval changes it")
        self.wait_for("desk", "ended with")

    def test_a_run_that_is_gone_and_old_numbers_are_shown_as_such(self):
        child = self.run_rollout()
        self.watch("desk", 80, 24, UTF8)
        self.wait_for("desk", "a run drives")
        child.kill()
        child.wait()
        self.wait_for("desk", "nothing drives")
        self.wait_for("desk", r"requests.* \d\.\d s old")

    def test_more_metrics_and_phases_than_fit(self):
        document = json.loads(self.policy.read_text())
        document["metrics"] = document["metrics"][:2] + [
            {"name": f"r{i}", "kind": "ratio", "bad": f"b{i}", "of": f"o{i}", "target": "< 1%", "warning": "> 1%",
             "critical": "> 5%", "gate": False, "missing": "ignore"} for i in range(30)]
        document["rollout"]["phases"] = [{"percent": 10 + i, "bake": "1h"} for i in range(30)]
        self.write_policy(document)
        self.run_rollout()
        self.admin.errors = 0.02
        self.watch("desk", 80, 24, UTF8)
        shown = self.wait_for("desk", "error_rate +warning")
        text = "\n".join(shown)
        self.assertRegex(text, r"phases   1 of 30: 10 % .* left  then 11 %")
        self.assertRegex(text, r"\d+ more metrics, none of them worse")
        self.assertIn("\nnext     ", text)
        self.assertTrue(shown[0].startswith("demo  "))


if __name__ == "__main__":
    if shutil.which("tmux") is None:
        print("no tmux here: skipped")
        sys.exit(77)
    unittest.main()
