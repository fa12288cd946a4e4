# SPDX-License-Identifier: MIT
"""The two examples of embedding the library in one's own program: a TCP balancer on libuv, an HTTP client on libcurl."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Scripted, policy, reply  # noqa: E402

BALANCER = kit.BUILD / "examples/uv_balancer"
CLIENT = kit.BUILD / "examples/http_client"


class EmbeddingCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="split-embedding-")))
        self.new = self.enterContext(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enterContext(Scripted(lambda r: reply(b"from legacy")))

    def write(self, percent, **more):
        path = self.folder / "policy.json"
        path.write_text(json.dumps(policy(self.new.port, self.legacy.port, percent, **more)))
        return path

    def assigned(self, path, keys):
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(path), *keys], capture_output=True, text=True, check=True)
        return {line.split("\t")[0]: line.split("\t")[2] for line in done.stdout.splitlines()}


class HttpClient(EmbeddingCase):
    def run_client(self, path, users, target="/x"):
        done = subprocess.run([str(CLIENT), str(path), target, *users], capture_output=True, text=True, timeout=60, check=True)
        return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}

    def test_every_user_is_asked_for_where_the_plan_says(self):
        path, users = self.write(40), [f"u{i}" for i in range(200)]
        got = self.run_client(path, users)
        self.assertEqual({u: g[0] for u, g in got.items()}, self.assigned(path, users))
        self.assertEqual({tuple(g) for g in got.values()}, {("new", "new", "200"), ("legacy", "legacy", "200")})

    def test_a_failing_system_is_hidden_and_left_alone_after_a_while(self):
        self.new.answer = lambda r: (time.sleep(0.02), reply(b"", "503 No"))[1]
        path, users = self.write(100, failover={"retry_cap_milli": 100000, "retry_start_milli": 100000}), [f"u{i}" for i in range(200)]
        got = self.run_client(path, users)
        self.assertEqual({tuple(g) for g in got.values()}, {("new", "legacy", "200")})
        self.assertLess(len(self.new.requests), 100)

    def test_refused_and_broken_connections_move_on(self):
        path = self.write(100)
        self.new.answer = lambda r: None
        self.assertEqual(self.run_client(path, ["a", "b"]), {"a": ["new", "legacy", "200"], "b": ["new", "legacy", "200"]})
        self.new.close()
        self.assertEqual(self.run_client(path, ["a"]), {"a": ["new", "legacy", "200"]})
        self.legacy.close()
        self.assertEqual(self.run_client(path, ["a"]), {"a": ["new", "-", "0"]})

    def test_a_bad_policy_is_named_with_its_place(self):
        path = self.folder / "bad.json"
        path.write_text("{")
        done = subprocess.run([str(CLIENT), str(path), "/", "u"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"bad\.json:1:2: ")


class Balancer(EmbeddingCase):
    def start(self, path):
        port = kit.free_port()
        child = subprocess.Popen([str(BALANCER), str(path), str(port)], stderr=subprocess.PIPE)
        self.addCleanup(child.stderr.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        kit.wait_until(lambda: child.poll() is not None or self.open(port), 10, "the balancer")
        self.assertIsNone(child.poll())
        return port

    def open(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def test_a_client_address_has_one_system(self):
        for percent in (0, 30, 70, 100):
            path = self.write(percent)
            want = self.assigned(path, ["127.0.0.1"])["127.0.0.1"]
            port = self.start(path)
            self.assertEqual({kit.request(port)[2] for _ in range(10)}, {f"from {want}".encode()})

    def test_a_system_that_refuses_is_hidden_and_comes_back(self):
        path = self.write(100, failover={"base_open": "200ms", "probe_interval": "20ms", "ramp_hold": "50ms", "ramp_min_ok": 1,
                                         "min_keys": 1})
        port = self.start(path)
        self.assertEqual(kit.request(port)[2], b"from new")
        at = self.new.port
        self.new.close()
        for _ in range(20):
            self.assertEqual(kit.request(port)[2], b"from legacy")
            time.sleep(0.02)
        listener = socket.create_server(("127.0.0.1", at))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    sock = listener.accept()[0]
                except OSError:
                    return
                with sock, sock.makefile("rb") as stream:
                    if kit.read_request(stream):
                        sock.sendall(reply(b"from new again", "200 OK", "Connection: close"))
        threading.Thread(target=serve, daemon=True).start()
        kit.wait_until(lambda: kit.request(port)[2] == b"from new again", 15, "the return of the new system")

    def test_large_answers_and_uploads_pass(self):
        self.new.answer = lambda r: reply(r["body"][::-1])
        port = self.start(self.write(100))
        body = os.urandom(3_000_000)
        self.assertEqual(kit.request(port, "/", "POST", body=body)[2], body[::-1])


if __name__ == "__main__":
    unittest.main(verbosity=1)
