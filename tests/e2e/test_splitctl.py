# SPDX-License-Identifier: MIT
"""splitctl as scripts use it: help, wrong use, exit codes, assignment, publishing."""
import http.server
import json
import os
import pathlib
import re
import subprocess
import threading
import unittest

from ctl import (BAD_INPUT, NO_DATA, NOT_PUBLISHED, OK, POLICY, SPLITCTL, TIMEOUT, USAGE, CtlTest, commands,
                 free_port, long_options, splitctl)

SOURCES = pathlib.Path(__file__).parents[2] / "tools/splitctl"


class Help(unittest.TestCase):
    def test_every_command_prints_its_help(self):
        for command in commands():
            with self.subTest(command):
                code, out, err = splitctl(command, "--help")
                self.assertEqual((code, err), (OK, ""))
                self.assertTrue(out.startswith(f"Usage: splitctl {command}"))
                self.assertEqual(splitctl("help", command)[1], out)
                self.assertLessEqual(max(map(len, out.splitlines())), 110)

    def test_version_is_the_librarys(self):
        code, out, _ = splitctl("--version")
        self.assertEqual(code, OK)
        self.assertRegex(out, r"^splitctl \d+\.\d+\.\d+\n$")

    def test_nothing_and_nonsense_are_wrong_use(self):
        self.assertEqual(splitctl()[0], USAGE)
        code, _, err = splitctl("rolback")
        self.assertEqual(code, USAGE)
        self.assertIn("did you mean 'rollback'?", err)
        code, _, err = splitctl("xyzzy")
        self.assertEqual(code, USAGE)
        self.assertNotIn("did you mean", err)
        self.assertEqual(splitctl("--nonsense")[0], USAGE)
        self.assertEqual(splitctl("help", "nonsense")[0], USAGE)

    def test_every_command_refuses_an_unknown_option(self):
        for command in commands():
            with self.subTest(command):
                code, out, err = splitctl(command, "--no-such-option-at-all")
                self.assertEqual((code, out), (USAGE, ""))
                self.assertIn("--no-such-option-at-all", err)

    def test_a_slip_in_an_option_gets_a_hint(self):
        code, _, err = splitctl("assign", "--polcy", "x")
        self.assertEqual(code, USAGE)
        self.assertIn("did you mean '--policy'?", err)
        self.assertIn("needs a value", splitctl("assign", "-p")[2])
        self.assertIn("takes no value", splitctl("assign", "--json=1")[2])

    def test_the_manual_names_every_command_option_and_exit_code(self):
        manual = (SOURCES / "splitctl.1").read_text().replace(r"\-", "-")
        for command in commands():
            self.assertTrue(f".SS {command}\n" in manual, f"{command} is not in the manual")
            for option in long_options(splitctl(command, "--help")[1]):
                self.assertTrue(option in manual, f"{command} {option} is not in the manual")
        kinds = re.findall(r"^  (\w+):[A-Z]+ ", splitctl("run", "--help")[1].partition("\nSources:\n")[2], re.M)
        self.assertIn("promql", kinds)
        for kind in kinds:
            self.assertRegex(manual, rf"\n\.BI {kind}: |proxy:URL" if kind == "proxy" else rf"\n\.BI {kind}: ")
            self.assertIn(f"{kind}:", splitctl("completion", "bash")[1])
        codes = re.findall(r"XX\((\w+), (\d), \"([^\"]+)\"", (SOURCES / "cli/exit_code.h").read_text())
        self.assertEqual(len(codes), 9)
        for _, number, text in codes:
            self.assertRegex(manual, rf"\n\.TP\n\.B {number}\n")
            self.assertIn(text, splitctl("--help")[1])

    def test_completion_is_a_valid_script(self):
        code, out, _ = splitctl("completion", "bash")
        self.assertEqual(code, OK)
        subprocess.run(["bash", "-n"], input=out.encode(), check=True)
        for command in commands():
            self.assertIn(f" {command} " if command != "abort" else "abort ", out)
        complete = out + ("COMP_WORDS=(splitctl rollb); COMP_CWORD=1; _splitctl; echo ${COMPREPLY[@]};"
                          "COMP_WORDS=(splitctl assign --js); COMP_CWORD=2; _splitctl; echo ${COMPREPLY[@]}")
        path = f"{SPLITCTL.resolve().parent}:{os.environ['PATH']}"
        done = subprocess.run(["bash"], input=complete.encode(), capture_output=True, check=True,
                              env={**os.environ, "PATH": path})
        self.assertEqual(done.stdout.decode().split(), ["rollback", "--json"])
        self.assertIn("bashcompinit", splitctl("completion", "zsh")[1])
        self.assertEqual(splitctl("completion", "fish")[0], USAGE)

    def test_a_full_disk_behind_standard_output_is_no_success(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([str(SPLITCTL.resolve()), "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, BAD_INPUT)


class Assign(CtlTest):
    def test_keys_from_arguments_and_from_standard_input_agree(self):
        keys = [f"visitor-{i}" for i in range(500)]
        code, out, _ = self.ctl("assign", *keys)
        self.assertEqual(code, OK)
        self.assertEqual(self.ctl("assign", "-", stdin="\n".join(keys).encode())[1], out)
        self.assertEqual(self.ctl("assign", stdin="\r\n".join(keys).encode())[1], out)
        rows = [line.split("\t") for line in out.splitlines()]
        self.assertEqual([row[0] for row in rows], keys)
        self.assertTrue(all((int(bucket) < 104858) == (variant == "new") for _, bucket, variant in rows))

    def test_a_route_assigns_as_the_policy_that_it_came_from(self):
        self.ctl("set", 10)
        keys = [f"k{i}" for i in range(300)]
        self.assertEqual(splitctl("assign", "-p", self.route, *keys), self.ctl("assign", *keys))

    def test_json_says_the_reason(self):
        document = json.loads(json.dumps(POLICY))
        document["split"]["overrides"] = {"vip\t\"": "new"}
        self.write_policy(document)
        code, out, _ = self.ctl("assign", "--json", "vip\t\"", "someone")
        self.assertEqual(code, OK)
        vip, someone = map(json.loads, out.splitlines())
        self.assertEqual((vip["key"], vip["variant"], vip["reason"]), ("vip\t\"", "new", "override"))
        self.assertEqual(someone["reason"], "hash")

    def test_a_bad_key_is_reported_and_the_others_are_answered(self):
        code, out, err = self.ctl("assign", "a", "", "b")
        self.assertEqual(code, BAD_INPUT)
        self.assertEqual(len(out.splitlines()), 2)
        self.assertIn("empty", err)

    def test_random_and_even_modes_follow_the_weights(self):
        for mode in ("random", "even"):
            document = json.loads(json.dumps(POLICY))
            document["split"]["mode"] = mode
            self.write_policy(document)
            out = self.ctl("assign", "--seed", 5, stdin=b"x\n" * 2000)[1]
            n_new = sum(line.endswith("\tnew") for line in out.splitlines())
            self.assertTrue(n_new == 200 if mode == "even" else 140 < n_new < 260, (mode, n_new))
            self.assertEqual(self.ctl("assign", "--seed", 5, stdin=b"x\n" * 2000)[1], out)

    def test_bad_documents_are_bad_input_with_a_position(self):
        code, _, err = splitctl("assign", "-p", self.folder / "none.json", "a")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("none.json", err)
        self.policy.write_text('{"schema": 1,\n "split": 5}')
        code, _, err = self.ctl("assign", "a")
        self.assertEqual(code, BAD_INPUT)
        self.assertRegex(err, r"policy\.json:2:\d+: \$\.split")
        self.policy.write_bytes(b"\0" * 300000)
        self.assertEqual(self.ctl("assign", "a")[0], BAD_INPUT)


class Publish(CtlTest):
    def test_set_publishes_and_keeps_visitors_where_they_were(self):
        keys = [f"k{i}" for i in range(2000)]
        before = dict(line.split("\t")[::2] for line in self.ctl("assign", *keys)[1].splitlines())
        code, out, _ = self.ctl("set", "25%")
        self.assertEqual((code, self.revision()), (OK, 1))
        self.assertIn("revision 1", out)
        self.assertAlmostEqual(self.percent(), 25, places=4)
        after = dict(line.split("\t")[::2] for line in splitctl("assign", "-p", self.route, *keys)[1].splitlines())
        self.assertTrue(all(after[k] == "new" for k in keys if before[k] == "new"), "nobody goes back on a ramp up")

    def test_weights_in_force_are_not_published_again(self):
        self.ctl("set", 25)
        code, out, _ = self.ctl("set", "--to", 25)
        self.assertEqual((code, self.revision()), (OK, 1))
        self.assertIn("already", out)

    def test_shares_read_as_they_were_asked_for(self):
        for share in ("10", "0.0001", "33.3", "99.99", "100", "12.345"):
            code, out, _ = self.ctl("set", share)
            self.assertEqual(code, OK, out)
            _, out, _ = self.ctl("rollback")
            self.assertIn(f"'new' {share} % -> 0 %", out)

    def test_a_move_reads_as_the_difference_of_the_shares(self):
        self.ctl("set", 10)
        self.assertIn("10 % of the keys move", self.ctl("set", 20)[1])
        self.assertIn("13.3 % of the keys move", self.ctl("set", 33.3)[1])
        self.assertIn("0.0001 % of the keys move", self.ctl("set", 33.3001)[1])

    def test_status_before_any_rollout_tells_the_shares_in_force(self):
        code, _, err = self.ctl("status")
        self.assertEqual(code, NO_DATA)
        self.assertIn("has a run begun?", err)
        self.ctl("set", 12.5)
        code, out, err = self.ctl("status")
        self.assertEqual((code, err), (NO_DATA, ""))
        self.assertIn("revision 1 in force: new 12.5 %, legacy 87.5 %", out)
        code, out, _ = self.ctl("status", "--json")
        self.assertEqual(json.loads(out)["percent"], {"new": 12.5, "legacy": 87.5})

    def test_a_promotion_to_the_share_in_force_publishes_nothing(self):
        self.ctl("set", 10)
        code, out, _ = self.ctl("promote", 10, "--yes")
        self.assertEqual(code, OK, out)
        self.assertIn("10 % -> 10 %", out)
        self.assertIn("revision 1 has this share already", out)

    def test_every_variant_may_be_named(self):
        self.assertEqual(self.ctl("set", "new=40", "legacy=60")[0], OK)
        self.assertAlmostEqual(self.percent(), 40, places=4)
        for wrong in (["new=40"], ["new=40", "new=60"], ["new=40", "other=60"], ["new=x", "legacy=1"], ["101"], ["-"],
                      ["1.0000001"], [], ["5", "--to", "5"]):
            with self.subTest(wrong):
                self.assertEqual(self.ctl("set", *wrong)[0], USAGE)
        self.assertEqual(self.ctl("set", "new=0", "legacy=0")[0], BAD_INPUT)
        self.assertEqual(self.revision(), 1)

    def test_the_fence_refuses_an_unexpected_revision(self):
        self.ctl("set", 20)
        code, _, err = self.ctl("set", 30, "--expect", 7)
        self.assertEqual((code, self.revision()), (NOT_PUBLISHED, 1))
        self.assertIn("revision 1", err)
        self.assertEqual(self.ctl("set", 30, "--expect", 1)[0], OK)

    def test_a_route_of_another_split_is_left_alone(self):
        self.ctl("set", 20)
        other = json.loads(json.dumps(POLICY))
        other["split"]["name"] = "another"
        self.write_policy(other)
        code, _, err = self.ctl("set", 30)
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("another split", err)
        self.assertEqual(self.revision(), 1)

    def test_a_damaged_route_is_not_overwritten(self):
        self.route.write_text("{}")
        self.assertEqual(self.ctl("set", 20)[0], BAD_INPUT)
        self.assertEqual(self.route.read_text(), "{}")

    def test_a_folder_that_does_not_exist_is_not_published_to(self):
        code, _, err = self.ctl("set", 20, "--route", self.folder / "none/route.json")
        self.assertEqual(code, NOT_PUBLISHED)
        self.assertIn("not published", err)

    def test_two_writers_cannot_both_win_the_same_revision(self):
        argv = [str(SPLITCTL.resolve()), "set", "-p", str(self.policy)]
        for round_ in range(20):
            writers = [subprocess.Popen([*argv, str(p + round_)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                       for p in (20, 60)]
            before = self.revision()
            outs = [(w.communicate()[0].decode(), w.returncode) for w in writers]
            won = [re.search(r"revision (\d+)", out).group(1) for out, code in outs if code == OK and "published" in out]
            self.assertEqual(len(set(won)), len(won))
            self.assertTrue(all(code in (OK, NOT_PUBLISHED) for _, code in outs))
            self.assertGreaterEqual(self.revision(), max(before, *map(int, won), 0))


class Rollback(CtlTest):
    def test_the_way_back_needs_neither_sources_nor_journal_nor_a_terminal(self):
        self.ctl("set", 50)
        self.journal.write_bytes(b"this is no database at all, " * 100)
        code, out, err = self.ctl("rollback", "--source", f"http://127.0.0.1:{free_port()}")
        self.assertEqual((code, self.revision()), (TIMEOUT, 2), "published, but nobody confirmed it")
        self.assertEqual(self.percent(), 0)
        self.assertRegex(out, r"50(\.\d+)? % -> 0 %: revision 2, written and read back in \d+ ms")
        self.assertIn("did not confirm", err)
        self.assertIn("not recorded", err)

    def test_it_works_before_any_route_and_is_repeatable(self):
        self.assertEqual(self.ctl("rollback")[0], OK)
        self.assertEqual((self.revision(), self.percent()), (1, 0))
        self.assertEqual(self.ctl("rollback")[0], OK)
        self.assertEqual(self.ctl("rollback", 5)[0], OK)
        self.assertAlmostEqual(self.percent(), 5, places=4)
        self.assertEqual(self.ctl("rollback", "all")[0], USAGE)
        self.assertEqual(self.ctl("rollback", 1, 2)[0], USAGE)

    def test_a_missing_policy_is_bad_input_and_a_missing_folder_not_published(self):
        self.assertEqual(splitctl("rollback", "-p", self.folder / "none.json")[0], BAD_INPUT)
        self.assertEqual(self.ctl("rollback", "--route", self.folder / "none/route.json")[0], NOT_PUBLISHED)


class Origin(unittest.TestCase):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, status, body=b""):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer(200 if self.path == "/status" else 404, b'{"origins":\x1b[31m}\n')

        def do_POST(self):
            self.server.told.append(self.path)
            self.answer({"/origin/new/down": 200, "/origin/new/observe": 200, "/origin/new/approve": 409}.get(self.path, 404))

    def setUp(self):
        self.server = http.server.HTTPServer(("127.0.0.1", 0), self.Handler)
        self.server.told = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(lambda: (self.server.shutdown(), self.server.server_close()))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def test_every_proxy_gets_the_word(self):
        code, out, _ = splitctl("origin", "--source", self.url, "-s", self.url + "/metrics", "new", "down")
        self.assertEqual((code, self.server.told), (OK, ["/origin/new/down"] * 2))
        self.assertEqual(splitctl("origin", "-s", self.url, "new", "observe")[0], OK)
        self.assertEqual(self.server.told[-1], "/origin/new/observe")
        self.assertEqual(splitctl("origin", "-s", self.url, "new", "approve")[0], BAD_INPUT)
        self.assertIn("no such origin", splitctl("origin", "-s", self.url, "other", "up")[2])

    def test_states_are_shown_without_steering_the_terminal(self):
        code, out, _ = splitctl("origin", "-s", self.url)
        self.assertEqual(code, OK)
        self.assertIn('{"origins": [31m}', out)

    def test_wrong_use_and_a_dead_proxy(self):
        for wrong in ([], ["-s", self.url, "new"], ["-s", self.url, "new", "sideways"], ["-s", self.url, "a/b", "up"]):
            self.assertEqual(splitctl("origin", *wrong)[0], USAGE, wrong)
        self.assertEqual(splitctl("origin", "-s", f"http://127.0.0.1:{free_port()}", "new", "up")[0], NO_DATA)
        self.assertEqual(self.server.told, [])


if __name__ == "__main__":
    unittest.main()
