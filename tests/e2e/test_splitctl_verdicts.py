# SPDX-License-Identifier: MIT
"""splitctl replay, explain and simulate: decisions derived again, explained, and forecast."""
import json
import pathlib
import sqlite3
import unittest

from ctl import BAD_INPUT, NO_DATA, OK, POLICY, USAGE, CtlTest, splitctl
from test_splitctl_run import RunTest as _RunTest

VECTORS = pathlib.Path(__file__).parents[1] / "vectors/verdicts"


def rollouts(name):
    """Each rollout of a vector file as a list of lines."""
    lines = []
    for line in (VECTORS / name).read_text().splitlines():
        if line.startswith('{"policy"') and lines:
            yield lines
            lines = []
        lines.append(line)
    yield lines


def matches(want, got):
    if isinstance(want, dict):
        return all(k in got and matches(v, got[k]) for k, v in want.items())
    if isinstance(want, (int, float)):
        return abs(want - got) <= 1e-9 * max(1, abs(want))
    return want == got


class Journals(_RunTest):
    def test_a_journal_replays_bit_for_bit_and_a_change_is_found(self):
        child = self.start()
        self.wait(lambda: self.windows())
        self.ctl("pause")
        self.wait(lambda: self.windows()[-1][3] == "paused")
        self.ctl("resume")
        self.assertEqual(self.finish(child)[0], OK)
        code, out, err = self.ctl("replay")
        self.assertEqual((code, out), (OK, ""))
        self.assertIn(f"{len(self.windows())} decisions, identical", err)
        self.assertEqual(self.ctl("replay", self.journal)[0], OK)
        code, out, _ = self.ctl("replay", "--json")
        self.assertEqual(len(out.splitlines()), len(self.windows()))
        db = sqlite3.connect(self.journal)
        db.execute("update window set decision = replace(decision, '\"bake_s\":0.25', '\"bake_s\":0.5') where id = 1")
        db.commit()
        db.close()
        code, out, err = self.ctl("replay")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("window 1 differs", err)

    def test_a_decision_of_the_journal_is_explained(self):
        self.assertEqual(self.run_it()[0], OK)
        code, out, err = self.ctl("explain", "1")
        self.assertEqual((code, err), (OK, ""))
        for text in ("window 1, phase 1 at 10 %: HOLD", "error_rate:", "ln evidence", "of 5.30", "bake: "):
            self.assertIn(text, out)
        code, out, _ = self.ctl("explain")
        self.assertIn("COMPLETE", out)
        code, out, _ = self.ctl("explain", "--json", "1")
        told = json.loads(out)
        self.assertEqual(told["window"]["id"], 1)
        self.assertEqual(told["decision"]["decision"], "HOLD")
        self.assertEqual(self.ctl("explain", "9999")[0], NO_DATA)


class Windows(unittest.TestCase):
    def test_every_expectation_of_the_vectors_is_printed(self):
        for name in ("reasons.jsonl", "missing.jsonl", "clock.jsonl"):
            for lines in rollouts(name):
                code, out, _ = splitctl("replay", "--windows", "-", stdin="\n".join(lines).encode())
                self.assertEqual(code, OK, lines[0])
                printed = {d["id"]: d for d in map(json.loads, out.splitlines())}
                for line in map(json.loads, lines[1:]):
                    if "error" not in line.get("expect", {"error": ""}):
                        self.assertTrue(matches(line["expect"], printed[line["id"]]), line)

    def test_refused_windows_are_told_and_passed_over(self):
        lines = next(rollouts("printed.jsonl"))[:3]
        code, out, err = splitctl("replay", "--windows", "-", stdin="\n".join(lines + lines[1:2]).encode())
        self.assertEqual(code, OK)
        self.assertEqual(len(out.splitlines()), 2)
        self.assertIn("window 1: refused", err)

    def test_malformed_lines_are_told_with_their_place(self):
        lines = next(rollouts("printed.jsonl"))[:2]
        code, _, err = splitctl("replay", "--windows", "-", stdin="\n".join(lines + ['{"id":']).encode())
        self.assertEqual(code, BAD_INPUT)
        self.assertTrue(err.startswith("-:3:"), err)
        self.assertEqual(splitctl("replay", "--windows", "-", stdin=b"")[0], BAD_INPUT)
        self.assertEqual(splitctl("replay", "--windows", "/no/such/file")[0], BAD_INPUT)
        self.assertEqual(splitctl("replay", "a", "b")[0], USAGE)

    def test_what_would_change_a_decision_is_told(self):
        lines = next(r for r in rollouts("printed.jsonl") if '"x-name":"03"' in r[0])
        code, out, _ = splitctl("explain", "--windows", "-", "240", stdin="\n".join(lines).encode())
        self.assertEqual(code, OK)
        self.assertIn("HOLD undecided", out)
        self.assertIn("needs 7,700 more requests, 2.1 h at the present rate", out)
        self.assertEqual(splitctl("explain", "--windows", "-", stdin=b"")[0], USAGE)
        self.assertEqual(splitctl("explain", "x1")[0], USAGE)


class Forecasts(CtlTest):
    policy_document = json.loads(json.dumps(POLICY))
    policy_document["rollout"].update(window="60s", phases=[{"percent": 10, "bake": "30m"}, {"percent": 100, "bake": "30m"}])

    def simulate(self, *args):
        code, out, err = self.ctl("simulate", "--json", *args)
        self.assertEqual((code, err), (OK, ""))
        return json.loads(out)

    def test_the_same_seed_gives_the_same_forecast(self):
        one = self.simulate("--rps", 100, "--runs", 20)
        self.assertEqual(one, self.simulate("--rps", 100, "--runs", 20))
        self.assertEqual((one["completed"], one["rolled_back"]), (20, 0))
        self.assertTrue(one["phases"][0]["metrics"]["error_rate"]["fits"])

    def test_a_broken_system_is_rolled_back_in_the_forecast(self):
        told = self.simulate("--rps", 100, "--runs", 20, "--truth", "error_rate=20%")
        self.assertEqual(told["rolled_back"], 20)
        self.assertLessEqual(told["median_rollback_s"], 180)
        self.assertIsNone(told["phases"][0]["metrics"]["error_rate"]["proof_median_s"])

    def test_a_proof_that_does_not_fit_the_bake_is_warned_of(self):
        code, out, _ = self.ctl("simulate", "--rps", "1", "--runs", "2")
        self.assertEqual(code, OK)
        self.assertIn("WARNING: does not fit into the bake", out)

    def test_wrong_use(self):
        for args in (["--truth", "nothing=1%"], ["--truth", "error_rate"], ["--truth", "error_rate=x"], ["extra"],
                     ["--legacy", "p95=1%,2%"], ["--trials", "p95="]):
            self.assertEqual(self.ctl("simulate", *args)[0], USAGE, args)
        for args in (["--truth", "error_rate=120%"], ["--rps", "0"], ["--runs", "0"]):
            self.assertEqual(self.ctl("simulate", *args)[0], BAD_INPUT, args)


if __name__ == "__main__":
    unittest.main()
