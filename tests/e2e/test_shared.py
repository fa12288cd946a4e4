# SPDX-License-Identifier: MIT
"""Several proxies on one machine with one failover state between them."""
import ctypes
import mmap
import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Proxy, policy, reply  # noqa: E402
from test_proxy import ProxyCase  # noqa: E402

LOCK_AT = 96  # Of the lock in the shared file; see examples/proxy/shared.c.


class Shared(ProxyCase):
    def two(self, *options, percent=100, **more):
        """Two proxies that share, on ports of their own or on one."""
        state = pathlib.Path(self.folder) / "state"
        document = policy(self.new.port, self.legacy.port, percent, **more)
        first = self.enter(Proxy(self.folder, document, "--shared", state, *options))
        port = first.port if "--reuse-port" in options else 0
        return first, self.enter(Proxy(self.folder, document, "--shared", state, *options, beside=first, listen=port)), state

    def test_what_one_learns_the_other_knows(self):
        self.new.answer = lambda r: reply(b"", "503 No")
        first, second, _ = self.two(failover={"base_open": "60s"})
        for i in range(10):
            first.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.03)
        self.assertEqual(first.metric("split_failover_state", origin="new"), 1)
        self.assertEqual(second.metric("split_failover_state", origin="new"), 1)
        attempts = len(self.new.requests)
        self.assertEqual(second.get()[2], b"from legacy")
        self.assertEqual(len(self.new.requests), attempts)

    def test_a_file_that_others_may_write_is_not_used(self):
        state = pathlib.Path(self.folder) / "state"
        state.touch()
        state.chmod(0o666)
        with self.assertRaisesRegex(AssertionError, "it is not a file of this user alone"):
            self.enter(Proxy(self.folder, policy(self.new.port, self.legacy.port), "--shared", state))

    def test_a_run_of_failures_may_come_through_both(self):
        self.new.answer = lambda r: reply(b"", "503 No")
        proxies = self.two(failover={"base_open": "60s", "consecutive": 6})[:2]
        for i in range(8):
            proxies[i % 2].get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.03)
        self.assertEqual(proxies[1].metric("split_failover_state", origin="new"), 1)
        self.assertEqual(len(self.new.requests), 6)

    def test_probes_are_limited_for_both_together(self):
        bad = {"now": True}
        self.new.answer = lambda r: reply(b"", "503 No") if bad["now"] else (time.sleep(0.2), reply(b"from new"))[1]
        proxies = self.two(failover={"base_open": "300ms", "probe_interval": "10s"})[:2]
        for i in range(8):
            proxies[i % 2].get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.03)
        self.assertEqual(proxies[0].metric("split_failover_state", origin="new"), 1)
        bad["now"] = False
        before = len(self.new.requests)
        time.sleep(0.5)
        threads = [threading.Thread(target=proxies[i % 2].get) for i in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(self.new.requests) - before, 1)

    def test_an_operator_speaks_to_all(self):
        first, second, _ = self.two()
        self.assertEqual(first.operator("new", "down"), 200)
        self.assertEqual(second.get()[2], b"from legacy")
        self.assertEqual(second.operator("new", "auto"), 200)
        self.assertEqual(first.get()[2], b"from new")

    def test_a_new_route_reaches_all_and_keeps_the_state(self):
        first, second, _ = self.two(percent=0)
        first.operator("legacy", "up")
        first.set_share(100)
        for proxy in (first, second):
            kit.wait_until(lambda p=proxy: p.metric("split_route_revision") == 1, 5)
            self.assertEqual(proxy.get()[2], b"from new")
            self.assertEqual(proxy.metric("split_failover_mode", origin="legacy"), 1)

    def test_a_process_that_dies_inside_the_lock_stops_nobody(self):
        first, second, state = self.two()
        first.operator("new", "down")
        child = os.fork()
        if child == 0:
            with state.open("r+b") as file:
                block = mmap.mmap(file.fileno(), 0)
                ctypes.CDLL(None).pthread_mutex_lock(ctypes.byref(ctypes.c_char.from_buffer(block, LOCK_AT)))
                os.kill(os.getpid(), 9)
        os.waitpid(child, 0)
        self.assertEqual(second.get()[2], b"from new")  # Anew: the operator's word is gone with the rest.
        self.assertEqual(first.get()[2], b"from new")
        self.assertIn("a process died inside the shared failover state", second.errors() + first.errors())

    def test_a_killed_proxy_does_not_stop_the_other(self):
        first, second, _ = self.two("--reuse-port")
        load = subprocess.Popen([str(kit.LOAD), "--url", f"http://127.0.0.1:{second.port}", "--rate", "200", "--seconds", "2",
                                 "--visitors", "50"], stdout=subprocess.DEVNULL)
        time.sleep(0.7)
        first.stop()
        self.assertEqual(load.wait(30), 0)
        for _ in range(20):
            self.assertEqual(second.get()[0], 200)

    def test_two_proxies_serve_one_address(self):
        first, second, _ = self.two("--reuse-port")
        self.assertEqual(first.port, second.port)
        for i in range(60):
            self.assertEqual(first.get(headers={"Cookie": f"split_id=v{i}"})[0], 200)
        sent = [p.metric("split_sent_total", variant="new") for p in (first, second)]
        self.assertEqual(sum(sent), 60)
        self.assertGreater(min(sent), 0)

    def test_a_file_that_cannot_be_shared_is_an_error(self):
        path = pathlib.Path(self.folder) / "p.json"
        path.write_text(kit.json.dumps(policy(1, 2)))
        done = subprocess.run([str(kit.PROXY), "--policy", str(path), "--listen", "127.0.0.1:0", "--shared", "/nonexistent/x"],
                              capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual((done.returncode, "cannot share /nonexistent/x" in done.stderr), (2, True))


del ProxyCase  # It has no tests of its own, and importing it here would not make it ours.

if __name__ == "__main__":
    unittest.main(verbosity=1)
