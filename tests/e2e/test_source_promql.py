# SPDX-License-Identifier: MIT
"""splitctl judges by a real Prometheus that scrapes nginx with the module. usage: test_source_promql.py PROMETHEUS"""
import base64
import http.server
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from ctl import BAD_INPUT, HOLD, NO_DATA, SPLITCTL, CtlTest, free_port
from kit import Scripted, reply, wait_until
from nginx_kit import Nginx

PROMETHEUS = sys.argv.pop(1)
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/prometheus"
DIP_WINDOWS = int(os.environ.get("SPLIT_DIP_WINDOWS", "40"))
HUNTER2 = "$2b$04$abcdefghijklmnopqrstuuV3duMsC0HpUex6N9qapiuOHHWkwRXVm"  # bcrypt of hunter2


def answer(*fails):
    """An origin that fails at these paths, and misses its cache at /miss."""
    def one(r):
        if r["target"] in fails:
            return reply(b"no", "500 Failed")
        return reply(b"ok", "200 OK", "X-Cache: " + ("MISS" if r["target"] == "/miss" else "HIT"))
    return one


class Prometheus:
    """A Prometheus server that scrapes the given ports."""

    def __init__(self, folder, targets, port=None, password=False, scrape="500ms"):
        self.folder, self.port = pathlib.Path(folder), port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.basic = {"Authorization": "Basic " + base64.b64encode(b"ops:hunter2").decode()} if password else {}
        example = (EXAMPLE / "prometheus.yml").read_text().replace("15s", f"{scrape}\n  scrape_timeout: {scrape}")
        config, web = self.folder / "prometheus.yml", self.folder / "web.yml"
        config.write_text(example[:example.index("targets:")] + f"targets: {json.dumps([f'127.0.0.1:{t}' for t in targets])}\n")
        web.write_text(f"basic_auth_users:\n  ops: '{HUNTER2}'\n" if password else "")
        self.log = (self.folder / "prometheus.log").open("ab")
        self.child = subprocess.Popen(
            [PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'tsdb'}", f"--web.config.file={web}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def get(self, path, form=None):
        ask = urllib.request.Request(self.url + path, form, self.basic)
        with urllib.request.urlopen(ask, timeout=5) as got:
            return got.read().decode()

    def series(self, expression):
        """Values of an instant query; none while the server does not answer."""
        form = urllib.parse.urlencode({"query": expression}).encode()
        try:
            return [float(s["value"][1]) for s in json.loads(self.get("/api/v1/query", form))["data"]["result"]]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return []

    def looks(self):
        """How many queries the server has answered, by its own count."""
        return sum(float(line.split()[-1]) for line in self.get("/metrics").splitlines()
                   if line.startswith("prometheus_http_requests_total") and '"/api/v1/query"' in line)

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait(timeout=30)
        self.log.close()


class PromqlTest(CtlTest):
    policy_document = json.loads((EXAMPLE / "policy.json").read_text())

    def setUp(self):
        super().setUp()
        self.new = self.enterContext(Scripted(answer("/fail", "/fail-both")))
        self.legacy = self.enterContext(Scripted(answer("/fail-both")))
        self.document = json.loads(json.dumps(self.policy_document))
        self.document["split"]["overrides"] = {"visitor-new": "new", "visitor-legacy": "legacy"}
        for name, origin in (("new", self.new), ("legacy", self.legacy)):
            self.document["origins"][name]["url"] = f"http://127.0.0.1:{origin.port}"
        self.write_policy(self.document)
        self.proxies = [self.enterContext(Nginx(self.folder, self.document)) for _ in range(2)]

    def begin_traffic(self):
        """The proxy shows the latency of a system from its first request on."""
        for arm in ("new", "legacy"):
            self.send(1, arm)
            self.send(1, arm, proxy=1)

    def start_prometheus(self, **more):
        self.prometheus = Prometheus(self.folder, [p.admin for p in self.proxies], **more)
        self.addCleanup(self.prometheus.stop)

    def await_scrape(self):
        wait_until(lambda: len(self.prometheus.series("split_info")) == len(self.proxies), 30, "the first scrape")

    def await_total(self, arm, total):
        wait_until(lambda: sum(self.prometheus.series(f"split_outcomes_total{{variant='{arm}'}}")) == total, 20, "a scrape")

    def metric(self, name):
        return next(m for m in self.document["metrics"] if m["name"] == name)

    def send(self, n, arm, path="/", proxy=0):
        for _ in range(n):
            self.proxies[proxy].get(path, headers={"Cookie": f"split_id=visitor-{arm}"})

    def start(self, command, *args, env=None, source=None):
        source = source or f"promql:{self.prometheus.url}"
        child = subprocess.Popen([str(SPLITCTL.resolve()), command, "-p", str(self.policy), "--source", source, *args],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                 env={**os.environ, **(env or {})})
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return child

    def finish(self, child):
        out, err = child.communicate(timeout=60)
        return child.returncode, out.decode(), err.decode()

    def look_once(self, interval, **more):
        return self.finish(self.start("monitor", "--once", "--json", "--interval", interval, **more))

    def begin(self, interval):
        """A monitor that has had its first poll."""
        before = self.prometheus.looks()
        child = self.start("monitor", "--once", "--json", "--interval", interval)
        wait_until(lambda: self.prometheus.looks() > before, 10, "the first poll")
        return child


class Counts(PromqlTest):
    def test_every_request_of_a_window_is_counted_once(self):
        self.start_prometheus()
        self.await_scrape()
        self.send(7, "new")
        self.await_total("new", 7)
        child = self.begin("6s")
        self.send(40, "new")
        self.send(20, "new", "/miss", proxy=1)
        self.send(3, "new", "/fail", proxy=1)
        self.send(2, "new", "/fail-both")
        self.send(50, "legacy")
        self.send(40, "legacy", proxy=1)
        code, out, err = self.finish(child)
        self.assertEqual(err, "")
        self.assertEqual(len(out.splitlines()), 1, "one closing line")
        got = json.loads(out)
        new, legacy = got["window"]["arms"]["new"], got["window"]["arms"]["legacy"]
        self.assertEqual((new["sent"], new["outcomes"], new["error"], new["timed"]), (65, 65, 5, 65))
        self.assertEqual((legacy["sent"], legacy["outcomes"], legacy["error"], legacy["timed"]), (90, 90, 0, 90))
        self.assertEqual((new["lookups"], new["misses"], legacy["lookups"], legacy["misses"]), (60, 20, 90, 0))
        self.assertEqual((new["edge_requests"], new["edge_5xx"]), (65, 2), "the other system has answered where it could")
        self.assertEqual((new["ratios"]["visible_5xx"], new["latency_over"]["p95"]), ([2, 65], [0, 0, 0]))
        self.assertTrue(0 < got["latency_ms"]["new"]["p95"] <= 200)
        self.assertEqual(code, got["exit_code"])
        print(f"promql: {new['sent']} + {legacy['sent']} requests of two proxies, {new['error']} failures: all counted, none twice")

    def test_a_router_that_begins_anew_counts_from_zero(self):
        self.start_prometheus()
        self.await_scrape()
        # Prometheus shows no start time here: a fall below a tenth is what tells the restart.
        self.send(400, "new")
        self.send(20, "legacy", proxy=1)
        self.await_total("new", 400)
        self.await_total("legacy", 20)
        child = self.begin("6s")
        self.proxies[0].stop()
        self.proxies[0] = self.enterContext(Nginx(self.folder, self.document, admin=self.proxies[0].admin))
        self.await_total("new", 0)
        self.send(30, "new")
        self.send(5, "legacy", proxy=1)
        _, out, err = self.finish(child)
        arms = json.loads(out)["window"]["arms"]
        self.assertEqual((arms["new"]["outcomes"], arms["legacy"]["outcomes"], err), (30, 5, ""))


class NoData(PromqlTest):
    def windows(self):
        db = sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True, timeout=5)
        try:
            return [(json.loads(line)["arms"], reason) for line, reason in db.execute("select window, reason from window order by id")]
        except sqlite3.OperationalError:
            return []
        finally:
            db.close()

    def await_window(self, test, what):
        wait_until(lambda: self.journal.exists() and self.windows() and test(*self.windows()[-1]), 30, what)

    def test_a_server_that_stops_is_no_data_and_not_zero(self):
        self.document["rollout"]["window"] = "1s"
        self.write_policy(self.document)
        self.start_prometheus()
        self.await_scrape()
        child = self.start("run")
        self.await_window(lambda arms, reason: arms.get("new"), "a window with data")
        self.assertLessEqual(len(self.windows()), 3, "after the first publication, too")
        self.prometheus.stop()
        self.await_window(lambda arms, reason: not any(arms.values()) and reason == "no-data", "a hold")
        n_stopped = len(self.windows())
        self.send(30, "new")
        self.start_prometheus(port=self.prometheus.port)
        self.await_window(lambda arms, reason: arms.get("new"), "data again")
        child.terminate()
        code, _, err = self.finish(child)
        self.assertEqual(code, HOLD)
        self.assertIn("answers again", err)
        self.assertEqual(json.loads(self.route.read_text())["revision"], 1, "nothing moved")
        after = [arms["new"]["outcomes"] for arms, _ in self.windows()[n_stopped:] if arms.get("new")]
        self.assertEqual(sum(after), 30, "what was counted meanwhile is not lost")

    def test_what_was_before_a_publication_and_scraped_after_it_is_left_out(self):
        self.document["rollout"]["window"] = "5s"
        self.write_policy(self.document)
        self.start_prometheus(scrape="1500ms")
        self.await_scrape()
        self.begin_traffic()
        self.await_total("new", 2)
        self.send(40, "new")
        child = self.start("run")
        wait_until(lambda: self.journal.exists() and self.windows(), 30, "a window")
        child.terminate()
        _, _, err = self.finish(child)
        arms, _ = self.windows()[0]
        self.assertEqual((arms["new"]["outcomes"], arms["legacy"]["outcomes"], err), (0, 0, ""))

    def test_routers_that_stop_are_no_data_and_not_zero(self):
        self.start_prometheus()
        self.await_scrape()
        child = self.begin("4s")
        for proxy in self.proxies:
            proxy.stop()
        code, out, err = self.finish(child)
        self.assertEqual((code, any(json.loads(out)["window"]["arms"].values())), (NO_DATA, False))
        self.assertEqual(json.loads(out)["exit_code"], NO_DATA)
        self.assertIn("error_rate of new: bad has no series", err)

    def test_a_counter_that_nobody_has_is_no_data_for_its_metric_only(self):
        self.metric("error_rate")["sources"]["promql"]["bad"] = "split_erors_total{variant='$arm'}"
        self.write_policy(self.document)
        self.start_prometheus()
        self.await_scrape()
        _, out, err = self.look_once("2s")
        arms = json.loads(out)["window"]["arms"]
        self.assertNotIn("error", arms["new"])
        self.assertIn("edge_requests", arms["new"])
        self.assertEqual(err.count("error_rate of new: bad has no series"), 1)
        self.assertEqual(json.loads(out)["decision"]["levels"]["error_rate"], "no-data")


class LaggingReplica:
    """A metrics page that two replicas seem to answer in turn: every other scrape shows one request less, on both arms."""

    def __init__(self):
        self.scrapes, self.total, self.highest = 0, 7757756, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.scrapes += 1
                outer.total += 5 if outer.scrapes % 2 else 0
                outer.highest = max(outer.highest, outer.total)
                value = outer.total - (outer.scrapes + 1) % 2
                lines = [f'split_{name}_total{{variant="{arm}"}} {value}' for name in ("outcomes", "sent") for arm in ("new", "legacy")]
                lines += [f'split_errors_total{{variant="{arm}"}} {1 - (outer.scrapes + 1) % 2}' for arm in ("new", "legacy")]
                body = ("\n".join(lines) + "\n").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Dips(PromqlTest):
    def setUp(self):
        CtlTest.setUp(self)
        self.document = json.loads(json.dumps(self.policy_document))
        self.document["metrics"] = [self.metric("error_rate")]
        self.document["metrics"][0]["sources"] = {"promql": {
            "bad": "split_errors_total{variant='$arm'}", "total": "split_outcomes_total{variant='$arm'}"}}
        self.write_policy(self.document)

    def test_a_counter_that_is_one_lower_every_other_scrape_invents_nothing(self):
        page = LaggingReplica()
        self.addCleanup(page.server.shutdown)
        self.prometheus = Prometheus(self.folder, [page.port], scrape="500ms")
        self.addCleanup(self.prometheus.stop)
        wait_until(lambda: len(self.prometheus.series("split_outcomes_total")) == 2, 30, "the first scrape")
        began = page.highest
        seconds = int(DIP_WINDOWS * 0.5)
        child = self.start("monitor", "--json", "--interval", "500ms", "--duration", f"{seconds}s")
        out, err = (t.decode() for t in child.communicate(timeout=seconds + 60))
        windows = [json.loads(line)["window"]["arms"] for line in out.splitlines() if '"window"' in line]
        counted = {arm: sum(w.get(arm, {}).get("outcomes", 0) for w in windows) for arm in ("new", "legacy")}
        errors = sum(w.get(arm, {}).get("error", 0) for w in windows for arm in ("new", "legacy"))
        with_data = sum("outcomes" in w.get("new", {}) for w in windows)
        print(f"{len(windows)} windows, {with_data} with data, {page.highest - began} requests, counted {counted}, errors {errors}")
        self.assertGreater(len(windows), DIP_WINDOWS * 0.8)
        self.assertGreater(with_data, len(windows) * 0.2, err)
        self.assertEqual(errors, 0)
        for arm in ("new", "legacy"):
            self.assertLessEqual(counted[arm], page.highest - began + 5, "invented")
            self.assertGreater(counted[arm], (page.highest - began) * 0.8)
        self.assertIn("lower than before", err)


class Trouble(PromqlTest):
    def test_passwords_are_used_and_never_shown(self):
        self.begin_traffic()
        self.start_prometheus(password=True)
        self.await_scrape()
        right = {"PROMQL_USER": "ops", "PROMQL_PASSWORD": "hunter2"}
        _, out, err = self.look_once("2s", env=right)
        self.assertEqual((json.loads(out)["window"]["arms"]["new"]["outcomes"], err), (0, ""))
        code, out, err = self.look_once("500ms", env={**right, "PROMQL_PASSWORD": "wrong-secret"})
        self.assertEqual(code, NO_DATA)
        self.assertIn("refuses this user or password (status 401)", err)
        self.assertNotIn("wrong-secret", out + err)
        self.metric("p95")["sources"]["promql"].update(user="ops", password="env:OPS_PASSWORD")
        self.write_policy(self.document)
        self.assertEqual(self.look_once("2s", env={"OPS_PASSWORD": "hunter2"})[2], "")
        code, _, err = self.look_once("2s")
        self.assertEqual(code, BAD_INPUT)
        self.assertIn("env:OPS_PASSWORD is not set", err)

    def test_the_expression_at_fault_is_named(self):
        self.start_prometheus()
        self.await_scrape()
        for wrong, said in (("sum(up{variant='$arm'}", "unclosed left parenthesis"), ("time() * scalar(up{x='$arm'})", "scalar")):
            self.metric("cache_hit")["sources"]["promql"]["misses"] = wrong
            self.write_policy(self.document)
            code, _, err = self.look_once("500ms")
            self.assertEqual(code, NO_DATA)
            self.assertIn("'misses' of 'cache_hit'", err)
            self.assertIn(said, err)

    def test_an_address_that_is_no_server_is_told(self):
        code, _, err = self.look_once("500ms", source=f"promql:127.0.0.1:{self.proxies[0].admin}")
        self.assertEqual(code, NO_DATA)
        self.assertIn("answers status 40", err)
        code, _, err = self.look_once("500ms", source=f"promql:127.0.0.1:{free_port()}")
        self.assertEqual(code, NO_DATA)
        self.assertIn("connect", err.lower())
        self.assertEqual(self.look_once("1s", source="promql:")[0], BAD_INPUT)


if __name__ == "__main__":
    unittest.main()
