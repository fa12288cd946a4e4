# SPDX-License-Identifier: MIT
"""End-to-end tests of the nginx module: Debian's nginx between a real client and origins that answer as scripted."""
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Scripted, header, policy, reply  # noqa: E402
from nginx_kit import Nginx  # noqa: E402


class NginxCase(unittest.TestCase):
    """Two scripted origins, `new` and `legacy`, behind one nginx with two workers."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-nginx-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new", "200 OK", "x-served-by: new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy", "200 OK", "x-served-by: legacy")))

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def start(self, percent=100, places=None, **more):
        return self.enter(Nginx(self.folder, policy(self.new.port, self.legacy.port, percent, **more), **(places or {})))

    def last(self, origin=None):
        return (origin or self.new).requests[-1]

    def raw(self, nginx, data):
        """All bytes of the answer to a raw request that ends its connection."""
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(data)
            got = b""
            while part := s.recv(65536):
                got += part
        return got


class Visitors(NginxCase):
    def test_a_new_visitor_gets_a_cookie_with_all_its_attributes(self):
        _, headers, _ = self.start().get()
        self.assertRegex(header(headers, "Set-Cookie"),
                         r"^split_id=[0-9a-f]{32}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax$")

    def test_a_known_visitor_keeps_id_and_variant(self):
        nginx = self.start(50)
        _, headers, _ = nginx.get()
        cookie = header(headers, "Set-Cookie").split(";")[0]
        for _ in range(20):
            _, again, _ = nginx.get(headers={"Cookie": f"a=b; {cookie}"})
            self.assertIsNone(header(again, "Set-Cookie"))
            self.assertEqual(header(again, "x-split-variant"), header(headers, "x-split-variant"))

    def test_an_id_with_odd_bytes_is_replaced(self):
        nginx = self.start()
        for bad in ("x" * 65, "a/b", "", "a.b", "\u00e9"):
            _, headers, _ = nginx.get(headers={"Cookie": "split_id=" + bad})
            self.assertIsNotNone(header(headers, "Set-Cookie"), bad)

    def test_an_id_is_found_among_whatever_other_cookies_there_are(self):
        """A visitor whose other cookies are odd must not change the variant with each request."""
        nginx = self.start()
        for others in ("a; %s", 'a="x;y"; %s', 'a="open; %s', 'a=b"c; %s', "a=b;%s", "a=b  ;  %s  ", '=;;j={"x":1,"y":2};%s',
                       "split_idx=1; %s", "SPLIT_ID=1; %s", "a=b\r\nCookie: %s", "a=\u00e9; %s; a=b"):
            got = self.raw(nginx, ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: " + others % "split_id=abc" +
                                   "\r\n\r\n").encode("latin-1"))
            self.assertIn(b" 200 ", got, others)
            self.assertNotIn(b"Set-Cookie", got, others)

    def test_cookie_name_and_age_come_from_the_policy(self):
        _, headers, _ = self.start(split={"cookie": {"name": "who", "max_age": "1h"}}).get()
        self.assertRegex(header(headers, "Set-Cookie"), r"^who=[0-9a-f]{32}; Path=/; Max-Age=3600;")

    def test_visitors_are_where_the_plan_puts_them(self):
        """The share of requests, exactly: for 400 ids the nginx and `splitctl assign` agree on each one."""
        nginx = self.start(30)
        ids = [f"visitor-{i}" for i in range(400)]
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(nginx.policy), *ids], capture_output=True, text=True,
                              timeout=30, check=True)
        expected = {line.split("\t")[0]: line.split("\t")[2] for line in done.stdout.splitlines()}
        got = {i: header(nginx.get(headers={"Cookie": f"split_id={i}"})[1], "x-split-variant") for i in ids}
        self.assertEqual(got, expected)
        new = sum(v == "new" for v in expected.values())
        self.assertEqual(nginx.metric("split_sent_total", variant="new"), new)
        self.assertEqual(nginx.metric("split_sent_total", variant="legacy"), 400 - new)
        self.assertEqual(len(self.new.requests), new)

    def test_random_mode_divides_requests_not_visitors(self):
        nginx = self.start(50, split={"mode": "random"})
        got = {header(nginx.get(headers={"Cookie": "split_id=one"})[1], "x-split-variant") for _ in range(60)}
        self.assertEqual(got, {"new", "legacy"})

    def test_even_mode_gives_exact_shares(self):
        nginx = self.start(25, split={"mode": "even"})
        got = [header(nginx.get()[1], "x-split-variant") for _ in range(80)]
        self.assertEqual(got.count("new"), 20)


class Headers(NginxCase):
    def test_the_variant_is_told_to_origin_and_visitor_and_not_believed(self):
        nginx = self.start()
        _, headers, _ = nginx.get(headers={"x-split-variant": "legacy", "X-Split-Variant": "forged"})
        self.assertEqual(header(headers, "x-split-variant"), "new")
        self.assertEqual(header(self.last()["headers"], "x-split-variant"), "new")

    def test_an_origin_cannot_change_the_variant_of_the_answer(self):
        self.new.answer = lambda r: reply(b"", "200 OK", "x-split-variant: other")
        self.assertEqual(header(self.start().get()[1], "x-split-variant"), "new")

    def test_path_and_query_arrive_byte_for_byte(self):
        nginx = self.start()
        for target in ("/a%2Fb/../c?d=%20&e=+f", "//x//y", "/?", "/%ff;p=1?a=b=c", "/a?http://b/c"):
            with socket.create_connection(("127.0.0.1", nginx.port)) as s:
                s.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                while s.recv(4096):
                    pass
            self.assertEqual(self.last()["target"], target)

    def test_repeated_headers_stay_repeated(self):
        self.new.answer = lambda r: reply(b"", "200 OK", "Set-Cookie: a=1", "Set-Cookie: b=2")
        _, headers, _ = self.start().get(headers={"Cookie": "split_id=known"})
        self.assertEqual([v for k, v in headers if k == "Set-Cookie"], ["a=1", "b=2"])

    def test_a_missing_or_empty_value_passes(self):
        nginx = self.start()
        nginx.get(headers={"X-Empty": ""})
        self.assertEqual(header(self.last()["headers"], "X-Empty"), "")


class Bodies(NginxCase):
    def test_bodies_pass_in_both_directions(self):
        self.new.answer = lambda r: reply(r["body"][::-1])
        nginx = self.start()
        for size in (0, 1, 1000, 65536, 65537, 3_000_000):
            body = os.urandom(size)
            status, _, got = nginx.get("/", "POST", body=body)
            self.assertEqual((status, got), (200, body[::-1]), size)

    def test_chunked_uploads_pass(self):
        self.new.answer = lambda r: reply(str(len(r["body"])).encode())
        nginx = self.start()
        for size in (10, 500_000):
            status, _, got = nginx.get("/", "PUT", body=iter([b"x" * (size // 10)] * 10))
            self.assertEqual((status, got), (200, str(size).encode()))

    def test_answers_without_a_length_and_without_a_body(self):
        nginx = self.start()
        self.new.answer = lambda r: (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        self.assertEqual(nginx.get()[2], b"abcde")
        self.new.answer = lambda r: b"HTTP/1.1 204 No Content\r\n\r\n"
        self.assertEqual(nginx.get()[0], 204)
        self.new.answer = lambda r: b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
        self.assertEqual(nginx.get()[0], 304)
        self.new.answer = lambda r: reply(b"", length=77)
        status, headers, body = nginx.get("/", "HEAD")
        self.assertEqual((status, header(headers, "Content-Length"), body), (200, "77", b""))

    def test_an_event_stream_is_not_held_back(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def stream(_):
            def send(sock):
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                             b"7\r\ndata: 1\r\n")
                release.wait(10)
                return b"0\r\n\r\n"
            return send
        self.new.answer = stream
        nginx = self.start(places={"more": "proxy_buffering off;"})
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            got = b""
            while b"data: 1" not in got:
                got += s.recv(4096)

    def test_an_upload_that_waits_for_a_word_gets_it(self):
        self.new.answer = lambda r: reply(r["body"])
        nginx = self.start()
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            self.assertIn(b"100 Continue", s.recv(4096))
            s.sendall(b"hello")
            got = b""
            while b"hello" not in got:
                got += s.recv(4096)
        self.assertIsNone(header(self.last()["headers"], "Expect"))

    def test_an_old_client_gets_a_plain_answer(self):
        self.new.answer = lambda r: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        got = self.raw(self.start(), b"GET / HTTP/1.0\r\n\r\n")
        self.assertTrue(got.endswith(b"\r\n\r\nabc"), got)

    def test_an_answer_to_head_ends_with_its_headers(self):
        """A byte more, and the visitor mistakes it for the start of the next answer."""
        self.new.answer = lambda r: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Last: 1\r\n\r\n"
        got = self.raw(self.start(), b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertRegex(got, rb"(?s)^HTTP/1\.1 200 OK\r\n.*X-Last: 1\r\n")
        self.assertEqual(got.split(b"\r\n\r\n", 1)[1], b"")

    def test_an_early_answer_to_an_upload_reaches_the_visitor(self):
        def refuse(sock):
            with sock, sock.makefile("rb") as stream:
                while stream.readline() not in (b"\r\n", b""):
                    pass
                sock.sendall(reply(b"no", "403 Forbidden", "Connection: close"))
                stream.read()
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        threading.Thread(target=lambda: refuse(listener.accept()[0]), daemon=True).start()
        document = policy(listener.getsockname()[1], self.legacy.port, 100)
        nginx = self.enter(Nginx(self.folder, document))
        self.assertEqual(nginx.get("/", "POST", body=b"x" * 400_000)[0], 403)


class Connections(NginxCase):
    def test_connections_to_origins_are_kept(self):
        nginx = self.start(places={"workers": 1})
        for _ in range(30):
            nginx.get()
        self.assertEqual(self.new.connections, 1)

    def test_a_visitor_connection_serves_many_requests(self):
        nginx = self.start()
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s, s.makefile("rb") as stream:
            for _ in range(20):
                s.sendall(b"GET /k HTTP/1.1\r\nHost: a\r\nCookie: split_id=k\r\n\r\n")
                self.assertIn(b"200", stream.readline())
                length = 0
                while (line := stream.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                stream.read(length)
        self.assertEqual(len(self.new.requests), 20)

    def test_pipelined_requests_are_answered_in_order(self):
        self.new.answer = lambda r: reply(r["target"].encode())
        nginx = self.start()
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"".join(f"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for i in range(9))
                      + b"GET /9 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = b""
            while data := s.recv(65536):
                got += data
        self.assertEqual(re.findall(rb"\r\n\r\n/(\d)", got), [str(i).encode() for i in range(10)])

    def test_a_kept_connection_that_the_origin_closed_is_no_failure(self):
        closing = {"now": False}
        self.new.answer = lambda r: None if closing["now"] and len(self.new.requests) == 2 else reply(b"ok")
        nginx = self.start(places={"workers": 1})
        nginx.get()
        closing["now"] = True
        self.assertEqual(nginx.get()[0], 200)  # Sent again, on a fresh connection: it was safe.
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 0)

    def test_a_post_on_a_kept_connection_is_never_sent_twice(self):
        self.new.answer = lambda r: reply(b"ok") if r["method"] == "GET" else None
        nginx = self.start(places={"workers": 1})
        nginx.get()
        status, _, _ = nginx.get("/order", "POST", body=b"1")
        self.assertEqual(status, 502)
        self.assertEqual([r["method"] for r in self.new.requests + self.legacy.requests], ["GET", "POST"])

    def test_a_visitor_who_leaves_is_neutral(self):
        self.new.answer = lambda r: (time.sleep(0.4), reply(b"late"))[1]
        nginx = self.start()
        for _ in range(8):
            with socket.create_connection(("127.0.0.1", nginx.port)) as s:
                s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                time.sleep(0.05)
        kit.wait_until(lambda: nginx.metric("split_attempt_outcomes_total", **{"class": "neutral"}) == 8, 5)
        self.assertEqual(nginx.metric("split_left_out_total", variant="new", reason="neutral"), 8)
        self.assertEqual(nginx.metric("split_sent_total", variant="new"), 0)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 0)
        self.assertEqual(nginx.metric("split_user_errors_total"), 0)

    def test_malformed_requests_are_refused(self):
        nginx = self.start()
        for bad in (b"GET / HTTP/9.9\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                    b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
                s.sendall(bad)
                s.shutdown(socket.SHUT_WR)
                self.assertNotIn(b" 200 ", s.recv(4096))
        self.assertEqual(nginx.get()[0], 200)


    def test_a_visitor_who_closes_only_one_direction_gets_no_answer_twice(self):
        nginx = self.start()
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            s.shutdown(socket.SHUT_WR)
            got = b""
            while data := s.recv(4096):
                got += data
        self.assertLessEqual(got.count(b"HTTP/1.1 200"), 1)


class Failover(NginxCase):
    """Each class of outcome: a GET is served by the legacy system, a POST is not sent twice."""

    def fails(self, new_answer, post_status, klass, first_byte="300ms"):
        """Let `new` fail in one way; a GET must be hidden, a POST must fail unless nothing was sent."""
        self.new.answer = new_answer
        document = policy({"url": f"http://127.0.0.1:{self.new.port}", "first_byte_timeout": first_byte}, self.legacy.port, 100)
        nginx = self.enter(Nginx(self.folder, document))
        status, headers, body = nginx.get()
        self.assertEqual((status, body, header(headers, "x-split-variant")), (200, b"from legacy", "new"))
        posts = len(self.legacy.requests)
        self.assertEqual(nginx.get("/", "POST", body=b"1")[0], post_status)
        self.assertEqual(len(self.legacy.requests) - posts, 1 if post_status == 200 else 0)
        self.assertEqual(nginx.metric("split_attempt_outcomes_total", origin="new", **{"class": klass}), 2)
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 2)
        self.assertEqual(nginx.metric("split_errors_total", variant="legacy"), 0)
        self.assertEqual(nginx.metric("split_user_errors_total", replayable="yes"), 0)
        return nginx

    def test_statuses(self):
        for status in (500, 502, 503, 504):
            self.fails(lambda r, s=status: reply(b"bad", f"{s} Bad"), status, "fail_status")

    def test_other_statuses_pass(self):
        nginx = self.start()
        for status in (301, 400, 404, 429, 501, 505):
            self.new.answer = lambda r, s=status: reply(b"mine", f"{s} X")
            self.assertEqual(nginx.get()[::2], (status, b"mine"))
        self.assertEqual(len(self.legacy.requests), 0)

    def test_refused(self):
        self.new.close()
        self.fails(lambda r: None, 200, "fail_connect")

    def test_reset_before_the_answer(self):
        self.fails(lambda r: None, 502, "fail_reset")

    def test_malformed(self):
        self.fails(lambda r: lambda s: (s.sendall(b"what is this\r\n\r\n"), None)[1], 502, "fail_reset")

    def test_no_answer_in_time(self):
        self.fails(lambda r: (time.sleep(2), b"")[1], 504, "fail_timeout")

    def test_a_failure_after_the_first_byte_cuts_the_visitor_off(self):
        half = reply(b"x" * 200_000, length=400_000)
        self.new.answer = lambda r: lambda s: (s.sendall(half), None)[1]
        nginx = self.start()
        with self.assertRaises((kit.http.client.IncompleteRead, ConnectionError)):
            nginx.get()
        kit.wait_until(lambda: nginx.metric("split_give_ups_total", reason="committed") == 1, 5)
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 1)

    def test_both_systems_fail(self):
        self.new.answer = self.legacy.answer = lambda r: reply(b"sorry", "503 No")
        nginx = self.start()
        self.assertEqual(nginx.get()[::2], (503, b"sorry"))
        kit.wait_until(lambda: nginx.metric("split_user_errors_total", replayable="yes") == 1, 5)  # Counted when it is logged.

    def test_a_trip_diverts_and_the_arm_pays_for_it(self):
        self.new.answer = lambda r: reply(b"", "503 No")
        nginx = self.start(failover={"base_open": "60s"})
        for i in range(12):
            self.assertEqual(nginx.get(headers={"Cookie": f"split_id=v{i}"})[0], 200)
            time.sleep(0.03)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        sent, errors = (nginx.metric(f"split_{n}_total", variant="new") for n in ("sent", "errors"))
        diverted = nginx.metric("split_diverted_total", variant="new")
        self.assertEqual((sent, errors), (12, 12))
        self.assertEqual(diverted, 12 - len(self.new.requests))
        self.assertGreater(diverted, 0)
        self.assertEqual(nginx.metric("split_sent_total", variant="legacy"), 0)
        self.assertIn("origin new: closed -> open, run", nginx.errors())

    def test_retry_after_is_honoured(self):
        self.new.answer = lambda r: reply(b"", "503 No", "Retry-After: 120")
        nginx = self.start(failover={"base_open": "100ms"})
        for i in range(8):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.04)
        origin = next(o for o in nginx.status()["origins"] if o["name"] == "new")
        self.assertEqual(origin["state"], "open")
        self.assertGreater(origin["open_left_us"], 100_000_000)

    def test_it_comes_back_by_probes_and_a_ramp(self):
        bad = {"now": True}
        self.new.answer = lambda r: reply(b"", "503 No") if bad["now"] else reply(b"from new")
        nginx = self.start(failover={"base_open": "200ms", "probe_interval": "20ms", "ramp_hold": "50ms", "ramp_min_ok": 1})
        ids = iter(range(10_000))

        def turn():
            status, _, body = nginx.get(headers={"Cookie": f"split_id=v{next(ids)}"})
            self.assertEqual(status, 200)
            time.sleep(0.01)
            return body
        kit.wait_until(lambda: turn() and nginx.metric("split_failover_state", origin="new") == 1, 10)
        bad["now"] = False
        kit.wait_until(lambda: turn() and nginx.metric("split_failover_state", origin="new") == 0, 20)
        self.assertEqual(turn(), b"from new")
        self.assertGreater(nginx.metric("split_attempts_total", origin="new", kind="probe"), 2)
        self.assertGreater(nginx.metric("split_left_out_total", variant="new", reason="ramp"), 0)

    def open_new(self, **failover):
        """A nginx whose new system has been ejected; it is well again."""
        bad = {"now": True}
        self.new.answer = lambda r: reply(b"", "503 No") if bad["now"] else reply(b"from new")
        nginx = self.start(failover={"base_open": "300ms", "probe_interval": "20ms", "ramp_hold": "50ms", "ramp_min_ok": 1, **failover})
        ids = iter(range(10_000))
        kit.wait_until(lambda: nginx.get(headers={"Cookie": f"split_id=t{next(ids)}"})[0] == 200 and
                       (time.sleep(0.02), nginx.metric("split_failover_state", origin="new") == 1)[1], 10)
        bad["now"] = False
        return nginx

    def test_a_held_origin_waits_for_the_operator(self):
        nginx = self.open_new(failback="manual")
        kit.wait_until(lambda: nginx.get()[0] == 200 and nginx.metric("split_failover_state", origin="new") == 3, 10)
        before = nginx.metric("split_left_out_total", variant="new", reason="hold")
        self.assertEqual(nginx.get()[2], b"from legacy")
        self.assertEqual(nginx.metric("split_left_out_total", variant="new", reason="hold"), before + 1)
        self.assertEqual(nginx.operator("new", "approve"), 200)
        kit.wait_until(lambda: nginx.get()[0] == 200 and nginx.metric("split_failover_state", origin="new") == 0, 10)

    def test_writes_can_be_refused_instead_of_diverted(self):
        nginx = self.open_new(unsafe_failover="refuse", base_open="60s")
        self.assertEqual(nginx.get()[::2], (200, b"from legacy"))
        posts = len(self.legacy.requests)
        self.assertEqual(nginx.get("/", "POST", body=b"1")[0], 502)
        self.assertEqual(len(self.legacy.requests), posts)

    def test_a_drill_sends_a_share_to_the_fallback_and_leaves_it_out(self):
        nginx = self.start(failover={"drill_permille": 300})
        got = [nginx.get(headers={"Cookie": f"split_id=d{i}"})[2] for i in range(150)]
        drilled = got.count(b"from legacy")
        self.assertTrue(10 < drilled < 100, drilled)
        self.assertEqual(nginx.metric("split_left_out_total", variant="new", reason="drill"), drilled)
        self.assertEqual(nginx.metric("split_sent_total", variant="new"), 150 - drilled)

    def test_an_origin_takes_no_more_requests_at_once_than_its_cap(self):
        self.new.answer = lambda r: (time.sleep(0.3), reply(b"from new"))[1]
        nginx = self.start(failover={"in_flight": "fixed", "in_flight_cap": 3})
        got = []
        threads = [threading.Thread(target=lambda: got.append(nginx.get()[2])) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((got.count(b"from new"), got.count(b"from legacy")), (3, 3))
        self.assertEqual(nginx.metric("split_left_out_total", variant="new", reason="cap"), 3)

    def test_cache_results_are_counted_for_the_home_origin(self):
        answers = iter(["x-cache: HIT", "x-cache: Miss from cloudfront", "Age: 12", "Cache-Status: a; fwd=miss", "X-Other: 1"])
        self.new.answer = lambda r: reply(b"", "200 OK", next(answers))
        nginx = self.start()
        for _ in range(5):
            nginx.get()
        self.new.answer = lambda r: reply(b"", "200 OK", "x-cache: MISS")
        nginx.get("/", "POST", body=b"1")  # No cache could have answered it.
        self.assertEqual(nginx.metric("split_lookups_total", variant="new"), 4)
        self.assertEqual(nginx.metric("split_misses_total", variant="new"), 2)


class Operators(NginxCase):
    def test_an_origin_is_held_down_and_up(self):
        nginx = self.start()
        self.assertEqual(nginx.operator("new", "down"), 200)
        self.assertEqual(nginx.get()[2], b"from legacy")
        self.assertEqual(nginx.metric("split_left_out_total", variant="new", reason="operator"), 1)
        self.assertEqual(nginx.operator("legacy", "down"), 200)
        self.assertEqual(nginx.get()[0], 502)
        for origin in ("new", "legacy"):
            self.assertEqual(nginx.operator(origin, "auto"), 200)
        self.assertEqual(nginx.get()[2], b"from new")
        self.assertEqual(nginx.operator("new", "up"), 200)
        self.assertEqual(nginx.metric("split_failover_mode", origin="new"), 1)
        self.assertEqual(nginx.operator("new", "reset"), 200)

    def test_an_observed_origin_is_judged_and_served_all_the_same(self):
        nginx = self.start(failover={"base_open": "60s"})
        self.assertEqual(nginx.operator("new", "observe"), 200)
        self.new.answer = lambda r: reply(b"", "503 No")
        for i in range(12):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.02)
        self.assertEqual(nginx.metric("split_failover_mode", origin="new"), 3)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        self.assertEqual(len(self.new.requests), 12)

    def test_wrong_commands_are_refused(self):
        nginx = self.start()
        self.assertEqual(nginx.operator("nobody", "up"), 404)
        self.assertEqual(nginx.operator("new", "explode"), 404)
        self.assertEqual(nginx.operator("new", "approve"), 409)
        self.assertEqual(kit.request(nginx.admin, "/origin/new/down", "POST", {"Origin": "http://evil"})[0], 403)
        self.assertEqual(kit.request(nginx.admin, "/metrics", "DELETE")[0], 405)
        self.assertEqual(kit.request(nginx.admin, "/nothing")[0], 404)

    def test_metrics_are_well_formed_and_have_the_bounds_as_edges(self):
        nginx = self.start(50)
        for i in range(40):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
        text = kit.request(nginx.admin, "/metrics")[2].decode()
        typed = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        for line in text.splitlines():
            if not line.startswith("#"):
                self.assertRegex(line, r'^[a-z_0-9]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+$')
                name = re.sub(r"_(bucket|sum|count)$", "", line.split("{")[0].split(" ")[0])
                self.assertTrue(name in typed or line.split("{")[0].split(" ")[0] in typed, line)
        buckets = re.findall(r'split_latency_seconds_bucket\{variant="new",origin="new",le="([^"]+)"\} (\d+)', text)
        self.assertTrue({"0.2", "0.3", "0.5", "+Inf"} <= {edge for edge, _ in buckets})
        counts = [int(n) for _, n in buckets]
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(counts[-1], nginx.metric("split_sent_total", variant="new"))

    def test_latency_bounds_are_counted_exactly(self):
        self.new.answer = lambda r: (time.sleep(0.35), reply(b""))[1]
        nginx = self.start()
        nginx.get()
        over = [nginx.metric("split_latency_over_total", variant="new", metric="p95", bound=b)
                for b in ("target", "warning", "critical")]
        self.assertEqual(over, [1, 1, 0])

    def test_status_says_what_is_in_force(self):
        nginx = self.start(30)
        status = nginx.status()
        self.assertEqual((status["split"], status["revision"]), ("e2e", 0))
        self.assertEqual([(v["name"], round(v["share_ppm"], -2)) for v in status["variants"]],
                         [("new", 300000), ("legacy", 700000)])
        self.assertEqual([o["state"] for o in status["origins"]], ["closed", "closed"])


class Routes(NginxCase):
    def test_a_published_route_is_in_force_within_100_ms(self):
        """The best of six, so that a busy machine does not decide; the poll each second alone could never make it."""
        nginx = self.start(0)
        self.assertEqual(nginx.get()[2], b"from legacy")
        took = []
        for n in range(6):
            share, system = ((100, b"from new"), (0, b"from legacy"))[n % 2]
            nginx.set_share(share)
            renamed = nginx.route.stat().st_ctime
            kit.wait_until(lambda s=system: nginx.get()[2] == s, 5)
            took.append(time.time() - renamed)
        self.assertLess(min(took), 0.1)
        self.assertEqual(nginx.metric("split_route_revision"), 6)
        self.assertEqual(nginx.metric("split_route_reloads_total", result="ok"), 6)

    def test_a_bad_route_is_refused_and_the_old_one_stays(self):
        nginx = self.start(0)
        nginx.set_share(100)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 1, 5)
        good = json.loads(nginx.route.read_text())
        older, other, torn = dict(good, issued_at="2026-01-01T00:00:00Z"), dict(good, revision=2, split="other"), None
        for n, bad in enumerate((older, other, torn, dict(good, revision=2, ranges=[[0, 5, 0]]), dict(good, revision=2, schema=9))):
            text = json.dumps(bad) if bad else nginx.route.read_text()[:50]
            (nginx.folder / "next").write_text(text)
            (nginx.folder / "next").rename(nginx.route)
            kit.wait_until(lambda: nginx.metric("split_route_reloads_total", result="rejected") == n + 1, 5)
            self.assertEqual(nginx.get()[2], b"from new")
        self.assertEqual(nginx.errors().count("route refused, revision 1 stays"), 10)  # Two workers.
        (nginx.folder / "next").write_text(json.dumps(dict(good, revision=2)))
        (nginx.folder / "next").rename(nginx.route)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 2, 5)

    def test_a_route_that_vanishes_changes_nothing(self):
        nginx = self.start(0)
        nginx.set_share(100)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 1, 5)
        nginx.route.unlink()
        time.sleep(0.1)
        self.assertEqual(nginx.get()[2], b"from new")

    def test_failover_state_survives_a_new_route(self):
        nginx = self.start(100)
        nginx.operator("new", "down")
        nginx.set_share(90)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 1, 5)
        self.assertEqual(nginx.metric("split_failover_mode", origin="new"), 2)

    def test_requests_in_flight_survive_a_new_route(self):
        self.new.answer = lambda r: (time.sleep(0.3), reply(b"from new"))[1]
        nginx = self.start(100)
        got = []
        threads = [threading.Thread(target=lambda: got.append(nginx.get()[2])) for _ in range(8)]
        for t in threads:
            t.start()
        time.sleep(0.1)
        nginx.set_share(0)
        for t in threads:
            t.join()
        self.assertEqual(got, [b"from new"] * 8)
        self.assertEqual(nginx.get()[2], b"from legacy")


if __name__ == "__main__":
    unittest.main(verbosity=1)
