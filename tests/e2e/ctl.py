# SPDX-License-Identifier: MIT
"""What the tests of splitctl share: running it, a policy in a folder, and an admin port that counts what it receives."""
import http.server
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

SPLITCTL = pathlib.Path(os.environ.get("SPLIT_BUILD", "build")) / "tools/splitctl/splitctl"
SAMPLES = pathlib.Path(__file__).parent / "samples"
OK, USAGE, BAD_INPUT, HOLD, CRITICAL, ROLLED_BACK, NO_DATA, TIMEOUT, NOT_PUBLISHED = range(9)


def splitctl(*args, stdin=None, timeout=60, cwd=None, env=None):
    """Run splitctl without a terminal: (exit code, stdout, stderr)."""
    done = subprocess.run([str(SPLITCTL.resolve()), *map(str, args)], input=stdin, capture_output=True, timeout=timeout,
                          cwd=cwd, env=env, check=False, stdin=subprocess.DEVNULL if stdin is None else None)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def commands():
    """Names of all commands, from the help."""
    _, out, _ = splitctl("--help")
    block = out.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in block.splitlines()]


POLICY = {
    "schema": 1,
    "split": {"name": "demo", "default": "legacy", "variants": [
        {"name": "new", "weight": 10, "chain": ["new", "legacy"]}, {"name": "legacy", "weight": 90}]},
    "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}},
    "metrics": [
        {"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"},
        {"name": "p95", "kind": "latency", "percentile": 95, "target": "< 200ms", "warning": "> 300ms",
         "critical": "> 500ms"}],
    "rollout": {"variant": "new", "baseline": "legacy", "window": "250ms", "phases": [
        {"percent": 10, "bake": "750ms"}, {"percent": 50, "bake": "750ms"}, {"percent": 100, "bake": "750ms"}]},
}


class CtlTest(unittest.TestCase):
    """A test with a folder that holds policy.json; paths of the default places."""

    policy_document = POLICY

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.policy = self.folder / "policy.json"
        self.route = self.folder / "route.json"
        self.journal = self.folder / "rollout.db"
        self.write_policy(self.policy_document)

    def write_policy(self, document):
        self.policy.write_text(json.dumps(document))

    def ctl(self, command, *args, **more):
        return splitctl(command, "-p", self.policy, *args, **more)

    def revision(self):
        return json.loads(self.route.read_text())["revision"] if self.route.exists() else 0

    def percent(self):
        """Share of the first variant in force."""
        route = json.loads(self.route.read_text())
        return sum(end - start for start, end, variant in route["ranges"] if variant == 0) * 100 / 1048576


class AdminPort:
    """Stands in for a proxy's admin port: counters grow with time by the share that the route asks for.

    `errors` is the new system's failure rate; the legacy system never fails. Requests are spread by a seeded generator.
    """

    def __init__(self, route, rate=8000, seed=7):
        self.route = pathlib.Path(route)
        self.rate, self.errors, self.silent, self.frozen = rate, 0.0, False, False
        self.random = random.Random(seed)
        self.counts = {"new": [0, 0], "legacy": [0, 0]}
        self.revision, self.share, self.asked = 0, 10.0, 0
        self.at = time.monotonic()
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                body = outer.text().encode()
                self.send_response(503 if outer.silent else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a killed client is no news

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve_requests(self):
        """The visitors who came since the last poll."""
        now = time.monotonic()
        n = 0 if self.frozen else int((now - self.at) * self.rate)
        self.at = now
        new = sum(self.random.random() * 100 < self.share for _ in range(n))
        for arm, k in (("new", new), ("legacy", n - new)):
            self.counts[arm][0] += k
        self.counts["new"][1] += sum(self.random.random() < self.errors for _ in range(new))

    def look_at_route(self):
        try:
            route = json.loads(self.route.read_text())
        except (FileNotFoundError, ValueError):
            return
        if route["revision"] != self.revision:
            self.revision = route["revision"]
            self.share = sum(e - s for s, e, v in route["ranges"] if v == 0) * 100 / 1048576

    def text(self):
        with self.lock:
            self.asked += 1
            self.serve_requests()
            self.look_at_route()
            lines = [f"split_route_revision {self.revision}", 'split_failover_state{origin="new"} 0']
            for arm, (sent, errors) in self.counts.items():
                label = f'{{variant="{arm}"}}'
                lines += [f"split_sent_total{label} {sent}", f"split_outcomes_total{label} {sent}",
                          f"split_errors_total{label} {errors}", f"split_latency_samples_total{label} {sent}"]
                lines += [f'split_latency_over_total{{variant="{arm}",metric="p95",bound="{b}"}} 0'
                          for b in ("target", "warning", "critical")]
                lines += [f'split_latency_seconds_bucket{{variant="{arm}",origin="{arm}",le="{le}"}} {n}'
                          for le, n in (("0.05", sent // 2), ("0.1", sent), ("+Inf", sent))]
            return "\n".join(lines) + "\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def long_options(help_text):
    return set(re.findall(r"^ .*?(--[a-z-]+)", help_text, flags=re.M))
