# SPDX-License-Identifier: MIT
"""splitctl reads CloudWatch, as fake_cloudwatch.py shows it: periods of one second, percentiles from raw values."""
import copy
import json
import os
import pathlib
import random
import subprocess
import threading
import time
import unittest

from ctl import BAD_INPUT, CRITICAL, NO_DATA, OK, POLICY, SPLITCTL, TIMEOUT, USAGE, CtlTest, splitctl
from fake_cloudwatch import KEY, SECRET, FakeCloudWatch, Refusal, percentile

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/aws/policy.json"
SPEC = "cloudwatch:eu-west-1?period=1s&settle=1s"
NAMES = {"bad": "AWS/Lambda:Errors{FunctionName=search-$arm}:Sum",
         "total": "AWS/Lambda:Invocations{FunctionName=search-$arm}:Sum"}
LATENCY = {"latency": "AWS/Lambda:Duration{FunctionName=search-$arm}:ms",
           "percentiles": "AWS/Lambda:Duration{FunctionName=search-$arm}:ms"}
DOCUMENT = copy.deepcopy(POLICY)
DOCUMENT["metrics"][0]["sources"] = {"cloudwatch": NAMES}
DOCUMENT["metrics"][1]["sources"] = {"cloudwatch": LATENCY}
DOCUMENT["rollout"]["window"] = "1s"
for phase in DOCUMENT["rollout"]["phases"]:
    phase["bake"] = "2s"


class Visitors:
    """Writes the metrics of two functions, second by second, by the share that the route asks for."""

    def __init__(self, cloud, route=None, rate=4000, error_share=0.0):
        self.cloud, self.route, self.rate, self.error_share = cloud, route, rate, error_share
        self.random = random.Random(11)
        self.stop = threading.Event()
        self.written = []  # (second, arm, errors, durations)
        self.thread = threading.Thread(target=self.work, daemon=True)

    def share(self):
        try:
            route = json.loads(self.route.read_text())
        except (AttributeError, FileNotFoundError, ValueError):
            return 0.1
        return sum(e - s for s, e, v in route["ranges"] if v == 0) / 1048576

    def write(self, at, n):
        new = sum(self.random.random() < self.share() for _ in range(n))
        for arm, k in (("new", new), ("legacy", n - new)):
            errors = sum(self.random.random() < self.error_share for _ in range(k)) if arm == "new" else 0
            durations = [round(self.random.uniform(20, 180), 2) for _ in range(k)]
            where = {"FunctionName": f"search-{arm}"}
            if k == 0:
                continue
            self.cloud.put("AWS/Lambda", "Invocations", where, [k], at)
            self.cloud.put("AWS/Lambda", "Errors", where, [errors], at)
            self.cloud.put("AWS/Lambda", "Duration", where, durations, at)
            self.written.append((int(at), arm, k, errors, durations))

    def work(self):
        """Ten steps a second; each belongs to the moment when it is written."""
        while not self.stop.wait(0.1):
            self.write(time.time(), self.rate // 10)

    def __enter__(self):
        now = int(time.time())
        for second in range(now - 20, now):
            self.write(second + 0.5, self.rate)
        self.cloud.put("AWS/Lambda", "Errors", {"FunctionName": "search-new"}, [0], now - 600)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


class CloudWatchTest(CtlTest):
    policy_document = DOCUMENT

    def setUp(self):
        super().setUp()
        self.cloud = self.enterContext(FakeCloudWatch(page=5))

    def env(self, **more):
        return {**os.environ, "AWS_ENDPOINT_URL": self.cloud.url, "AWS_ACCESS_KEY_ID": KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET, **more}

    def ask(self, command, *args, spec=SPEC, **more):
        return splitctl(command, "-p", self.policy, "--source", spec, *args, env=self.env(**more))

    def test_counts_of_whole_seconds_are_compared_to_the_request(self):
        with Visitors(self.cloud, error_share=0.1) as visitors:
            code, out, err = self.ask("compare", "--period", "4s", "--json")
        self.assertEqual((code, err), (CRITICAL, ""), out)
        got = {m["metric"]: m for m in json.loads(out)["metrics"]}
        asked = [a for action, a in self.cloud.asked if action == "GetMetricData"]
        begin, end = min(a["StartTime"] for a in asked[4:]), max(a["EndTime"] for a in asked)
        of = [w for w in visitors.written if begin <= w[0] < end and w[1] == "new"]
        self.assertGreaterEqual(end - begin, 3)
        self.assertEqual(got["error_rate"]["new_n"], sum(w[2] for w in of))
        self.assertAlmostEqual(got["error_rate"]["new_percent"], 100 * sum(w[3] for w in of) / sum(w[2] for w in of), 5)
        self.assertEqual(got["p95"]["new_n"], sum(len(w[4]) for w in of))

    def test_percentiles_are_those_of_the_newest_second_and_alarms_have_names(self):
        blind = {"StateValue": "OK", "Namespace": "AWS/Lambda", "MetricName": "Errors",
                 "StateReason": "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
                                "treated as [NonBreaching]."}
        self.cloud.alarms = [{"AlarmName": "search-errors", "StateValue": "ALARM"},
                             {"AlarmName": "search-blind", "Dimensions": [{"Name": "FunctionName", "Value": "x"}], **blind},
                             {"AlarmName": "search-sees-now", **blind,
                              "Dimensions": [{"Name": "FunctionName", "Value": "search-new"}]},
                             {"AlarmName": "other", "StateValue": "ALARM"}]
        with Visitors(self.cloud) as visitors:
            code, out, err = self.ask("monitor", "--once", "--json", "--interval", "3s", spec=SPEC + "&alarms=search-")
            _, text, _ = self.ask("monitor", "--once", "--interval", "2s", spec=SPEC + "&alarms=search-")
        self.assertEqual((code, err), (OK, ""), out)
        got = json.loads(out)
        self.assertEqual((got["alarms"], got["alarms_unknown"]), (1, 1))
        self.assertEqual(got["alarm_names"], [{"name": "search-errors", "state": "alarm"},
                                              {"name": "search-blind", "state": "unknown"}])
        self.assertIn("alarms   1 rings: search-errors; 1 without data: search-blind", text)
        truth = {}
        for second, arm, _, _, durations in visitors.written:
            if arm == "new":
                truth.setdefault(second, []).extend(durations)
        self.assertIn(round(percentile(sorted(v), 95), 2) if (v := self.second_of(got, truth)) else None,
                      [round(got["latency_ms"]["new"]["p95"], 2)])

    @staticmethod
    def second_of(got, truth):
        """The second whose P50 is shown."""
        shown = got["latency_ms"]["new"]["p50"]
        return next((v for v in truth.values() if abs(percentile(sorted(v), 50) - shown) < 0.002), None)

    def test_a_window_never_has_counts_of_the_phase_before(self):
        # Two answers one after the other must fit the part of a window that a read may take.
        self.cloud.delay = 0.3
        document = copy.deepcopy(DOCUMENT)
        document["rollout"].update(window="3s", phases=[{"percent": p, "bake": "60s"} for p in (10, 50, 100)])
        self.write_policy(document)
        self.cloud.alarms = [{"AlarmName": 'search "edge"', "StateValue": "ALARM"}]
        with Visitors(self.cloud, self.route):
            child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), "--new", "--duration", "30s",
                                      "--source", SPEC + "&alarms=*", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                     env=self.env(), stdin=subprocess.DEVNULL)
            self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
            time.sleep(13)
            code, out, err = self.ctl("promote", "--yes", "--force", "--why", "test")
            self.assertEqual(code, OK, out + err)
            out, err = child.communicate(timeout=60)
        self.assertEqual((child.returncode, err), (TIMEOUT, b""), out)
        _, status, _ = self.ctl("status", "--json")
        self.assertEqual(json.loads(status)["alarm_names"], [{"name": 'search "edge"', "state": "alarm"}], "kept in the journal")
        decisions = {d["id"]: d for d in (json.loads(line) for line in out.splitlines() if line.startswith(b"{"))}
        _, history, _ = self.ctl("history", "--json")
        seen = {0: [], 1: []}
        for window in map(json.loads, history.splitlines()):
            if sent := [window.get("arms", {}).get(arm, {}).get("sent", 0) for arm in ("new", "legacy")]:
                if sum(sent) > 0:
                    seen[decisions[window["id"]]["phase"]].append(sent[0] / sum(sent))
        self.assertGreaterEqual(min(len(shares) for shares in seen.values()), 3, seen)
        self.assertTrue(all(0.07 < share < 0.13 for share in seen[0]), seen)
        self.assertTrue(all(0.45 < share < 0.55 for share in seen[1]), seen)

    def test_percentiles_alone_are_no_data(self):
        document = copy.deepcopy(DOCUMENT)
        del document["metrics"][1]["sources"]["cloudwatch"]["latency"]
        self.write_policy(document)
        with Visitors(self.cloud):
            _, out, _ = self.ask("monitor", "--once", "--json", "--interval", "3s")
        got = json.loads(out)
        self.assertEqual(got["decision"]["levels"], {"error_rate": "ok", "p95": "no-data"})
        self.assertGreater(got["latency_ms"]["new"]["p95"], 100)

    def test_what_has_no_datapoints_is_told_at_the_first_look(self):
        code, out, err = self.ask("compare", "--period", "2s")
        self.assertEqual((code, out), (NO_DATA, ""), err)
        self.assertIn("no datapoints of AWS/Lambda:Errors{FunctionName=search-new}:Sum and", err)

    def test_refusals_are_sentences_and_no_secret_is_told(self):
        cases = [({"AWS_SECRET_ACCESS_KEY": "hunter2"}, "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID"),
                 ({"AWS_ACCESS_KEY_ID": "AKIDOTHER"}, "AWS does not know AWS_ACCESS_KEY_ID or its session token"),
                 ({"AWS_SESSION_TOKEN": "hunter2"}, "the session token has expired; get new credentials"),
                 ({"AWS_ENDPOINT_URL_CLOUDWATCH": "http://127.0.0.1:1"}, "CloudWatch cannot be reached")]
        self.cloud.token = "fresh"
        for env, says in cases:
            with self.subTest(says):
                code, out, err = self.ask("compare", "--period", "1s", **env)
                self.assertEqual((code, out), (NO_DATA, ""), err)
                self.assertIn(says, err)
                self.assertNotIn("hunter2", err)
        self.cloud.token = None
        for failure, says in ((Refusal(403, "RequestTimeTooSkewed"), "the clock of this machine is wrong"),
                              (Refusal(400, "AccessDeniedException"), "may not cloudwatch:GetMetricData")):
            with self.subTest(says):
                self.cloud.failures = [failure] * 9
                code, _, err = self.ask("compare", "--period", "1s")
                self.assertEqual(code, NO_DATA)
                self.assertIn(says, err)

    def test_throttling_and_errors_of_the_service_are_asked_again(self):
        self.cloud.failures = [Refusal(400, "ThrottlingException", "Rate exceeded")]
        self.cloud.token = "of a role"
        with Visitors(self.cloud):
            code, out, err = self.ask("compare", "--period", "3s", "--json", AWS_SESSION_TOKEN="of a role")
        self.assertEqual((code, err), (OK, ""), out)
        self.assertEqual(self.cloud.failures, [])

    def test_the_example_asks_each_region_for_its_own(self):
        document = json.loads(EXAMPLE.read_text())
        document["rollout"]["window"] = "1s"
        self.write_policy(document)
        asked = {}
        for region in ("eu-west-1", "us-east-1"):
            self.cloud.asked.clear()
            code, out, _ = self.ask("compare", "--period", "1s", spec=f"cloudwatch:{region}?period=1s&settle=1s")
            self.assertEqual((code, out), (NO_DATA, ""))
            asked[region] = self.cloud.asked[0][1]["MetricDataQueries"]
        names = {region: {q["MetricStat"]["Metric"]["MetricName"] for q in queries} for region, queries in asked.items()}
        self.assertEqual(names["eu-west-1"], {"Errors", "Invocations", "Duration", "CacheHits", "CacheMisses"})
        self.assertEqual(names["us-east-1"], {"5xxErrorRate", "Requests"})
        readme = (EXAMPLE.parent / "README.md").read_text()
        self.assertIn(f"asks for {sum(map(len, asked.values()))} series per minute", readme)

    def test_the_interval_of_a_watch_is_held_against_the_period(self):
        spec = "cloudwatch:eu-west-1?period=5s&settle=1s"
        code, _, err = self.ask("monitor", "--once", "--interval", "1s", spec=spec)
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("windows of 1 s are shorter than its period of 5 s", err)
        code, out, err = self.ask("monitor", "--once", "--json", "--interval", "6s", spec=spec)
        self.assertNotIn("shorter", err)
        self.assertIn('"arms"', out)

    def test_what_cannot_be_answered_is_refused_before_it_is_asked(self):
        cloudfront = {"bad_percent": "AWS/CloudFront:5xxErrorRate{DistributionId=$arm}:Average",
                      "total": "AWS/CloudFront:Requests{DistributionId=$arm}:Sum"}
        for names, spec, code, says in (
                (cloudfront, SPEC, BAD_INPUT, "in us-east-1 only"),
                (cloudfront, "cloudwatch:us-east-1?period=1s", BAD_INPUT, "needs the dimension Region=Global"),
                (NAMES, "cloudwatch:eu-west-1", BAD_INPUT, "shorter than its period"),
                (NAMES, "cloudwatch:", USAGE, "write cloudwatch:REGION, or set AWS_REGION"),
                ({"bad": NAMES["bad"]}, SPEC, USAGE, "'error_rate' needs bad and total")):
            document = copy.deepcopy(POLICY)
            document["rollout"]["window"] = "1s"
            document["metrics"][0]["sources"] = {"cloudwatch": names}
            self.write_policy(document)
            with self.subTest(says):
                got, out, err = self.ask("compare", "--period", "1s", spec=spec, AWS_REGION="", AWS_DEFAULT_REGION="")
                self.assertEqual((got, out), (code, ""), err)
                self.assertIn(says, err)
        self.assertEqual(self.cloud.asked, [])


if __name__ == "__main__":
    unittest.main()
