# SPDX-License-Identifier: MIT
"""splitctl logs: every format's numbers, gzip, standard input, damaged input."""
import gzip
import json
import os
import resource
import subprocess
import unittest

from ctl import BAD_INPUT, NO_DATA, OK, POLICY, SAMPLES, SPLITCTL, USAGE, CtlTest, splitctl


def analyse(*args, **more):
    code, out, err = splitctl("logs", "--json", *args, **more)
    assert code == OK, (code, err)
    answer = json.loads(out.splitlines()[-1])
    return answer, {arm["name"]: arm for arm in answer["arms"]}


class Numbers(unittest.TestCase):
    # Computed by another program from the same recording: arm, n, 5xx in percent, p50, p95, p99 in ms.
    ROLLOUT = {
        "A": [("legacy", 2710, 0.15, 0, 58, 78), ("new", 290, 0.00, 0, 32, 53)],
        "B": [("legacy", 1484, 0.34, 0, 57, 82), ("new", 1516, 0.00, 0, 35, 51)],
        "C": [("legacy", 1484, 0.07, 0, 58, 81), ("new", 1516, 4.88, 0, 370, 658)],
        "D": [("legacy", 3000, 0.10, 0, 57, 86)],
    }

    def test_the_recorded_rollout(self):
        lines = gzip.decompress((SAMPLES / "rollout_nginx_canary.log.gz").read_bytes()).splitlines(keepends=True)
        for i, (phase, expected) in enumerate(self.ROLLOUT.items()):
            answer, arms = analyse(stdin=b"".join(lines[3000 * i:3000 * (i + 1)]))
            self.assertEqual((answer["records"], answer["rejected"]), (3000, 0))
            self.assertEqual(len(arms), len(expected))
            for name, n, errors, p50, p95, p99 in expected:
                with self.subTest(phase=phase, arm=name):
                    arm = arms[name]
                    self.assertEqual((arm["requests"], arm["p50_ms"], arm["p95_ms"], arm["p99_ms"]), (n, p50, p95, p99))
                    self.assertEqual(round(arm["error_percent"], 2), errors)

    def test_cloudfront_v1_and_v2_and_gzip(self):
        answer, arms = analyse(SAMPLES / "steady_cf_v1.log.gz")
        self.assertEqual((answer["format"], answer["records"], answer["lines"]), ("cloudfront v1", 6000, 6002))
        self.assertEqual((answer["from"], answer["to"]), ("2026-11-23T00:44:31Z", "2026-11-23T00:44:59Z"))
        self.assertEqual(arms["(all)"]["p50_ms"], 0)
        self.assertGreater(arms["(all)"]["miss_p50_ms"], 10, "hits hide what the origin does; misses show it")
        answer, arms = analyse(SAMPLES / "steady_cf_v2.jsonl.gz")
        self.assertEqual((answer["format"], answer["records"]), ("cloudfront v2 json", 3000))

    def test_haproxy_with_back_ends_as_arms(self):
        answer, arms = analyse("--map", "be_new=new", "--map", "be_legacy=legacy", SAMPLES / "haproxy_httplog.log.gz")
        self.assertEqual((answer["records"], answer["rejected"]), (4000, 0))
        self.assertEqual((arms["new"]["requests"], arms["legacy"]["requests"]), (369, 3631))
        self.assertAlmostEqual(arms["new"]["share_percent"], 9.225, places=3)
        self.assertEqual(arms["new"]["p50_ms"], 18)

    def test_old_and_foreign_column_counts(self):
        answer, arms = analyse(SAMPLES / "cloudfront_19col_noheader.log.gz")
        self.assertEqual(answer["records"], 4000)
        self.assertEqual(arms["(all)"]["left_first"] + arms["(all)"]["requests"], 4000)
        self.assertGreater(arms["(all)"]["left_first"], 0, "status 000 is nobody's error")
        answer, arms = analyse(SAMPLES / "cloudfront_33col.log")
        self.assertEqual((answer["records"], answer["rejected"]), (7, 0))
        answer, arms = analyse(SAMPLES / "alb.log")
        self.assertEqual((answer["format"], answer["records"]), ("aws alb", 100))
        self.assertEqual(arms["(all)"]["p50_ms"], 114)
        answer, arms = analyse(SAMPLES / "kinesis-1-0.txt")
        self.assertEqual((answer["records"], arms["(all)"]["p50_ms"]), (1, 42))

    def test_a_format_without_timing_says_so(self):
        answer, arms = analyse(SAMPLES / "apache_combined_10k.log.gz")
        self.assertEqual((answer["records"], arms["(all)"]["status_5xx"]), (10000, 3))
        self.assertIsNone(arms["(all)"]["p95_ms"])
        self.assertIn("no latency in this format", splitctl("logs", SAMPLES / "apache_combined_10k.log.gz")[1])

    def test_minutes_add_up_to_the_total(self):
        code, out, _ = splitctl("logs", "--json", "--per-minute", SAMPLES / "steady_cf_v1.log.gz",
                                SAMPLES / "apache_combined_10k.log.gz")
        self.assertEqual(code, OK)
        *minutes, total = map(json.loads, out.splitlines())
        n = sum(arm["requests"] for minute in minutes for arm in minute["arms"])
        late = sum(arm["requests"] for arm in total["arms"]) - n
        self.assertGreater(len(minutes), 0)
        self.assertGreaterEqual(late, 0)
        only = [json.loads(line) for line in
                splitctl("logs", "--json", "-m", SAMPLES / "rollout_nginx_canary.log.gz")[1].splitlines()]
        self.assertEqual(sum(a["requests"] for m in only[:-1] for a in m["arms"]), 12000)

    def test_times_cut_out_a_part(self):
        answer, arms = analyse("--from", "2026-11-23T00:46:44Z", SAMPLES / "rollout_nginx_canary.log.gz")
        self.assertEqual(sum(a["requests"] for a in arms.values()), 3000)
        self.assertEqual(answer["from"], "2026-11-23T00:46:44Z")
        self.assertEqual(splitctl("logs", "--from", "yesterday", "x")[0], USAGE)


class Arms(CtlTest):
    def test_assignments_are_recomputed_from_the_visitors_cookie_and_the_routes(self):
        """The log knows only the visitor; the route that was in force tells the arm."""
        self.ctl("set", 50)
        later = self.folder / "later.json"
        later.write_text(self.route.read_text().replace('"issued_at":"', '"issued_at":"2099-01-01T00:00:00Z","x-was":"'))
        keys = [f"u{i}" for i in range(1500)]
        expected = [line.split("\t")[2] for line in splitctl("assign", "-p", self.route, *keys)[1].splitlines()]
        route = self.route.read_text()
        self.route.write_text(route.replace(json.loads(route)["issued_at"], "2026-01-01T00:00:00Z"))
        log = "".join(f'{{"date":"2026-11-23","time":"00:44:31","sc-status":"200","cs(Cookie)":"a=1;%20vid={k}",'
                      f'"cs-method":"GET"}}\n' for k in keys)
        _, arms = analyse("--recompute", self.route, "--recompute", later, "--cookie", "vid", stdin=log.encode())
        self.assertEqual({k: v["requests"] for k, v in arms.items()},
                         {"new": expected.count("new"), "legacy": expected.count("legacy")})

    def test_a_cookie_may_hold_the_variant(self):
        log = b'{"date":"2026-11-23","time":"00:44:31","sc-status":"503","cs(Cookie)":"v=new"}\n'
        _, arms = analyse("--cookie", "v", "--cookie-is-variant", stdin=log)
        self.assertEqual(arms["new"]["error_percent"], 100)
        self.assertEqual(splitctl("logs", "--cookie-is-variant", "x")[0], USAGE)

    def test_the_proxys_own_log(self):
        log = ('time=2026-11-23T00:44:31.123Z client=127.0.0.1 method=GET target="/a b" status=200 bytes=5 complete=1 '
               'variant=new reason=hash visitor=00ff new=0 total_us=12345 revision=3\n'
               'time=2026-11-23T00:44:31.200Z client=127.0.0.1 method=GET target="/" status=200 bytes=5 complete=0 '
               'variant=new reason=hash visitor=00ff new=0 total_us=1 revision=3\n')
        answer, arms = analyse(stdin=log.encode())
        self.assertEqual((answer["format"], arms["new"]["requests"], arms["new"]["left_first"]), ("split-proxy", 1, 1))
        self.assertEqual(arms["new"]["p50_ms"], 12)

    def test_a_rollout_is_judged_from_its_log(self):
        """Ten minutes of 50 %: good, then 30 % of the new system's answers fail."""
        document = json.loads(json.dumps(POLICY))
        document["rollout"].update(window="60s", phases=[{"percent": 50, "bake": "1h"}])
        self.write_policy(document)
        lines = []
        for minute in range(10):
            for i in range(600):
                variant = "new" if i % 2 else "legacy"
                status = 503 if minute >= 6 and variant == "new" and i % 3 == 0 else 200
                lines.append(f'1.2.3.4 - - [23/Nov/2026:00:{minute:02}:{i % 60:02} +0000] "GET / HTTP/1.1" {status} 3 "-" '
                             f'"x" rt=0.{"350" if i % 100 == 1 else "010"} cs=MISS variant={variant}\n')
        lines[3:5] = [lines[4], lines[3]]
        code, out, err = self.ctl("logs", "--windows", stdin="".join(lines).encode())
        self.assertEqual((code, err), (OK, ""))
        first, *windows = map(json.loads, out.splitlines())
        self.assertEqual(first["policy"]["split"]["name"], "demo")
        self.assertEqual(len(windows), 10)
        arm = windows[0]["arms"]["new"]
        self.assertEqual((arm["sent"], arm["error"], arm["latency_over"]["p95"]), (300, 0, [6, 6, 0]))
        self.assertEqual((arm["lookups"], arm["misses"], windows[0]["start"]), (300, 300, "2026-11-23T00:00:00Z"))
        code, again, _ = splitctl("replay", "--windows", "-", stdin=out.encode())
        last = [json.loads(line) for line in again.splitlines()]
        self.assertIn(("ROLLBACK", "error_rate"), [(d["decision"], d["reason"]) for d in last])
        self.assertEqual([d["decision"] for d in last[:6]], ["HOLD"] * 6)

    def test_wrong_use(self):
        self.assertEqual(splitctl("logs", "--map", "x", "f")[0], USAGE)
        self.assertEqual(splitctl("logs", "--format", "x", "f")[0], USAGE)
        self.assertEqual(splitctl("logs", "--recompute", self.policy, "--recompute", self.policy, "f")[0], USAGE)


class Described(CtlTest):
    """Formats that a text describes."""

    MAIN = '$remote_addr [$time_local] "$request" $status $upstream_addr $upstream_status $request_time'

    def test_json_by_a_map_and_by_a_preset(self):
        line = {"ts": 1795394789, "code": 503, "be": {"name": "new"}, "took": 12}
        answer, arms = analyse("--json-fields", "time=ts,status=code,upstream=be.name,request_time_ms=took", "--map", "new=new",
                               stdin=json.dumps(line).encode() + b"\n")
        self.assertEqual((answer["records"], arms["new"]["status_5xx"], arms["new"]["p50_ms"]), (1, 1, 12))
        envoy = {"start_time": "2026-11-23T00:46:29.000Z", "response_code": 200, "duration": 5, "upstream_cluster": "new"}
        answer, arms = analyse("--json-fields", "envoy", "--map", "new=new", stdin=(json.dumps(envoy) + "\n").encode() * 3)
        self.assertEqual((answer["records"], arms["new"]["requests"]), (3, 3))

    def test_a_log_format_by_its_text(self):
        line = b'1.2.3.4 [23/Nov/2026:00:46:29 +0000] "GET / HTTP/1.1" 200 10.0.0.1:80, 10.0.0.2:80 502, 200 0.120\n'
        answer, arms = analyse("--log-format", self.MAIN, "--map", "10.0.0.1:80=new", stdin=line * 2)
        self.assertEqual((answer["records"], arms["new"]["requests"], arms["new"]["status_5xx"]), (2, 2, 2))

    def test_a_zone_by_its_name_knows_summer_time(self):
        line = (b"h[1]: 1.2.3.4:5 [23/%s/2026:02:46:29.000] fe new/s1 0/0/1/4/6 200 5 - - ---- 1/1/0/0/0 0/0 \"GET / H\"\n")
        for month, utc in ((b"Jan", "2026-01-23T01:46:29Z"), (b"Jul", "2026-07-23T00:46:29Z")):
            cut = analyse("--tz", "Europe/Berlin", "--from", utc, "--map", "new=new", stdin=line % month)[1]
            self.assertEqual(cut["new"]["requests"], 1, month)
            code = splitctl("logs", "--tz", "Europe/Berlin", "--to", utc, "--map", "new=new", stdin=line % month)[0]
            self.assertEqual(code, NO_DATA, "nothing was before")

    def test_wrong_descriptions_are_refused(self):
        for wrong in (["--json-fields", "apache"], ["--json-fields", "time=a"], ["--log-format", "$status"], ["--tz", "Mars/Phobos"],
                      ["--tz", "../../etc/passwd"], ["--json-fields", "nginx", "--format", "alb"]):
            with self.subTest(wrong=wrong):
                self.assertEqual(splitctl("logs", *wrong, stdin=b"")[0], USAGE)

    def test_documents_from_pipes(self):
        text = self.policy.read_bytes()
        self.assertEqual(splitctl("check", "/dev/stdin", stdin=text)[0], OK)
        self.assertEqual(splitctl("check", "/dev/stdin", stdin=text.replace(b"legacy", b"legac", 1))[0], BAD_INPUT)
        done = subprocess.run(["bash", "-c", f"{SPLITCTL.resolve()} check <(cat {self.policy})"], capture_output=True, check=False)
        self.assertEqual(done.returncode, OK, done.stderr)


class Damage(unittest.TestCase):
    GOOD = b'1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] "GET / HTTP/1.1" 200 34 "-" "x" rt=0.037 variant=new\n'

    def test_rejected_lines_are_counted_and_the_first_is_shown(self):
        answer, arms = analyse(stdin=self.GOOD * 3 + b"garbage \x1b[31m line\n" + self.GOOD[:60] + b"\n" + self.GOOD)
        self.assertEqual((answer["records"], answer["rejected"]), (4, 2))
        self.assertTrue(answer["first_reject"].startswith("-:4: garbage .[31m line"), answer["first_reject"])

    def test_a_line_of_ten_megabytes_is_one_rejected_line(self):
        answer, _ = analyse(stdin=self.GOOD + b"x" * 10_000_000 + b"\n" + self.GOOD)
        self.assertEqual((answer["records"], answer["rejected"], answer["lines"]), (2, 1, 3))

    def test_a_last_line_without_an_end_and_windows_line_ends(self):
        answer, _ = analyse(stdin=self.GOOD.replace(b"\n", b"\r\n") + self.GOOD.rstrip())
        self.assertEqual((answer["records"], answer["rejected"]), (2, 0))

    def test_a_hole_of_zeros_before_the_first_line(self):
        answer, _ = analyse(stdin=b"\0" * 100_000 + self.GOOD * 2)
        self.assertEqual((answer["records"], answer["rejected"]), (2, 0))

    def test_a_binary_file_is_no_log(self):
        code, out, err = splitctl("logs", SPLITCTL)
        self.assertEqual((code, out), (BAD_INPUT, ""))
        self.assertIn("none of the known formats", err)
        self.assertNotIn("\x1b", err)

    def test_a_truncated_gzip_file_is_bad_input(self):
        code, _, err = splitctl("logs", stdin=gzip.compress(self.GOOD * 5000)[:-200])
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("standard input", err)

    def test_nothing_is_no_data_and_a_missing_file_bad_input(self):
        self.assertEqual(splitctl("logs", stdin=b"")[0], NO_DATA)
        self.assertEqual(splitctl("logs", "/nonexistent.log")[0], BAD_INPUT)
        self.assertEqual(splitctl("logs", "/")[0], BAD_INPUT)

    def test_memory_does_not_grow_with_the_file(self):
        def limited():
            resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
        if "asan" in os.environ.get("SPLIT_SANITIZE", "") or b"__asan_init" in SPLITCTL.read_bytes():
            self.skipTest("a sanitizer reserves address space")
        done = subprocess.run([str(SPLITCTL.resolve()), "logs", "--json", "-m"], input=self.GOOD * 600_000,
                              capture_output=True, preexec_fn=limited, check=False)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["records"], 600_000)


if __name__ == "__main__":
    unittest.main()
