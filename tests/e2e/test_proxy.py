# SPDX-License-Identifier: MIT
"""End-to-end tests of split-proxy: a real proxy between a real client and origins that answer as told."""
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from kit import Proxy, Scripted, header, policy, reply  # noqa: E402


class ProxyCase(unittest.TestCase):
    """Two scripted origins, `new` and `legacy`, behind one proxy."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-proxy-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new", "200 OK", "x-served-by: new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy", "200 OK", "x-served-by: legacy")))

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def start(self, percent=100, *options, **more):
        return self.enter(Proxy(self.folder, policy(self.new.port, self.legacy.port, percent, **more), *options))

    def last(self, origin=None):
        return (origin or self.new).requests[-1]

    def raw(self, proxy, data):
        """All bytes of the answer to a raw request that ends its connection."""
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(data)
            got = b""
            while part := s.recv(65536):
                got += part
        return got


class Visitors(ProxyCase):
    def test_a_new_visitor_gets_a_cookie_with_all_its_attributes(self):
        _, headers, _ = self.start().get()
        self.assertRegex(header(headers, "Set-Cookie"),
                         r"^split_id=[0-9a-f]{32}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax$")

    def test_the_cookie_is_secure_behind_tls(self):
        proxy = self.start()
        secure = [header(proxy.get(headers={"X-Forwarded-Proto": p})[1], "Set-Cookie").endswith("; Secure")
                  for p in ("https", "HTTPS, http", "http", "httpsx")]
        self.assertEqual(secure, [True, True, False, False])

    def test_secure_can_be_forced_and_forbidden(self):
        always = self.start(100, "--secure-cookie", "always").get()[1]
        never = self.start(100, "--secure-cookie", "never").get(headers={"X-Forwarded-Proto": "https"})[1]
        direct = self.start(100, "--direct").get(headers={"X-Forwarded-Proto": "https"})[1]
        self.assertEqual(["Secure" in header(h, "Set-Cookie") for h in (always, never, direct)], [True, False, False])

    def test_a_known_visitor_keeps_id_and_variant(self):
        proxy = self.start(50)
        _, headers, _ = proxy.get()
        cookie = header(headers, "Set-Cookie").split(";")[0]
        for _ in range(20):
            _, again, _ = proxy.get(headers={"Cookie": f"a=b; {cookie}"})
            self.assertIsNone(header(again, "Set-Cookie"))
            self.assertEqual(header(again, "x-split-variant"), header(headers, "x-split-variant"))

    def test_an_id_with_odd_bytes_is_replaced(self):
        proxy = self.start()
        for bad in ("x" * 65, "a/b", "", "a.b", "\u00e9"):
            _, headers, _ = proxy.get(headers={"Cookie": "split_id=" + bad})
            self.assertIsNotNone(header(headers, "Set-Cookie"), bad)

    def test_an_id_is_found_among_whatever_other_cookies_there_are(self):
        """A visitor whose other cookies are odd must not change the variant with each request."""
        proxy = self.start()
        for others in ("a; %s", 'a="x;y"; %s', 'a="open; %s', 'a=b"c; %s', "a=b;%s", "a=b  ;  %s  ", '=;;j={"x":1,"y":2};%s',
                       "split_idx=1; %s", "SPLIT_ID=1; %s", "a=b\r\nCookie: %s", "a=\u00e9; %s; a=b"):
            got = self.raw(proxy, ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: " + others % "split_id=abc" +
                                   "\r\n\r\n").encode("latin-1"))
            self.assertIn(b" 200 ", got, others)
            self.assertNotIn(b"Set-Cookie", got, others)

    def test_cookie_name_and_age_come_from_the_policy(self):
        _, headers, _ = self.start(split={"cookie": {"name": "who", "max_age": "1h"}}).get()
        self.assertRegex(header(headers, "Set-Cookie"), r"^who=[0-9a-f]{32}; Path=/; Max-Age=3600;")

    def test_visitors_are_where_the_plan_puts_them(self):
        """The share of requests, exactly: for 400 ids the proxy and `splitctl assign` agree on each one."""
        proxy = self.start(30)
        ids = [f"visitor-{i}" for i in range(400)]
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(proxy.policy), *ids], capture_output=True, text=True,
                              timeout=30, check=True)
        expected = {line.split("\t")[0]: line.split("\t")[2] for line in done.stdout.splitlines()}
        got = {i: header(proxy.get(headers={"Cookie": f"split_id={i}"})[1], "x-split-variant") for i in ids}
        self.assertEqual(got, expected)
        new = sum(v == "new" for v in expected.values())
        self.assertEqual(proxy.metric("split_sent_total", variant="new"), new)
        self.assertEqual(proxy.metric("split_sent_total", variant="legacy"), 400 - new)
        self.assertEqual(len(self.new.requests), new)

    def test_random_mode_divides_requests_not_visitors(self):
        proxy = self.start(50, split={"mode": "random"})
        got = {header(proxy.get(headers={"Cookie": "split_id=one"})[1], "x-split-variant") for _ in range(60)}
        self.assertEqual(got, {"new", "legacy"})

    def test_even_mode_gives_exact_shares(self):
        proxy = self.start(25, split={"mode": "even"})
        got = [header(proxy.get()[1], "x-split-variant") for _ in range(80)]
        self.assertEqual(got.count("new"), 20)


class Headers(ProxyCase):
    def test_the_variant_is_told_to_origin_and_visitor_and_not_believed(self):
        proxy = self.start()
        _, headers, _ = proxy.get(headers={"x-split-variant": "legacy", "X-Split-Variant": "forged"})
        self.assertEqual(header(headers, "x-split-variant"), "new")
        self.assertEqual(header(self.last()["headers"], "x-split-variant"), "new")

    def test_an_origin_cannot_change_the_variant_of_the_answer(self):
        self.new.answer = lambda r: reply(b"", "200 OK", "x-split-variant: other")
        self.assertEqual(header(self.start().get()[1], "x-split-variant"), "new")

    def test_hop_by_hop_headers_stop_at_the_proxy(self):
        self.new.answer = lambda r: reply(b"x", "200 OK", "Connection: X-Secret, keep-alive", "X-Secret: 1", "Keep-Alive: 5",
                                          "Upgrade: h2c", "Trailer: x", "Proxy-Authenticate: no", "X-Kept: 2")
        proxy = self.start()
        _, headers, _ = proxy.get(headers={"Connection": "keep-alive, X-Private", "X-Private": "1", "Keep-Alive": "3",
                                           "TE": "gzip", "Upgrade": "websocket", "Proxy-Authorization": "x",
                                           "Proxy-Connection": "close", "X-Public": "2"})
        seen = {k.lower() for k, _ in self.last()["headers"]}
        self.assertFalse(seen & {"x-private", "keep-alive", "te", "upgrade", "proxy-authorization", "proxy-connection",
                                 "connection"}, seen)
        self.assertIn("x-public", seen)
        got = {k.lower() for k, _ in headers}
        self.assertFalse(got & {"x-secret", "keep-alive", "upgrade", "trailer", "proxy-authenticate"}, got)
        self.assertIn("x-kept", got)

    def test_forwarded_headers_are_extended(self):
        self.start().get(headers={"Host": "shop.example", "X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"})
        got = self.last()["headers"]
        self.assertEqual(header(got, "X-Forwarded-For"), "9.9.9.9, 127.0.0.1")
        self.assertEqual(header(got, "X-Forwarded-Proto"), "https")
        self.assertEqual(header(got, "X-Forwarded-Host"), "shop.example")

    def test_forwarded_headers_are_replaced_when_visitors_come_directly(self):
        self.start(100, "--direct").get(headers={"Host": "shop.example", "X-Forwarded-For": "9.9.9.9",
                                                 "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"})
        got = self.last()["headers"]
        self.assertEqual([header(got, "X-Forwarded-" + n) for n in ("For", "Proto", "Host")],
                         ["127.0.0.1", "http", "shop.example"])

    def test_several_forwarded_headers_become_one_chain(self):
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n")
            s.recv(4096)
        self.assertEqual(header(self.last()["headers"], "X-Forwarded-For"), "1.1.1.1, 2.2.2.2, 127.0.0.1")

    def test_the_host_header_is_the_origins(self):
        proxy = self.start()
        proxy.get(headers={"Host": "shop.example"})
        self.assertEqual(header(self.last()["headers"], "Host"), f"127.0.0.1:{self.new.port}")
        document = policy({"url": f"http://127.0.0.1:{self.new.port}", "host": "inner.example"}, self.legacy.port, 100)
        self.enter(Proxy(self.folder, document)).get()
        self.assertEqual(header(self.last()["headers"], "Host"), "inner.example")

    def test_nothing_is_invented_for_the_origin(self):
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port)) as s:
            s.sendall(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            s.recv(4096)
        self.assertEqual({k.lower() for k, _ in self.last()["headers"]},
                         {"host", "content-length", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
                          "x-split-variant"})

    def test_path_and_query_arrive_byte_for_byte(self):
        proxy = self.start()
        for target in ("/a%2Fb/../c?d=%20&e=+f", "//x//y", "/?", "/%ff;p=1?a=b=c", "/a?http://b/c"):
            with socket.create_connection(("127.0.0.1", proxy.port)) as s:
                s.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                while s.recv(4096):
                    pass
            self.assertEqual(self.last()["target"], target)

    def test_an_origin_url_may_have_a_path(self):
        document = policy({"url": f"http://127.0.0.1:{self.new.port}/base/"}, self.legacy.port, 100)
        self.enter(Proxy(self.folder, document)).get("/x?y")
        self.assertEqual(self.last()["target"], "/base/x?y")

    def test_repeated_headers_stay_repeated(self):
        self.new.answer = lambda r: reply(b"", "200 OK", "Set-Cookie: a=1", "Set-Cookie: b=2")
        _, headers, _ = self.start().get(headers={"Cookie": "split_id=known"})
        self.assertEqual([v for k, v in headers if k == "Set-Cookie"], ["a=1", "b=2"])

    def test_a_missing_or_empty_value_passes(self):
        proxy = self.start()
        proxy.get(headers={"X-Empty": ""})
        self.assertEqual(header(self.last()["headers"], "X-Empty"), "")


class Bodies(ProxyCase):
    def test_bodies_pass_in_both_directions(self):
        self.new.answer = lambda r: reply(r["body"][::-1])
        proxy = self.start()
        for size in (0, 1, 1000, 65536, 65537, 3_000_000):
            body = os.urandom(size)
            status, _, got = proxy.get("/", "POST", body=body)
            self.assertEqual((status, got), (200, body[::-1]), size)

    def test_chunked_uploads_pass(self):
        self.new.answer = lambda r: reply(str(len(r["body"])).encode())
        proxy = self.start()
        for size in (10, 500_000):
            status, _, got = proxy.get("/", "PUT", body=iter([b"x" * (size // 10)] * 10))
            self.assertEqual((status, got), (200, str(size).encode()))

    def test_too_large_bodies_are_refused_with_413(self):
        proxy = self.start(100, "--max-body", "1000")
        self.assertEqual(proxy.get("/", "POST", body=b"x" * 1000)[0], 200)
        self.assertEqual(proxy.get("/", "POST", body=b"x" * 1001)[0], 413)
        self.assertEqual(proxy.get("/", "POST", body=iter([b"x" * 600] * 2))[0], 413)
        self.assertEqual(len(self.new.requests), 1)

    def test_too_large_headers_are_refused(self):
        proxy = self.start(100, "--max-headers", "4096")
        self.assertIn(proxy.get(headers={"X-Long": "y" * 8000})[0], (400, 413, 431))
        self.assertEqual(proxy.get()[0], 200)

    def test_answers_without_a_length_and_without_a_body(self):
        proxy = self.start()
        self.new.answer = lambda r: (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        self.assertEqual(proxy.get()[2], b"abcde")
        self.new.answer = lambda r: b"HTTP/1.1 204 No Content\r\n\r\n"
        self.assertEqual(proxy.get()[0], 204)
        self.new.answer = lambda r: b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
        self.assertEqual(proxy.get()[0], 304)
        self.new.answer = lambda r: reply(b"", length=77)
        status, headers, body = proxy.get("/", "HEAD")
        self.assertEqual((status, header(headers, "Content-Length"), body), (200, "77", b""))

    def test_a_large_answer_streams_with_a_bounded_buffer(self):
        total = 40_000_000

        def flood(_):
            def send(sock):
                sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {total}\r\n\r\n".encode())
                for _ in range(total // 100_000):
                    sock.sendall(b"z" * 100_000)
                return b""
            return send
        self.new.answer = flood
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port)) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = len(s.recv(1000))
            time.sleep(0.5)  # A visitor who reads slowly: the origin must be held back meanwhile.
            memory = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{proxy.child.pid}/status").read_text()).group(1))
            while data := s.recv(1 << 20):
                got += len(data)
        self.assertGreater(got, total)
        if "asan" not in str(kit.BUILD):
            self.assertLess(memory, 30_000, "kB of memory while the visitor reads slowly")

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
        proxy = self.start(100, "--hold-ms", "60000")
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            got = b""
            while b"data: 1" not in got:
                got += s.recv(4096)

    def test_an_upload_that_waits_for_a_word_gets_it(self):
        self.new.answer = lambda r: reply(r["body"])
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
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

    def test_requests_with_two_meanings_are_refused(self):
        """The raw material of request smuggling: nothing of it reaches an origin, and the connection ends."""
        proxy = self.start()
        chunked, body = b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        for lines in (b"Content-Length: 60\r\n" + chunked, b"Content-Length: 13\r\nContent-Length: 0\r\n",
                      chunked + b"Transfer-Encoding: identity\r\n", b"Transfer-Encoding: identity\r\n" + chunked,
                      b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
                      b"Content-Length: 13\r\nTransfer-Encoding : chunked\r\n", b"Transfer-Encoding:\x0bchunked\r\n",
                      b"Content-Length: 13\r\nTransfer-Encoding\x0b: chunked\r\n", b"Content-Length: 13\r\nX: y\rZ: z\r\n",
                      b"Host: b\r\nContent-Length: 13\r\n", b"X: \x01\r\nContent-Length: 13\r\n", b"X;Y: z\r\nContent-Length: 13\r\n"):
            got = self.raw(proxy, b"POST /a HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n" + body + smuggled)
            self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", got), [b"400"], lines)
            self.assertIn(b"\r\nConnection: close\r\n", got, lines)
        self.assertIn(b" 400 ", self.raw(proxy, b"POST / HTTP/1.0\r\n" + chunked + b"\r\n" + body))
        for line in (b"G\x01T / HTTP/1.1", b"X:Y / HTTP/1.1", b"A\tb / HTTP/1.1", b"GET /\x01 HTTP/1.1", b"GET /a\tb HTTP/1.1",
                     b"GET * HTTP/1.1", b"GET x HTTP/1.1", b"GET @host/ HTTP/1.1", b"GET ftp://a/ HTTP/1.1"):
            self.assertIn(b" 400 ", self.raw(proxy, line + b"\r\nHost: a\r\n\r\n"), line)
        self.assertEqual(self.new.requests + self.legacy.requests, [])
        self.assertEqual(proxy.stop(signal.SIGTERM), 0)
        log = proxy.log.read_bytes()
        self.assertIn(b"method=G%01T ", log)
        self.assertNotRegex(log, rb"[^\n -~]")

    def test_targets_of_other_forms_mean_the_same(self):
        proxy = self.start(100, origins={
            "new": {"url": f"http://127.0.0.1:{self.new.port}/base"}, "legacy": {"url": f"http://127.0.0.1:{self.legacy.port}"}})
        for line, target in ((b"GET http://h/x?q=/y", "/base/x?q=/y"), (b"GET http://h?q=/y", "/base/?q=/y"),
                             (b"GET HTTPS://h", "/base/"), (b"OPTIONS *", "*")):
            self.raw(proxy, line + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            self.assertEqual(self.last()["target"], target)

    def test_an_answer_to_head_ends_with_its_headers(self):
        """A byte more, and the visitor takes it for the begin of the next answer."""
        self.new.answer = lambda r: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Last: 1\r\n\r\n"
        got = self.raw(self.start(), b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertRegex(got, rb"(?s)^HTTP/1\.1 200 OK\r\n.*X-Last: 1\r\n")
        self.assertEqual(got.split(b"\r\n\r\n", 1)[1], b"")

    def test_answers_that_cannot_be_passed_on_as_they_are(self):
        proxy = self.start()
        self.new.answer = lambda r: reply(b"x", "200 OK", "X\tOdd: 1", "X-Good: a\tb")
        status, headers, body = proxy.get()
        self.assertEqual((status, header(headers, "X-Good"), body), (200, "a\tb", b"x"))
        self.new.answer = lambda r: reply(b"x", "200 OK", "X-Long: " + "y" * 40000)
        self.assertEqual(proxy.get()[0], 502)
        self.assertIn("the headers of its answer are too large", proxy.errors())

    def early_answer(self, head, answer_bytes, reads, pieces=20):
        """An upload in pieces to an origin that answers at its head; `reads(stream)` is what it does then. (answer, what it read)"""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        got = []

        def serve():
            sock = listener.accept()[0]
            with sock, sock.makefile("rb") as stream:
                while stream.readline() not in (b"\r\n", b""):
                    pass
                sock.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {answer_bytes}\r\n\r\n".encode())
                reads(sock, stream, got)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        proxy = self.enter(Proxy(self.folder, policy(listener.getsockname()[1], self.legacy.port, 100)))
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as s:
            s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + head + b"\r\n\r\n")
            chunked = head.startswith(b"Transfer")
            for _ in range(pieces):
                s.sendall((b"4e20\r\n" if chunked else b"") + b"x" * 20000 + (b"\r\n" if chunked else b""))
                time.sleep(0.2 / pieces)
            s.sendall(b"0\r\n\r\n" if chunked else b"")
            answer = b""
            while part := s.recv(65536):
                answer += part
        thread.join(10)
        return answer.partition(b"\r\n\r\n")[2], b"".join(got)

    def test_an_origin_that_answers_early_gets_all_of_the_body(self):
        def chunks(sock, stream, got):
            got.append(kit.read_chunks(stream))
            sock.sendall(b"y" * 200_000)

        def plain(sock, stream, got):
            got.append(stream.read(400_000))
            sock.sendall(b"y" * 200_000)
        for head, reads in ((b"Transfer-Encoding: chunked", chunks), (b"Content-Length: 400000", plain)):
            answer, body = self.early_answer(head, 200_000, reads)
            self.assertEqual((len(answer), len(body)), (200_000, 400_000), head)

    def test_a_body_that_must_give_way_never_looks_complete(self):
        """The origin will not read before its answer is taken, the visitor will not read before the body is."""
        def late(sock, stream, got):
            sock.sendall(b"y" * 20_000_000)
            while line := stream.readline():
                got.append(line if line == b"0\r\n" else b"")
        answer, ends = self.early_answer(b"Transfer-Encoding: chunked", 20_000_000, late, 1000)  # More than sockets hold.
        self.assertLess(len(answer), 20_000_000)
        self.assertEqual(ends, b"")

    def test_a_visitor_may_take_long_to_send_a_body(self):
        """The time-outs are the origin's."""
        proxy = self.start(100, "--replay", "1000", origins={
            "new": {"url": f"http://127.0.0.1:{self.new.port}", "timeout": "600ms", "first_byte_timeout": "500ms"},
            "legacy": {"url": f"http://127.0.0.1:{self.legacy.port}"}})
        self.new.answer = lambda r: reply(str(len(r["body"])).encode())
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\nConnection: close\r\n\r\n")
            for _ in range(10):
                s.sendall(b"x" * 2000)
                time.sleep(0.15)
            got = b""
            while part := s.recv(65536):
                got += part
        self.assertTrue(got.endswith(b"\r\n\r\n20000"), got)
        self.assertEqual(proxy.metric("split_attempt_outcomes_total", **{"class": "ok"}), 1)

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
        proxy = self.enter(Proxy(self.folder, document))
        self.assertEqual(proxy.get("/", "POST", body=b"x" * 400_000)[0], 403)


class Connections(ProxyCase):
    def test_connections_to_origins_are_kept(self):
        proxy = self.start()
        for _ in range(30):
            proxy.get()
        self.assertEqual(self.new.connections, 1)

    def test_a_visitor_connection_serves_many_requests(self):
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s, s.makefile("rb") as stream:
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
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(b"".join(f"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for i in range(9))
                      + b"GET /9 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = b""
            while data := s.recv(65536):
                got += data
        self.assertEqual(re.findall(rb"\r\n\r\n/(\d)", got), [str(i).encode() for i in range(10)])

    def test_a_kept_connection_that_the_origin_closed_is_no_failure(self):
        closing = {"now": False}
        self.new.answer = lambda r: None if closing["now"] and len(self.new.requests) == 2 else reply(b"ok")
        proxy = self.start()
        proxy.get()
        closing["now"] = True
        self.assertEqual(proxy.get()[0], 200)  # Sent again, on a fresh connection: it was safe.
        self.assertEqual(proxy.metric("split_errors_total", variant="new"), 0)

    def test_a_post_on_a_kept_connection_is_never_sent_twice(self):
        self.new.answer = lambda r: reply(b"ok") if r["method"] == "GET" else None
        proxy = self.start()
        proxy.get()
        status, _, _ = proxy.get("/order", "POST", body=b"1")
        self.assertEqual(status, 502)
        self.assertEqual([r["method"] for r in self.new.requests + self.legacy.requests], ["GET", "POST"])

    def test_a_visitor_who_leaves_is_neutral(self):
        self.new.answer = lambda r: (time.sleep(0.4), reply(b"late"))[1]
        proxy = self.start()
        for _ in range(8):
            with socket.create_connection(("127.0.0.1", proxy.port)) as s:
                s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                time.sleep(0.05)
        kit.wait_until(lambda: proxy.metric("split_attempt_outcomes_total", **{"class": "neutral"}) == 8, 5)
        self.assertEqual(proxy.metric("split_left_out_total", variant="new", reason="neutral"), 8)
        self.assertEqual(proxy.metric("split_sent_total", variant="new"), 0)
        self.assertEqual(proxy.metric("split_failover_state", origin="new"), 0)
        self.assertEqual(proxy.metric("split_user_errors_total"), 0)

    def test_malformed_requests_are_refused(self):
        proxy = self.start()
        for bad in (b"GET / HTTP/9.9\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                    b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
                s.sendall(bad)
                s.shutdown(socket.SHUT_WR)
                self.assertNotIn(b" 200 ", s.recv(4096))
        self.assertEqual(proxy.get()[0], 200)


    def test_random_bytes_do_no_harm(self):
        proxy = self.start()
        seed = int(os.environ.get("SPLIT_SEED", time.time_ns() & 0xFFFFFFFF))
        rnd = random.Random(seed)
        parts = [b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"Host: a\r\n", b"Content-Length: 5\r\n", b"\r\n", b"hello",
                 b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n", b"Cookie: split_id=x; ;=;\r\n", b"Connection: ,,\r\n",
                 b"Expect: 100-continue\r\n", b"X: \x00\xff\r\n", b" folded\r\n", b"GET http://h HTTP/1.0\r\n", b"OPTIONS * HTTP/1.1\r\n"]
        for _ in range(300):
            data = b"".join(rnd.choices(parts, k=rnd.randint(1, 9)))
            if rnd.random() < 0.5:
                at = rnd.randrange(len(data))
                data = data[:at] + rnd.randbytes(rnd.randint(1, 4)) + data[at + 1:]
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
                s.sendall(data)
        self.assertEqual(proxy.get()[0], 200, f"SPLIT_SEED={seed}")
        self.assertIsNone(proxy.child.poll(), f"SPLIT_SEED={seed}")
        kit.wait_until(lambda: proxy.status()["visitor_connections"] == 0, 10, f"an idle proxy (SPLIT_SEED={seed})")
        self.assertEqual(proxy.status()["requests_in_progress"], 0)

    def test_a_visitor_who_leaves_inside_a_body_is_forgotten_at_once(self):
        """The end comes with the last bytes, in one event: it must not wait for the idle time-out."""
        proxy = self.start()
        for rest in (b"Content-Length: 5\r\n\r\nhe", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe", b"X-Cut: o"):
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
                    s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + rest)
        kit.wait_until(lambda: proxy.status()["visitor_connections"] == 0, 5)
        self.assertEqual((proxy.status()["requests_in_progress"], len(self.new.requests)), (0, 0))

    def test_a_visitor_who_closes_only_one_direction_gets_no_answer_twice(self):
        proxy = self.start()
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            s.shutdown(socket.SHUT_WR)
            got = b""
            while data := s.recv(4096):
                got += data
        self.assertLessEqual(got.count(b"HTTP/1.1 200"), 1)


class Failover(ProxyCase):
    """Each class of outcome: a GET is served by the legacy system, a POST is not sent twice."""

    def fails(self, new_answer, post_status, klass, first_byte="300ms"):
        """Let `new` fail in one way; a GET must be hidden, a POST must fail unless nothing was sent."""
        self.new.answer = new_answer
        document = policy({"url": f"http://127.0.0.1:{self.new.port}", "first_byte_timeout": first_byte}, self.legacy.port, 100)
        proxy = self.enter(Proxy(self.folder, document))
        status, headers, body = proxy.get()
        self.assertEqual((status, body, header(headers, "x-split-variant")), (200, b"from legacy", "new"))
        posts = len(self.legacy.requests)
        self.assertEqual(proxy.get("/", "POST", body=b"1")[0], post_status)
        self.assertEqual(len(self.legacy.requests) - posts, 1 if post_status == 200 else 0)
        self.assertEqual(proxy.metric("split_attempt_outcomes_total", origin="new", **{"class": klass}), 2)
        self.assertEqual(proxy.metric("split_errors_total", variant="new"), 2)
        self.assertEqual(proxy.metric("split_errors_total", variant="legacy"), 0)
        self.assertEqual(proxy.metric("split_user_errors_total", replayable="yes"), 0)
        return proxy

    def test_statuses(self):
        for status in (500, 502, 503, 504):
            self.fails(lambda r, s=status: reply(b"bad", f"{s} Bad"), status, "fail_status")

    def test_other_statuses_pass(self):
        proxy = self.start()
        for status in (301, 400, 404, 429, 501, 505):
            self.new.answer = lambda r, s=status: reply(b"mine", f"{s} X")
            self.assertEqual(proxy.get()[::2], (status, b"mine"))
        self.assertEqual(len(self.legacy.requests), 0)

    def test_refused(self):
        self.new.close()
        self.fails(lambda r: None, 200, "fail_connect")

    def test_reset_before_the_answer(self):
        self.fails(lambda r: None, 502, "fail_reset")

    def test_truncated(self):
        self.fails(lambda r: lambda s: (s.sendall(reply(b"half", length=100)), None)[1], 502, "fail_reset")

    def test_truncated_chunks(self):
        half = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf"
        self.fails(lambda r: lambda s: (s.sendall(half), None)[1], 502, "fail_reset")

    def test_malformed(self):
        self.fails(lambda r: lambda s: (s.sendall(b"what is this\r\n\r\n"), None)[1], 502, "fail_reset")

    def test_no_answer_in_time(self):
        self.fails(lambda r: (time.sleep(2), b"")[1], 504, "fail_timeout")

    def test_a_failure_after_the_first_byte_cuts_the_visitor_off(self):
        half = reply(b"x" * 200_000, length=400_000)
        self.new.answer = lambda r: lambda s: (s.sendall(half), None)[1]
        proxy = self.start()
        with self.assertRaises((kit.http.client.IncompleteRead, ConnectionError)):
            proxy.get()
        kit.wait_until(lambda: proxy.metric("split_give_ups_total", reason="committed") == 1, 5)
        self.assertEqual(proxy.metric("split_errors_total", variant="new"), 1)

    def test_both_systems_fail(self):
        self.new.answer = self.legacy.answer = lambda r: reply(b"sorry", "503 No")
        proxy = self.start()
        self.assertEqual(proxy.get()[::2], (503, b"sorry"))
        self.assertEqual(proxy.metric("split_user_errors_total", replayable="yes"), 1)

    def test_a_body_within_the_limit_is_sent_again_and_a_larger_one_is_not(self):
        self.new.close()
        proxy = self.start(100, "--replay", "1000")
        self.legacy.answer = lambda r: reply(str(len(r["body"])).encode())
        for size in (1000, 1001, 300_000):  # Refused: nothing was sent, so all of them may go on.
            status, _, body = proxy.get("/", "POST", body=b"x" * size)
            self.assertEqual((status, body), (200, str(size).encode()))

    def test_a_trip_diverts_and_the_arm_pays_for_it(self):
        self.new.answer = lambda r: reply(b"", "503 No")
        proxy = self.start(failover={"base_open": "60s"})
        for i in range(12):
            self.assertEqual(proxy.get(headers={"Cookie": f"split_id=v{i}"})[0], 200)
            time.sleep(0.03)
        self.assertEqual(proxy.metric("split_failover_state", origin="new"), 1)
        sent, errors = (proxy.metric(f"split_{n}_total", variant="new") for n in ("sent", "errors"))
        diverted = proxy.metric("split_diverted_total", variant="new")
        self.assertEqual((sent, errors), (12, 12))
        self.assertEqual(diverted, 12 - len(self.new.requests))
        self.assertGreater(diverted, 0)
        self.assertEqual(proxy.metric("split_sent_total", variant="legacy"), 0)
        self.assertIn("origin new: closed -> open, run", proxy.errors())

    def test_retry_after_is_honoured(self):
        self.new.answer = lambda r: reply(b"", "503 No", "Retry-After: 120")
        proxy = self.start(failover={"base_open": "100ms"})
        for i in range(8):
            proxy.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.04)
        origin = next(o for o in proxy.status()["origins"] if o["name"] == "new")
        self.assertEqual(origin["state"], "open")
        self.assertGreater(origin["open_left_us"], 100_000_000)

    def test_it_comes_back_by_probes_and_a_ramp(self):
        bad = {"now": True}
        self.new.answer = lambda r: reply(b"", "503 No") if bad["now"] else reply(b"from new")
        proxy = self.start(failover={"base_open": "200ms", "probe_interval": "20ms", "ramp_hold": "50ms", "ramp_min_ok": 1})
        ids = iter(range(10_000))

        def turn():
            status, _, body = proxy.get(headers={"Cookie": f"split_id=v{next(ids)}"})
            self.assertEqual(status, 200)
            time.sleep(0.01)
            return body
        kit.wait_until(lambda: turn() and proxy.metric("split_failover_state", origin="new") == 1, 10)
        bad["now"] = False
        kit.wait_until(lambda: turn() and proxy.metric("split_failover_state", origin="new") == 0, 20)
        self.assertEqual(turn(), b"from new")
        self.assertGreater(proxy.metric("split_attempts_total", origin="new", kind="probe"), 2)
        self.assertGreater(proxy.metric("split_left_out_total", variant="new", reason="ramp"), 0)

    def open_new(self, **failover):
        """A proxy whose new system has been ejected; it is well again."""
        bad = {"now": True}
        self.new.answer = lambda r: reply(b"", "503 No") if bad["now"] else reply(b"from new")
        proxy = self.start(failover={"base_open": "300ms", "probe_interval": "20ms", "ramp_hold": "50ms", "ramp_min_ok": 1, **failover})
        ids = iter(range(10_000))
        kit.wait_until(lambda: proxy.get(headers={"Cookie": f"split_id=t{next(ids)}"})[0] == 200 and
                       (time.sleep(0.02), proxy.metric("split_failover_state", origin="new") == 1)[1], 10)
        bad["now"] = False
        return proxy

    def test_a_held_origin_waits_for_the_operator(self):
        proxy = self.open_new(failback="manual")
        kit.wait_until(lambda: proxy.get()[0] == 200 and proxy.metric("split_failover_state", origin="new") == 3, 10)
        before = proxy.metric("split_left_out_total", variant="new", reason="hold")
        self.assertEqual(proxy.get()[2], b"from legacy")
        self.assertEqual(proxy.metric("split_left_out_total", variant="new", reason="hold"), before + 1)
        self.assertEqual(proxy.operator("new", "approve"), 200)
        kit.wait_until(lambda: proxy.get()[0] == 200 and proxy.metric("split_failover_state", origin="new") == 0, 10)

    def test_writes_can_be_refused_instead_of_diverted(self):
        proxy = self.open_new(unsafe_failover="refuse", base_open="60s")
        self.assertEqual(proxy.get()[::2], (200, b"from legacy"))
        posts = len(self.legacy.requests)
        self.assertEqual(proxy.get("/", "POST", body=b"1")[0], 503)
        self.assertEqual(len(self.legacy.requests), posts)

    def test_a_drill_sends_a_share_to_the_fallback_and_leaves_it_out(self):
        proxy = self.start(failover={"drill_permille": 300})
        got = [proxy.get(headers={"Cookie": f"split_id=d{i}"})[2] for i in range(150)]
        drilled = got.count(b"from legacy")
        self.assertTrue(10 < drilled < 100, drilled)
        self.assertEqual(proxy.metric("split_left_out_total", variant="new", reason="drill"), drilled)
        self.assertEqual(proxy.metric("split_sent_total", variant="new"), 150 - drilled)

    def test_an_origin_takes_no_more_requests_at_once_than_its_cap(self):
        self.new.answer = lambda r: (time.sleep(0.3), reply(b"from new"))[1]
        proxy = self.start(failover={"in_flight": "fixed", "in_flight_cap": 3})
        got = []
        threads = [threading.Thread(target=lambda: got.append(proxy.get()[2])) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((got.count(b"from new"), got.count(b"from legacy")), (3, 3))
        self.assertEqual(proxy.metric("split_left_out_total", variant="new", reason="cap"), 3)

    def test_cache_results_are_counted_for_the_home_origin(self):
        answers = iter(["x-cache: HIT", "x-cache: Miss from cloudfront", "Age: 12", "Cache-Status: a; fwd=miss", "X-Other: 1"])
        self.new.answer = lambda r: reply(b"", "200 OK", next(answers))
        proxy = self.start()
        for _ in range(5):
            proxy.get()
        self.new.answer = lambda r: reply(b"", "200 OK", "x-cache: MISS")
        proxy.get("/", "POST", body=b"1")  # No cache could have answered it.
        self.assertEqual(proxy.metric("split_lookups_total", variant="new"), 4)
        self.assertEqual(proxy.metric("split_misses_total", variant="new"), 2)


class Operators(ProxyCase):
    def test_an_origin_is_held_down_and_up(self):
        proxy = self.start()
        self.assertEqual(proxy.operator("new", "down"), 200)
        self.assertEqual(proxy.get()[2], b"from legacy")
        self.assertEqual(proxy.metric("split_left_out_total", variant="new", reason="operator"), 1)
        self.assertEqual(proxy.operator("legacy", "down"), 200)
        self.assertEqual(proxy.get()[0], 503)
        for origin in ("new", "legacy"):
            self.assertEqual(proxy.operator(origin, "auto"), 200)
        self.assertEqual(proxy.get()[2], b"from new")
        self.assertEqual(proxy.operator("new", "up"), 200)
        self.assertEqual(proxy.metric("split_failover_mode", origin="new"), 1)
        self.assertEqual(proxy.operator("new", "reset"), 200)

    def test_an_observed_origin_is_judged_and_served_all_the_same(self):
        proxy = self.start(failover={"base_open": "60s"})
        self.assertEqual(proxy.operator("new", "observe"), 200)
        self.new.answer = lambda r: reply(b"", "503 No")
        for i in range(12):
            proxy.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.02)
        self.assertEqual(proxy.metric("split_failover_mode", origin="new"), 3)
        self.assertEqual(proxy.metric("split_failover_state", origin="new"), 1)
        self.assertEqual(len(self.new.requests), 12)

    def test_wrong_commands_are_refused(self):
        proxy = self.start()
        self.assertEqual(proxy.operator("nobody", "up"), 404)
        self.assertEqual(proxy.operator("new", "explode"), 404)
        self.assertEqual(proxy.operator("new", "approve"), 409)
        self.assertEqual(kit.request(proxy.admin, "/origin/new/down", "POST", {"Origin": "http://evil"})[0], 403)
        self.assertEqual(kit.request(proxy.admin, "/metrics", "DELETE")[0], 405)
        self.assertEqual(kit.request(proxy.admin, "/nothing")[0], 404)

    def test_metrics_are_well_formed_and_have_the_bounds_as_edges(self):
        proxy = self.start(50)
        for i in range(40):
            proxy.get(headers={"Cookie": f"split_id=v{i}"})
        text = kit.request(proxy.admin, "/metrics")[2].decode()
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
        self.assertEqual(counts[-1], proxy.metric("split_sent_total", variant="new"))

    def test_latency_bounds_are_counted_exactly(self):
        self.new.answer = lambda r: (time.sleep(0.35), reply(b""))[1]
        proxy = self.start()
        proxy.get()
        over = [proxy.metric("split_latency_over_total", variant="new", metric="p95", bound=b)
                for b in ("target", "warning", "critical")]
        self.assertEqual(over, [1, 1, 0])

    def test_status_says_what_is_in_force(self):
        proxy = self.start(30)
        status = proxy.status()
        self.assertEqual((status["split"], status["revision"]), ("e2e", 0))
        self.assertEqual([(v["name"], round(v["share_ppm"], -2)) for v in status["variants"]],
                         [("new", 300000), ("legacy", 700000)])
        self.assertEqual([o["state"] for o in status["origins"]], ["closed", "closed"])

    def test_the_access_log_can_be_searched(self):
        self.new.answer = lambda r: reply(b"from new", "200 OK", "x-cache: HIT")
        proxy = self.start()
        proxy.get('/a"b?c d'.replace(" ", "%20"), headers={"Cookie": "split_id=secret-id"})
        line = kit.wait_until(lambda: proxy.log.read_text(), 5)
        for part in ('method=GET', 'target="/a%22b?c%20d"', 'status=200', 'variant=new', 'origin=new', 'attempts=1',
                     'outcome=ok', 'kind=normal', 'bytes=8', 'complete=1', 'cache=hit', 'revision=0'):
            self.assertIn(part, line)
        self.assertRegex(line, r"origin_us=\d+ cache=hit total_us=\d+")
        self.assertNotIn("secret-id", line)


class Routes(ProxyCase):
    def test_a_published_route_is_in_force_within_100_ms(self):
        """The best of six, so that a busy machine does not decide; the poll each second alone could never make it."""
        proxy = self.start(0)
        self.assertEqual(proxy.get()[2], b"from legacy")
        took = []
        for n in range(6):
            share, system = ((100, b"from new"), (0, b"from legacy"))[n % 2]
            proxy.set_share(share)
            renamed = proxy.route.stat().st_ctime
            kit.wait_until(lambda s=system: proxy.get()[2] == s, 5)
            took.append(time.time() - renamed)
        self.assertLess(min(took), 0.1)
        self.assertEqual(proxy.metric("split_route_revision"), 6)
        self.assertEqual(proxy.metric("split_route_reloads_total", result="ok"), 6)

    def test_a_bad_route_is_refused_and_the_old_one_stays(self):
        proxy = self.start(0)
        proxy.set_share(100)
        kit.wait_until(lambda: proxy.metric("split_route_revision") == 1, 5)
        good = json.loads(proxy.route.read_text())
        older, other, torn = dict(good, issued_at="2026-01-01T00:00:00Z"), dict(good, revision=2, split="other"), None
        for n, bad in enumerate((older, other, torn, dict(good, revision=2, ranges=[[0, 5, 0]]), dict(good, revision=2, schema=9))):
            text = json.dumps(bad) if bad else proxy.route.read_text()[:50]
            (proxy.folder / "next").write_text(text)
            (proxy.folder / "next").rename(proxy.route)
            kit.wait_until(lambda: proxy.metric("split_route_reloads_total", result="rejected") == n + 1, 5)
            self.assertEqual(proxy.get()[2], b"from new")
        self.assertEqual(proxy.errors().count("route refused, revision 1 stays"), 5)
        (proxy.folder / "next").write_text(json.dumps(dict(good, revision=2)))
        (proxy.folder / "next").rename(proxy.route)
        kit.wait_until(lambda: proxy.metric("split_route_revision") == 2, 5)

    def test_a_route_that_vanishes_changes_nothing(self):
        proxy = self.start(0)
        proxy.set_share(100)
        kit.wait_until(lambda: proxy.metric("split_route_revision") == 1, 5)
        proxy.route.unlink()
        time.sleep(0.1)
        self.assertEqual(proxy.get()[2], b"from new")

    def test_failover_state_survives_a_new_route(self):
        proxy = self.start(100)
        proxy.operator("new", "down")
        proxy.set_share(90)
        kit.wait_until(lambda: proxy.metric("split_route_revision") == 1, 5)
        self.assertEqual(proxy.metric("split_failover_mode", origin="new"), 2)

    def test_requests_in_flight_survive_a_new_route(self):
        self.new.answer = lambda r: (time.sleep(0.3), reply(b"from new"))[1]
        proxy = self.start(100)
        got = []
        threads = [threading.Thread(target=lambda: got.append(proxy.get()[2])) for _ in range(8)]
        for t in threads:
            t.start()
        time.sleep(0.1)
        proxy.set_share(0)
        for t in threads:
            t.join()
        self.assertEqual(got, [b"from new"] * 8)
        self.assertEqual(proxy.get()[2], b"from legacy")


class Starting(ProxyCase):
    def run_proxy(self, *argv):
        return subprocess.run([str(kit.PROXY), *map(str, argv)], capture_output=True, text=True, timeout=20, check=False)

    def write(self, name, text):
        path = pathlib.Path(self.folder) / name
        path.write_text(text)
        return path

    def test_a_bad_policy_is_named_with_its_place(self):
        bad = policy(1, 2)
        bad["split"]["variants"][0]["weight"] = -1
        path = self.write("bad.json", json.dumps(bad, indent=1))
        done = self.run_proxy("--policy", path, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"bad\.json:\d+:\d+: \$\.split\.variants\[0\]\.weight: ")

    def test_missing_files_are_errors(self):
        done = self.run_proxy("--policy", "/nonexistent", "--listen", "127.0.0.1:0")
        self.assertEqual((done.returncode, "/nonexistent" in done.stderr), (2, True))

    def test_a_bad_route_at_start_is_an_error(self):
        path, route = self.write("p.json", json.dumps(policy(1, 2))), self.write("route.json", "{}")
        done = self.run_proxy("--policy", path, "--route", route, "--listen", "127.0.0.1:0")
        self.assertEqual((done.returncode, "route.json" in done.stderr), (2, True))

    def test_a_taken_port_is_an_error(self):
        path = self.write("p.json", json.dumps(policy(1, 2)))
        done = self.run_proxy("--policy", path, "--listen", f"127.0.0.1:{self.new.port}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("Address already in use", done.stderr)

    def test_it_takes_no_more_visitors_than_it_has_files_for(self):
        """Out of descriptors it would take healthy origins for refusing ones."""
        self.new.answer = lambda r: time.sleep(0.1) or reply(b"ok")
        ports = pathlib.Path(self.folder) / "ports"
        path = self.write("p.json", json.dumps(policy(self.new.port, self.legacy.port, 100)))
        few = ["sh", "-c", 'ulimit -n 200 && exec "$0" "$@"', kit.PROXY, "--policy", path, "--listen", "127.0.0.1:0",
               "--admin", "127.0.0.1:0", "--ports-file", ports]
        with kit.Process(few, ports, self.folder) as proxy:
            self.assertIn("200 open files allow 24 connections, not 10000", proxy.errors())
            got = []
            threads = [threading.Thread(target=lambda: got.append(kit.request(proxy.ports["listen"])[2])) for _ in range(150)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(got, [b"ok"] * 150)
            metrics = kit.request(proxy.ports["admin"], "/metrics")[2]
        self.assertEqual(set(re.findall(rb'class="(\w+)"', metrics)), {b"ok"})

    def test_usage_errors(self):
        for argv in ((), ("--policy", "x"), ("--nope",), ("--policy", "x", "--listen", "y", "z"),
                     ("--policy", "x", "--listen", "y", "--replay", "-1")):
            self.assertEqual(self.run_proxy(*argv).returncode, 1, argv)
        path = self.write("p.json", json.dumps(policy(1, 2)))
        self.assertEqual(self.run_proxy("--policy", path, "--listen", "nowhere").returncode, 2)
        self.assertEqual(self.run_proxy("--help").returncode, 0)
        self.assertRegex(self.run_proxy("--version").stdout, r"^split-proxy \d+\.\d+\.\d+$")

    @unittest.skipUnless(pathlib.Path("/proc/net/if_inet6").exists() and " lo" in pathlib.Path("/proc/net/if_inet6").read_text(),
                         "no IPv6 loopback here")
    def test_it_listens_on_version_6_too(self):
        path, ports = self.write("p.json", json.dumps(policy(self.new.port, self.legacy.port, 100))), self.write("ports", "")
        argv = [kit.PROXY, "--policy", path, "--listen", "[::1]:0", "--ports-file", ports]
        proxy = self.enter(kit.Process(argv, ports, self.folder))
        with socket.create_connection(("::1", proxy.ports["listen"]), timeout=5) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            self.assertIn(b"200 OK", s.recv(4096))
        self.assertEqual(header(self.last()["headers"], "X-Forwarded-For"), "::1")

    def test_it_starts_with_an_origin_down(self):
        self.new.close()
        self.assertEqual(self.start().get()[2], b"from legacy")


class Stopping(ProxyCase):
    def test_running_requests_end_before_it_stops(self):
        self.new.answer = lambda r: (time.sleep(0.5), reply(b"from new"))[1]
        proxy = self.start()
        got = []
        thread = threading.Thread(target=lambda: got.append(proxy.get()[::2]))
        thread.start()
        kit.wait_until(lambda: self.new.requests, 5)
        proxy.send(signal.SIGTERM)
        kit.wait_until(lambda: "stopping" in proxy.errors(), 5)
        with self.assertRaises(OSError):
            proxy.get()
        thread.join()
        self.assertEqual(got, [(200, b"from new")])
        self.assertEqual(proxy.child.wait(10), 0)
        self.assertIn("status=200", proxy.log.read_text())

    def test_requests_that_do_not_end_are_cut_off(self):
        self.new.answer = lambda r: (time.sleep(5), reply(b""))[1]
        document = policy({"url": f"http://127.0.0.1:{self.new.port}", "first_byte_timeout": "20s"}, self.legacy.port, 100)
        proxy = self.enter(Proxy(self.folder, document, "--drain", "0"))
        thread = threading.Thread(target=lambda: self.assertRaises((OSError, kit.http.client.HTTPException), proxy.get))
        thread.start()
        kit.wait_until(lambda: self.new.requests, 5)
        proxy.send(signal.SIGTERM)
        self.assertEqual(proxy.child.wait(3), 0)
        thread.join()

    def test_the_log_is_opened_anew_on_sighup(self):
        proxy = self.start()
        proxy.get()
        proxy.log.rename(proxy.folder / "old.log")
        proxy.send(signal.SIGHUP)
        kit.wait_until(proxy.log.exists, 5)
        proxy.get()
        kit.wait_until(lambda: proxy.log.read_text().count("\n") == 1, 5)
        self.assertEqual((proxy.folder / "old.log").read_text().count("\n"), 1)


if __name__ == "__main__":
    unittest.main(verbosity=1)
