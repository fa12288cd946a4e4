# SPDX-License-Identifier: MIT
"""Two hundred routers of which forty hang: windows stay on time, operators and signals are obeyed, nobody moves blindly."""
import asyncio
import json
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from ctl import HOLD, NO_DATA, POLICY, ROLLED_BACK, SPLITCTL, CtlTest, free_port, splitctl

N = 200
HUNG = 40


class Fleet:
    """Admin ports in one event loop: counters grow with time; those in `hung` take requests and say nothing."""

    def __init__(self, route, n, rate=50):
        self.route, self.rate, self.hung, self.errors = route, rate, set(), 0.0
        self.began = time.monotonic()
        self.loop = asyncio.new_event_loop()
        self.urls = []
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.servers = [self.call(asyncio.start_server(self.serve(i), "127.0.0.1", 0)) for i in range(n)]
        self.urls = [f"http://127.0.0.1:{s.sockets[0].getsockname()[1]}" for s in self.servers]
        self.failed = 0

    def call(self, job):
        return asyncio.run_coroutine_threadsafe(job, self.loop).result(20)

    def serve(self, index):
        async def one(reader, writer):
            try:
                while await reader.readuntil(b"\r\n\r\n"):
                    while index in self.hung:
                        await asyncio.sleep(0.05)
                    body = self.text().encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                pass
            finally:
                if not self.loop.is_closed():
                    writer.close()
        return one

    def text(self):
        n = int((time.monotonic() - self.began) * self.rate)
        try:
            revision = json.loads(self.route.read_text())["revision"]
        except (FileNotFoundError, ValueError):
            revision = 0
        lines = [f"split_route_revision {revision}", "process_start_time_seconds 1795393020"]
        for arm, count in (("new", n // 10), ("legacy", n - n // 10)):
            failed = int(count * self.errors) if arm == "new" else 0
            lines += [f'split_sent_total{{variant="{arm}"}} {count}', f'split_outcomes_total{{variant="{arm}"}} {count}',
                      f'split_errors_total{{variant="{arm}"}} {failed}']
        return "\n".join(lines) + "\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        async def end():
            for server in self.servers:
                server.close()
            jobs = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
        self.call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)


class FleetTest(CtlTest):
    def setUp(self):
        super().setUp()
        document = json.loads(json.dumps(POLICY))
        document["rollout"].update({"window": "1s", "phases": [{"percent": 10, "bake": "1h"}, {"percent": 100, "bake": "1h"}]})
        document["metrics"] = document["metrics"][:1]
        self.write_policy(document)
        self.fleet = self.enterContext(Fleet(self.route, N))

    def start(self, *more):
        sources = [a for url in self.fleet.urls for a in ("--source", url)]
        child = subprocess.Popen([str(SPLITCTL.resolve()), "run", "-p", str(self.policy), *sources, *more],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.addCleanup(lambda: (child.poll() is None and child.kill(), child.communicate()))
        return child

    def windows(self):
        """When each window began and was judged, in seconds."""
        try:
            db = sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True, timeout=5)
            rows = db.execute("select id, window from window order by id").fetchall()
            db.close()
        except sqlite3.OperationalError:
            return []
        return rows

    def wait(self, test, seconds=30):
        end = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), end, "it did not come")
            time.sleep(0.005)

    def running_with_hung_peers(self):
        child = self.start()
        self.wait(lambda: len(self.windows()) >= 1)
        self.fleet.hung = set(range(HUNG))
        return child

    def test_windows_are_judged_on_time(self):
        child = self.running_with_hung_peers()
        judged, n = [], len(self.windows())
        while len(judged) < 8:
            self.wait(lambda: len(self.windows()) > n)
            n = len(self.windows())
            judged.append(time.monotonic())
        gaps = [b - a for a, b in zip(judged, judged[1:])]
        print(f"{N} endpoints, {HUNG} hung, windows of 1 s: judged every {min(gaps):.3f} to {max(gaps):.3f} s")
        self.assertLess(max(gaps), 1.3)
        sent = [json.loads(text)["arms"]["legacy"]["sent"] for _, text in self.windows()[-3:]]
        full = N * self.fleet.rate * 0.9
        for count in sent:
            self.assertAlmostEqual(count, full * (N - HUNG) / N, delta=full * 0.15, msg="those that answer are counted")
        child.send_signal(signal.SIGTERM)
        _, err = child.communicate(timeout=20)
        self.assertEqual(err.count("has not answered in time") + err.count("deadline"), HUNG, err[:2000])

    def test_an_abort_and_a_signal_are_obeyed_at_once(self):
        child = self.running_with_hung_peers()
        self.wait(lambda: len(self.windows()) >= 3)
        took = []
        revision = self.revision()
        begun = time.monotonic()
        code, _, err = splitctl("abort", "-p", self.policy)
        self.assertEqual(code, 0, err)
        told = time.monotonic()
        self.wait(lambda: self.revision() > revision)
        took.append(time.monotonic() - told)
        self.assertEqual(child.wait(timeout=20), ROLLED_BACK)
        print(f"abort: route changed {took[0]:.3f} s after the command ended, {time.monotonic() - begun:.3f} s to the run's end")
        self.assertLess(took[0], 0.2)
        self.assertEqual(self.percent(), 0)

    def test_a_signal_ends_the_run(self):
        for pause in (0.0, 0.3, 0.6, 0.95):
            with self.subTest(pause=pause):
                child = self.running_with_hung_peers()
                self.fleet.hung = set(range(HUNG))
                n = len(self.windows())
                self.wait(lambda: len(self.windows()) > n)
                time.sleep(pause)
                begun = time.monotonic()
                child.send_signal(signal.SIGTERM)
                self.assertEqual(child.wait(timeout=20), HOLD)
                took = time.monotonic() - begun
                print(f"SIGTERM {pause:.2f} s into a window: ended after {took:.3f} s")
                self.assertLess(took, 0.5)
                self.fleet.hung = set()

    def test_late_answers_count_later(self):
        child = self.running_with_hung_peers()
        self.wait(lambda: len(self.windows()) >= 4)
        self.fleet.hung = set()
        n = len(self.windows())
        self.wait(lambda: len(self.windows()) >= n + 2)
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=20)
        rows = [json.loads(text)["arms"]["legacy"]["sent"] for _, text in self.windows()]
        expected = len(rows) * N * self.fleet.rate * 0.9
        self.assertAlmostEqual(sum(rows), expected, delta=expected * 0.2, msg=f"nothing is lost: {rows}")

    def test_nobody_moves_when_a_source_cannot_be_read(self):
        dead = f"http://127.0.0.1:{free_port()}"
        code, _, err = splitctl("run", "-p", self.policy, "--source", self.fleet.urls[0], "--source", dead)
        self.assertEqual(code, NO_DATA, err)
        self.assertIn(dead, err)
        self.assertIn("1 of 2 sources cannot be read; nobody is moved", err)
        self.assertFalse(self.route.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
