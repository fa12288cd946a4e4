# SPDX-License-Identifier: MIT
"""What routers get wrong, asked of nginx with the module: answers that cross visitors, crashes that nobody counts, healthy streams
that are cut, forged headers, requests with two meanings, an origin that answers garbage. Each test says the right value."""
import json
import os
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
from nginx_kit import LOCATION, Nginx  # noqa: E402


class FaultCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-faults-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy")))

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def start(self, percent=100, places=None, new=None, **more):
        origin = {"url": f"http://127.0.0.1:{self.new.port}", **(new or {})}
        return self.enter(Nginx(self.folder, policy(origin, self.legacy.port, percent, **more), **(places or {})))

    def raw(self, nginx, data, timeout=15):  # nginx may linger for 5 s
        """All bytes of the answer to a raw request that ends its connection."""
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=timeout) as s:
            s.sendall(data)
            got = b""
            try:
                while part := s.recv(65536):
                    got += part
            except ConnectionResetError:
                pass
        return got

    def outcomes(self, nginx, origin="new"):
        """{class: count} of an origin's attempts."""
        found = {}
        for key, value in nginx.metrics().items():
            m = re.match(r'split_attempt_outcomes_total\{.*origin="(\w+)",class="(\w+)"', key)
            if m and m.group(1) == origin:
                found[m.group(2)] = found.get(m.group(2), 0) + int(value)
        return found


class AnswersOfOthers(FaultCase):
    """Bytes that an origin writes late on a kept connection reach nobody."""

    LATE = {"a whole answer": reply(b"alice's"), "a time-out": b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
            "an end of chunks": b"0\r\n\r\n"}

    def test_an_answer_that_nobody_asked_for_is_nobodys(self):
        for what, late in self.LATE.items():
            def write_late(sock, late=late):
                def later():
                    time.sleep(0.1)
                    try:
                        sock.sendall(late)
                    except OSError:
                        pass
                threading.Thread(target=later, daemon=True).start()
                return reply(b"for alice")
            self.new.answer = lambda r: write_late if r["target"] == "/alice" else reply(b"for " + r["target"][1:].encode())
            nginx = self.start(places={"workers": 1})
            self.assertEqual(nginx.get("/alice")[2], b"for alice")
            time.sleep(0.3)
            for i in range(4):
                self.assertEqual(nginx.get("/bob")[::2], (200, b"for bob"), what)

    def test_a_body_after_an_answer_to_head_is_nobodys(self):
        self.new.answer = lambda r: (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalice" if r["method"] == "HEAD"
                                     else reply(b"for bob"))
        nginx = self.start(places={"workers": 1})
        self.assertEqual(nginx.get("/", "HEAD")[0], 200)
        for _ in range(4):
            self.assertEqual(nginx.get("/bob")[2], b"for bob")

    def test_surplus_bytes_behind_an_answer_are_nobodys(self):
        self.new.answer = lambda r: reply(b"for alice") + reply(b"surplus") if r["target"] == "/alice" else reply(b"for bob")
        nginx = self.start(places={"workers": 1})
        self.assertEqual(nginx.get("/alice")[2], b"for alice")
        for _ in range(4):
            self.assertEqual(nginx.get("/bob")[2], b"for bob")


class Crashes(FaultCase):
    """The new system reads a POST and closes the connection: every one is an error of its arm."""

    def test_posts_that_crash_on_kept_connections_are_counted_and_open_the_breaker(self):
        self.new.answer = lambda r: reply(b"ok") if r["method"] == "GET" else None
        nginx = self.start(places={"workers": 1}, failover={"base_open": "60s"})
        seen = []
        for i in range(12):
            cookie = {"Cookie": f"split_id=v{i}"}
            if nginx.metric("split_failover_state", origin="new") == 0:
                self.assertEqual(nginx.get(headers=cookie)[0], 200)  # Keeps a connection warm.
                if nginx.origin("new")["run"] == 0 and len(seen) > 4:
                    break
            seen.append(nginx.get("/order", "POST", headers=cookie, body=b"1")[0])
        posts = [r for r in self.new.requests if r["method"] == "POST"]
        failed = seen.count(502)
        self.assertEqual(len(posts), failed)  # None twice, none hidden.
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), failed + nginx.metric("split_diverted_total"))
        self.assertEqual(nginx.metric("split_user_errors_total", replayable="no"), failed)
        self.assertEqual(self.outcomes(nginx)["fail_reset"], failed)

    def test_posts_alone_open_the_breaker(self):
        self.new.answer = lambda r: None
        nginx = self.start(failover={"base_open": "60s"})
        seen = []
        for i in range(14):
            seen.append(nginx.get("/order", "POST", headers={"Cookie": f"split_id=v{i}"}, body=b"1")[0])
            time.sleep(0.03)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        self.assertEqual(seen[-1], 200)  # Diverted: nothing was sent.
        self.assertEqual(len(self.new.requests), seen.count(502))
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 14)

    def test_a_reset_after_the_whole_request_counts_as_well(self):
        def reset(sock):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.new.answer = lambda r: reset
        nginx = self.start()
        self.assertEqual(nginx.get("/", "POST", body=b"1")[0], 502)
        self.assertEqual(self.outcomes(nginx), {"fail_reset": 1})
        self.assertEqual(len(self.new.requests + self.legacy.requests), 1)

    def test_no_method_that_changes_things_is_ever_sent_twice(self):
        """PUT and DELETE are idempotent to nginx; on a kept connection it would send them again by itself."""
        self.new.answer = lambda r: reply(b"ok") if r["method"] == "GET" else None
        nginx = self.start(places={"workers": 1}, failover={"consecutive": 0, "fail_ppm": 0})
        for method in ("PUT", "DELETE", "POST", "PATCH"):
            for _ in range(5):
                self.assertEqual(nginx.get("/", headers={"Cookie": "split_id=a"})[0], 200)
                self.assertEqual(nginx.get("/x", method, body=b"1", headers={"Cookie": "split_id=a"})[0], 502)
        changing = [r for r in self.new.requests + self.legacy.requests if r["method"] != "GET"]
        self.assertEqual(len(changing), 20)
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 20)

    def test_a_crash_of_safe_requests_is_counted_once_and_hidden(self):
        self.new.answer = lambda r: None
        nginx = self.start(failover={"consecutive": 0, "fail_ppm": 0})
        for i in range(6):
            self.assertEqual(nginx.get("/", headers={"Cookie": f"split_id=v{i}"})[2], b"from legacy")
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 6)
        self.assertEqual(nginx.metric("split_user_errors_total"), 0)

    def test_a_kept_connection_found_dead_before_the_request_is_nobodys_fault(self):
        nginx = self.start(places={"workers": 1})
        port = self.new.port
        nginx.get()
        for sock in self.new.sockets:
            sock.shutdown(socket.SHUT_RDWR)
        time.sleep(0.2)
        self.assertEqual(nginx.get("/", "POST", body=b"1")[0], 200)
        self.assertEqual(self.outcomes(nginx), {"ok": 2})
        self.assertEqual(port, self.new.port)


class Streams(FaultCase):
    """Silence is what times out, not length."""

    def stream(self, head, piece, pieces, every):
        def play(sock):
            sock.sendall(head)
            for _ in range(pieces):
                time.sleep(every)
                sock.sendall(piece)
        return lambda r: play

    SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    NDJSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n"

    def watch(self, nginx, got, i):
        data = self.raw(nginx, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: split_id=s%d\r\n\r\n" % i, 30)
        got.append(data)

    def play(self, nginx, n):
        got = []
        threads = [threading.Thread(target=self.watch, args=(nginx, got, i)) for i in range(n)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return got

    def test_streams_longer_than_every_time_out_are_whole(self):
        """Six event streams, an ndjson stream and a slow download, each four times as long as the time-out."""
        for head, n in ((self.SSE, 6), (self.NDJSON, 1), (reply(b"", length=40 * 12), 1)):
            self.new.answer = self.stream(head, b"data: 123\n\n\n"[:12], 40, 0.1)
            nginx = self.start(places={"more": "proxy_buffering off;"}, new={"first_byte_timeout": "1s", "timeout": "1s"})
            got = self.play(nginx, n)
            self.assertEqual([g.count(b"data: 123") for g in got], [40] * n, head)
            self.assertEqual(self.outcomes(nginx), {"ok": n}, head)
            self.assertEqual(nginx.metric("split_failover_state", origin="new"), 0)
            self.assertEqual(nginx.metric("split_user_errors_total"), 0)

    def test_a_stream_that_goes_silent_is_cut_and_counted(self):
        def silent(sock):
            sock.sendall(reply(b"first", length=100))
            time.sleep(4)
        self.new.answer = lambda r: silent
        nginx = self.start(new={"first_byte_timeout": "1s", "timeout": "600ms"}, places={"more": "proxy_buffering off;"})
        began = time.monotonic()
        with self.assertRaises((kit.http.client.IncompleteRead, ConnectionError)):
            nginx.get()
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(self.outcomes(nginx), {"fail_timeout": 1})
        self.assertEqual(nginx.metric("split_errors_total", variant="new"), 1)
        self.assertEqual(nginx.metric("split_user_errors_total"), 1)

    def test_a_silent_event_stream_is_an_error_for_its_visitor_and_none_for_the_breaker(self):
        def silent(sock):
            sock.sendall(self.SSE + b"data: 1\n\n")
            time.sleep(4)
        self.new.answer = lambda r: silent
        nginx = self.start(new={"timeout": "600ms"}, places={"more": "proxy_buffering off;"})
        self.play(nginx, 1)
        self.assertEqual(self.outcomes(nginx), {"ok": 1})
        self.assertEqual(nginx.metric("split_user_errors_total"), 1)

    def test_a_websocket_passes_both_ways(self):
        def upgraded(sock):
            sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            while data := sock.recv(100):
                sock.sendall(data.upper())
        self.new.answer = lambda r: upgraded
        where = LOCATION.replace('Connection ""', "Connection Upgrade") + "proxy_set_header Upgrade $http_upgrade;"
        nginx = self.start(places={"location": where})
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            self.assertIn(b" 101 ", s.recv(4096))
            s.sendall(b"hello")
            self.assertEqual(s.recv(100), b"HELLO")
        kit.wait_until(lambda: self.outcomes(nginx) == {"ok": 1}, 5)

    def test_a_visitor_who_leaves_a_body_is_neutral(self):
        self.new.answer = self.stream(reply(b"", length=1 << 30), b"x" * 100_000, 60, 0.02)
        nginx = self.start()
        with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            s.recv(1000)
        kit.wait_until(lambda: self.outcomes(nginx) == {"neutral": 1}, 10)
        self.assertEqual(nginx.metric("split_user_errors_total"), 0)


class Forgery(FaultCase):
    """What a visitor sends so that the next program reads something else."""

    def refused(self, nginx, data, statuses):
        got = self.raw(nginx, data)
        found = re.findall(rb"HTTP/1\.1 (\d+)", got)
        self.assertTrue(found and set(found) <= statuses, (data, got[:200]))

    def test_folded_lines_nul_and_both_framings_never_reach_an_origin(self):
        nginx = self.start()
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        chunked, body = b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"
        for lines in (b"X-Auth-Use: admin\r\n r\r\n", b"Content-Length:\r\n 35\r\n", b"Content-Length: 3\0 36\r\n",
                      b"Content-Length: 60\r\n" + chunked, b"Content-Length: 13\r\nContent-Length: 0\r\n",
                      b"Host: b\r\nContent-Length: 13\r\n", b"Content-Length: 13\r\nTransfer-Encoding : chunked\r\n",
                      b"Content-Length: -5\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n"):
            self.refused(nginx, b"POST /a HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n" + body + smuggled, {b"400", b"501"})
        for line in (b"TRACE / HTTP/1.1", b"CONNECT a:1 HTTP/1.1"):
            self.refused(nginx, line + b"\r\nHost: a\r\nConnection: close\r\n\r\n", {b"405", b"400"})
        self.assertEqual(self.new.requests + self.legacy.requests, [])

    def test_names_that_other_programs_read_as_ours_do_not_pass(self):
        nginx = self.start()
        nginx.get(headers={"X_Split_Variant": "legacy", "X-Split-Variant": "legacy", "X_Forwarded_For": "9.9.9.9",
                           "X-Forwarded-For": "9.9.9.9"})
        got = self.new.requests[-1]["headers"]
        self.assertEqual([v for k, v in got if k.lower().replace("_", "-") == "x-split-variant"], ["new"])
        self.assertEqual([v for k, v in got if k.lower().replace("_", "-") == "x-forwarded-for"], ["127.0.0.1"])

    def test_a_forged_variant_is_gone_wherever_it_stands_among_the_headers(self):
        """Also where the configuration sets no header of ours: the visitor's must not pass."""
        where = LOCATION.replace("proxy_set_header X-Split-Variant $split_variant;", "")
        nginx = self.start(places={"location": where})
        for n in (0, 1, 5, 18, 19, 20, 21, 40):  # nginx keeps headers in parts of 20.
            lines = [b"X-H%d: %d\r\n" % (i, i) for i in range(n)]
            for at in {0, n // 2, n}:
                several = lines[:at] + [b"X-Split-Variant: legacy\r\n", b"x-split-variant: other\r\n"] + lines[at:]
                self.raw(nginx, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"".join(several) + b"Connection: close\r\n\r\n")
                got = self.new.requests[-1]["headers"]
                self.assertIsNone(header(got, "x-split-variant"))
                self.assertEqual(sum(k.lower().startswith("x-h") for k, _ in got), n)

    def test_the_absolute_form_replaces_the_host(self):
        nginx = self.start()
        self.raw(nginx, b"GET http://shop.example/x?q=/y HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
        got = self.new.requests[-1]
        self.assertEqual((got["target"], header(got["headers"], "Host")), ("/x?q=/y", "shop.example"))

    def test_random_bytes_do_no_harm(self):
        import random
        nginx = self.start()
        seed = int(os.environ.get("SPLIT_SEED", time.time_ns() & 0xFFFFFFFF))
        rnd = random.Random(seed)
        parts = [b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"Host: a\r\n", b"Content-Length: 5\r\n", b"\r\n", b"hello",
                 b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n", b"Cookie: split_id=x; ;=;\r\n", b"Cookie: split_id\r\n",
                 b"X-Split-Variant: x\r\n", b"X: \x00\xff\r\n", b" folded\r\n", b"GET http://h HTTP/1.0\r\n", b"OPTIONS * HTTP/1.1\r\n"]
        for _ in range(300):
            data = b"".join(rnd.choices(parts, k=rnd.randint(1, 9)))
            if rnd.random() < 0.5:
                at = rnd.randrange(len(data))
                data = data[:at] + rnd.randbytes(rnd.randint(1, 4)) + data[at + 1:]
            with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as s:
                s.sendall(data)
        self.assertEqual(nginx.get()[0], 200, f"SPLIT_SEED={seed}")


class OddOrigins(FaultCase):
    """Answers that are none: the visitor gets the other system's, or nginx's 502; never a hang, never a crash."""

    ODD = {
        "a 101 that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "garbage": b"what is this\r\n\r\n",
        "binary": bytes(range(256)),
        "a head longer than the buffer": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\0\r\n\r\n",
        "nothing": b"",
    }

    def test_get_is_hidden_and_post_is_502(self):
        for what, data in self.ODD.items():
            def play(sock, data=data):
                sock.sendall(data)
            self.new.answer = lambda r: play
            nginx = self.start(failover={"consecutive": 0, "fail_ppm": 0})
            status, _, body = nginx.get("/", timeout=5)
            self.assertEqual((status, body), (200, b"from legacy"), what)
            self.assertEqual(nginx.get("/", "POST", body=b"1", timeout=5)[0], 502, what)
            self.assertEqual(self.outcomes(nginx), {"fail_reset": 2}, what)
            self.assertEqual(nginx.metric("split_errors_total", variant="new"), 2, what)

    def test_two_lengths_are_never_passed_on(self):
        self.new.answer = lambda r: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nhello"
        nginx = self.start()
        got = self.raw(nginx, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertLessEqual(got.lower().count(b"content-length:"), 1)

    def test_endless_headers_end(self):
        def endless(sock):
            sock.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                sock.sendall(b"X-More: " + b"z" * 1000 + b"\r\n")
        self.new.answer = lambda r: endless
        self.assertEqual(self.start().get(timeout=5)[2], b"from legacy")

    def test_interim_answers_are_skipped(self):
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
        for interim in (hints, hints + b"HTTP/1.1 100 Continue\r\n\r\n" + hints):
            for cut in (None, 10, len(interim)):
                def play(sock, interim=interim, cut=cut):
                    whole = interim + reply(b"the real one")
                    if cut:
                        sock.sendall(whole[:cut])
                        time.sleep(0.1)
                    sock.sendall(whole[cut or 0:])
                    return b""
                self.new.answer = lambda r: play
                nginx = self.start()
                for method in ("GET", "POST"):
                    self.assertEqual(nginx.get("/", method, timeout=5)[::2], (200, b"the real one"))
                self.assertEqual(self.outcomes(nginx), {"ok": 2})

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
        nginx = self.enter(Nginx(self.folder, policy(listener.getsockname()[1], self.legacy.port, 100)))
        self.assertEqual(nginx.get("/", "POST", body=b"x" * 400_000)[0], 403)

    def test_a_large_body_moves_on_when_nothing_was_sent(self):
        self.new.close()
        self.legacy.answer = lambda r: reply(str(len(r["body"])).encode())
        nginx = self.start()
        self.assertEqual(nginx.get("/", "POST", body=b"x" * 20_000_000)[::2], (200, b"20000000"))

    def test_without_request_buffering_nothing_is_sent_twice(self):
        """Such a body can be sent once; a refused connection still moves on."""
        nginx = self.start(places={"more": "proxy_request_buffering off;"})
        self.new.answer = lambda r: None
        self.assertEqual(nginx.get("/", "PUT", body=b"x" * 300_000)[0], 502)
        self.assertEqual(len(self.new.requests + self.legacy.requests), 1)
        self.new.close()
        self.assertEqual(nginx.get("/", "PUT", body=b"x" * 300_000)[0], 200)


class Caches(FaultCase):
    HTTP = "proxy_cache_path {0} keys_zone=c:1m use_temp_path=off;"

    def cached(self, more="", **policy_more):
        nginx = self.enter(Nginx(self.folder, policy(self.new.port, self.legacy.port, 50, **policy_more), start=False))
        nginx.write_conf(http=self.HTTP.format(nginx.folder / "cache"), more="""
            proxy_cache c;
            proxy_cache_key $split_variant$request_uri;
            proxy_cache_valid 200 60s;
            add_header X-Cache $upstream_cache_status always;""" + more)
        nginx.start()
        return nginx

    def test_the_variant_is_in_the_key_and_the_cookie_in_no_stored_answer(self):
        nginx = self.cached()
        seen = {}
        for i in range(40):
            _, headers, body = nginx.get("/page")
            variant = header(headers, "x-split-variant")
            self.assertEqual(body, b"from " + variant.encode())
            seen.setdefault(variant, []).append((header(headers, "X-Cache"), header(headers, "Set-Cookie")))
            time.sleep(0.05 if len(seen[variant]) == 1 else 0)  # nginx stores an answer just after it was sent.
        self.assertEqual(set(seen), {"new", "legacy"})
        for answers in seen.values():
            self.assertEqual([a for a, _ in answers], ["MISS"] + ["HIT"] * (len(answers) - 1))
            cookies = [c for _, c in answers]
            self.assertEqual(len(set(cookies)), len(answers))  # Everybody has an id of their own.
        self.assertEqual(len(self.new.requests + self.legacy.requests), 2)
        self.assertEqual(nginx.metric("split_units_total"), 40)

    def test_a_public_answer_carries_no_cookie_unless_the_site_asks_for_it(self):
        self.new.answer = self.legacy.answer = lambda r: reply(b"x", "200 OK", "Cache-Control: public, max-age=60")
        nginx = self.start()
        _, headers, _ = nginx.get()
        self.assertIsNone(header(headers, "Set-Cookie"))
        self.assertEqual(header(headers, "Cache-Control"), "public, max-age=60")
        self.assertEqual(nginx.metric("split_units_total"), 0)
        nginx = self.start(places={"split": "cookie public;"})
        _, headers, _ = nginx.get()
        self.assertIn("split_id=", header(headers, "Set-Cookie"))
        self.assertEqual(header(headers, "Cache-Control"), "private")

    def test_stale_answers_serve_while_the_origin_fails(self):
        nginx = self.cached("proxy_cache_valid 200 1s; proxy_cache_use_stale error timeout updating http_503;"
                            "proxy_cache_background_update on;", failover={"consecutive": 0, "fail_ppm": 0})
        cookie = {"Cookie": "split_id=v1"}
        self.assertEqual(nginx.get("/s", headers=cookie)[0], 200)
        self.new.answer = self.legacy.answer = lambda r: reply(b"bad", "503 No")
        time.sleep(2.1)
        for _ in range(4):
            self.assertEqual(nginx.get("/s", headers=cookie)[0], 200)
            time.sleep(0.05)


class Trips(FaultCase):
    def test_an_origin_whose_url_changed_starts_fresh(self):
        """The state of the old machine at this name says nothing about the new one."""
        self.new.answer = lambda r: reply(b"", "503 No")
        nginx = self.start(failover={"base_open": "300s"})
        nginx.set_share(100)
        for i in range(12):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.03)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        other = self.enter(Scripted(lambda r: reply(b"from the other")))
        route = json.loads(nginx.route.read_text())
        route["revision"] += 1
        route["origins"]["new"]["url"] = f"http://127.0.0.1:{other.port}"
        (nginx.folder / "next").write_text(json.dumps(route))
        (nginx.folder / "next").rename(nginx.route)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 2, 5)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 0)
        self.assertEqual(nginx.get()[2], b"from the other")

    def test_no_more_than_one_probe_goes_through_at_once(self):
        self.new.answer = lambda r: reply(b"", "503 No")
        nginx = self.start(failover={"base_open": "500ms", "probe_interval": "5s"})
        for i in range(14):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.02)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        self.new.answer = lambda r: (time.sleep(0.3), reply(b"from new"))[1]
        before = len(self.new.requests)
        time.sleep(0.8)
        got = []
        threads = [threading.Thread(target=lambda i=i: got.append(nginx.get(headers={"Cookie": f"split_id=p{i}"})[0]))
                   for i in range(60)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(got, [200] * 60)
        self.assertEqual(len(self.new.requests) - before, 1)

    def test_a_session_stays_where_it_was_taken_over(self):
        down = {"now": False}
        self.new.answer = lambda r: None if down["now"] else reply(b"from new")
        nginx = self.start(failover={"sticky": "stay", "base_open": "200ms", "probe_interval": "20ms", "ramp_hold": "50ms",
                                     "ramp_min_ok": 1})
        _, headers, body = nginx.get(headers={"Cookie": "split_id=s"})
        self.assertEqual((body, header(headers, "Set-Cookie")), (b"from new", None))
        down["now"] = True
        _, headers, body = nginx.get(headers={"Cookie": "split_id=s"})
        self.assertEqual((body, header(headers, "Set-Cookie")),
                         (b"from legacy", "split_id_o=legacy; Path=/; HttpOnly; SameSite=Lax"))
        down["now"] = False
        for _ in range(5):
            _, headers, body = nginx.get(headers={"Cookie": "split_id=s; split_id_o=legacy"})
            self.assertEqual((body, header(headers, "Set-Cookie")), (b"from legacy", None))
        self.assertEqual(nginx.get(headers={"Cookie": "split_id=t"})[2], b"from new")
        for odd in ("nobody", "", "new", "legacy; split_id_o=new"):
            self.assertEqual(nginx.get(headers={"Cookie": f"split_id=s; split_id_o={odd}"})[0], 200)


class Rollouts(FaultCase):
    def test_a_system_that_crashes_on_posts_is_rolled_back(self):
        """Three in ten requests are POSTs, each of which the new system reads and drops; its GETs are fine, connections are kept."""
        self.new.answer = lambda r: None if r["method"] == "POST" else reply(b"ok")
        document = policy(self.new.port, self.legacy.port, 50)
        document["rollout"].update(window="1s", phases=[{"percent": 50, "bake": "20s"}, {"percent": 100, "bake": "20s"}])
        nginx = self.enter(Nginx(self.folder, document))
        load = subprocess.Popen([str(kit.LOAD), "--url", f"http://127.0.0.1:{nginx.port}", "--visitors", "300", "--rate", "150",
                                 "--seconds", "60", "--post-percent", "30", "--connections", "32"], stdout=subprocess.PIPE, text=True)
        try:
            done = subprocess.run([str(kit.SPLITCTL.resolve()), "run", "-p", str(nginx.policy), "--source",
                                   f"http://127.0.0.1:{nginx.admin}"], cwd=nginx.folder, capture_output=True, text=True, timeout=50,
                                  check=False)
        finally:
            load.terminate()
            seen = json.loads(load.communicate(timeout=30)[0])
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)
        kit.wait_until(lambda: nginx.metric("split_route_revision") >= 2, 5)
        errors = nginx.metric("split_errors_total", variant="new") - nginx.metric("split_diverted_total", variant="new")
        self.assertEqual(errors, nginx.metric("split_user_errors_total"))
        self.assertLessEqual(abs(errors - seen["user_errors_not_replayable"]), 2)  # The load may end under a request.
        self.assertEqual(seen["user_errors_replayable"], 0)
        posts = [r for r in self.new.requests if r["method"] == "POST"]
        ids = [header(r["headers"], "x-request-id") for r in posts]
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    unittest.main(verbosity=1)
