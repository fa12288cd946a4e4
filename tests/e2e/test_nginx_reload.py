# SPDX-License-Identifier: MIT
"""What outlives what: routes, SIGHUP, dead workers, a worker that dies inside the lock, a change of nginx's binary; origins that move;
TLS on both sides and HTTP/2."""
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import struct
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


class ReloadCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="split-reload-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=False)
        self.new = self.enter(Scripted(lambda r: reply(b"from new")))
        self.legacy = self.enter(Scripted(lambda r: reply(b"from legacy")))

    def enter(self, thing):
        self.addCleanup(thing.__exit__)
        return thing.__enter__()

    def start(self, percent=100, places=None, **more):
        return self.enter(Nginx(self.folder, policy(self.new.port, self.legacy.port, percent, **more), **(places or {})))

    def open_new(self, nginx):
        """Let the new system trip."""
        answer, self.new.answer = self.new.answer, lambda r: reply(b"", "503 No")
        for i in range(12):
            nginx.get(headers={"Cookie": f"split_id=v{i}"})
            time.sleep(0.03)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 1)
        self.new.answer = answer

    def kept(self, nginx):
        """What must not change."""
        got = nginx.metrics()
        return {k: got[k] for k in ('split_sent_total{variant="new"}', 'split_failover_state{origin="new"}',
                                    'split_failover_mode{origin="legacy"}', "process_start_time_seconds")}


class Outlives(ReloadCase):
    def begun(self):
        nginx = self.start(failover={"base_open": "300s"})
        self.open_new(nginx)
        self.assertEqual(nginx.operator("legacy", "up"), 200)
        return nginx, self.kept(nginx)

    def test_sighup(self):
        nginx, before = self.begun()
        nginx.reload()
        self.assertEqual(self.kept(nginx), before)
        self.assertEqual(nginx.get()[2], b"from legacy")

    def test_sighup_under_load_with_streams_open(self):
        self.new.answer = lambda r: (time.sleep(0.4), reply(b"from new"))[1]
        nginx = self.start()
        got = []
        threads = [threading.Thread(target=lambda: got.append(nginx.get()[2])) for _ in range(8)]
        for t in threads:
            t.start()
        time.sleep(0.15)
        nginx.reload()
        nginx.set_share(0)
        for t in threads:
            t.join()
        self.assertEqual(got, [b"from new"] * 8)
        kit.wait_until(lambda: nginx.get()[2] == b"from legacy", 5)
        self.assertEqual(nginx.metric("split_sent_total", variant="new"), 8)

    def test_a_worker_that_is_killed(self):
        nginx, before = self.begun()
        for pid in nginx.workers():
            os.kill(pid, signal.SIGKILL)
        kit.wait_until(nginx.answers, 10)
        self.assertEqual(self.kept(nginx), before)

    def test_another_binary_takes_over_the_same_memory(self):
        nginx = self.start(places={"daemon": "on"}, failover={"base_open": "300s"})
        self.open_new(nginx)
        before = self.kept(nginx)
        old = nginx.pid
        os.kill(old, signal.SIGUSR2)
        kit.wait_until(lambda: (nginx.folder / "nginx.pid.oldbin").exists() and (nginx.folder / "nginx.pid").exists() and
                       nginx.pid != old and nginx.workers(), 15)
        for _ in range(10):  # Both serve, and count into one memory.
            self.assertEqual(nginx.get()[2], b"from legacy")
        self.assertEqual(nginx.metric("split_sent_total", variant="new"), before['split_sent_total{variant="new"}'] + 10)
        os.kill(old, signal.SIGQUIT)
        kit.wait_until(lambda: not pathlib.Path(f"/proc/{old}").exists(), 15)
        self.assertEqual(nginx.get()[2], b"from legacy")
        after = self.kept(nginx)
        self.assertEqual(after.pop('split_sent_total{variant="new"}'), before.pop('split_sent_total{variant="new"}') + 11)
        self.assertEqual(after, before)

    @unittest.skipUnless(shutil.which("gdb"), "no gdb here")
    def test_a_worker_that_dies_inside_the_lock_costs_the_state_and_not_the_service(self):
        nginx = self.start(places={"workers": 2}, failover={"base_open": "300s"})
        self.open_new(nginx)
        victim = nginx.workers()[0]
        script = pathlib.Path(self.folder) / "gdb.txt"
        script.write_text("set pagination off\nset breakpoint pending on\nbreak split_failover_report\ncontinue\n"
                          "signal SIGKILL\nquit\n")
        gdb = subprocess.Popen(["gdb", "-q", "-batch", "-p", str(victim), "-x", str(script)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        self.addCleanup(gdb.wait)
        deadline = time.monotonic() + 30
        while pathlib.Path(f"/proc/{victim}").exists() and time.monotonic() < deadline and victim in nginx.workers():
            try:
                nginx.get(timeout=1)
            except (OSError, kit.http.client.HTTPException):
                pass
        self.assertNotIn(victim, nginx.workers())
        statuses = [nginx.get(headers={"Cookie": f"split_id=x{i}"}, timeout=5)[0] for i in range(20)]
        self.assertEqual(statuses, [200] * 20)
        self.assertEqual(nginx.metric("split_zone_torn_total"), 1)
        self.assertEqual(nginx.metric("split_failover_state", origin="new"), 0)  # Made again: everybody in service.

    def test_other_metrics_begin_other_counters(self):
        nginx = self.start()
        nginx.get()
        since = nginx.metric("process_start_time_seconds")
        document = json.loads(nginx.policy.read_text())
        document["metrics"][1]["target"] = "< 150ms"
        nginx.policy.write_text(json.dumps(document))
        nginx.reload()
        self.assertEqual(nginx.metric("split_sent_total"), 0)
        self.assertGreater(nginx.metric("process_start_time_seconds"), since)
        nginx.get()
        self.assertIn('le="0.15"', kit.request(nginx.admin, "/metrics")[2].decode())

    def test_the_policy_of_a_reload_rules_where_there_is_no_route(self):
        nginx = self.start(100)
        self.assertEqual(nginx.get()[2], b"from new")
        document = json.loads(nginx.policy.read_text())
        document["split"]["variants"][0]["weight"], document["split"]["variants"][1]["weight"] = 0, 100
        nginx.policy.write_text(json.dumps(document))
        nginx.reload()
        self.assertEqual(nginx.get()[2], b"from legacy")

    def test_the_page_tells_the_smallest_revision_of_all_workers(self):
        nginx = self.start(0, places={"workers": 3})
        stopped = nginx.workers()[0]
        nginx.set_share(50)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 1, 5)
        os.kill(stopped, signal.SIGSTOP)
        try:
            nginx.set_share(100)
            time.sleep(1.2)
            seen = set()
            for _ in range(6):
                try:
                    seen.add(float([line for line in kit.request(nginx.admin, "/metrics", timeout=1)[2].decode().splitlines()
                                    if line.startswith("split_route_revision ")][0].split()[1]))
                except OSError:
                    pass
            self.assertEqual(seen, {1.0})
        finally:
            os.kill(stopped, signal.SIGCONT)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 2, 5)


class Names(ReloadCase):
    """A name server of one name, which moves."""

    def serve_names(self, addresses):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def answer():
            while True:
                try:
                    data, peer = server.recvfrom(512)
                except OSError:
                    return
                kind = struct.unpack(">H", data[-4:-2])[0]
                found = addresses if kind == 1 else []
                out = data[:2] + b"\x81\x80\0\1" + struct.pack(">H", len(found)) + b"\0\0\0\0" + data[12:]
                for a in found:
                    out += b"\xc0\x0c\0\1\0\1" + struct.pack(">IH", 1, 4) + socket.inet_aton(a)
                server.sendto(out, peer)
        threading.Thread(target=answer, daemon=True).start()
        return server.getsockname()[1]

    def test_an_origin_that_moves_is_found_again(self):
        addresses = ["127.0.0.1"]
        dns = self.serve_names(addresses)
        listener = socket.create_server(("127.0.0.2", self.legacy.port))
        self.addCleanup(listener.close)
        moved = {"n": 0}

        def serve():
            while True:
                try:
                    sock = listener.accept()[0]
                except OSError:
                    return
                with sock, sock.makefile("rb") as stream:
                    if kit.read_request(stream):
                        moved["n"] += 1
                        sock.sendall(reply(b"from where it moved", "200 OK", "Connection: close"))
        threading.Thread(target=serve, daemon=True).start()
        document = policy(self.new.port, {"url": f"http://localhost:{self.legacy.port}"}, 0)
        nginx = self.enter(Nginx(self.folder, document, split="resolve 1s;",
                                 http=f"resolver 127.0.0.1:{dns} valid=1s ipv6=off;"))
        self.assertEqual(nginx.get()[2], b"from legacy")
        addresses[:] = ["127.0.0.2"]
        kit.wait_until(lambda: nginx.get()[2] == b"from where it moved", 15)
        addresses[:] = []
        time.sleep(3)
        self.assertEqual(nginx.get()[2], b"from where it moved")  # Unknown names keep their addresses.

    def test_a_name_of_a_new_route_without_a_resolver_is_said_and_passed_over(self):
        nginx = self.start(100)
        nginx.set_share(100)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 1, 5)
        route = json.loads(nginx.route.read_text())
        route["revision"] += 1
        route["origins"]["new"]["url"] = f"http://localhost:{self.new.port}"
        (nginx.folder / "next").write_text(json.dumps(route))
        (nginx.folder / "next").rename(nginx.route)
        kit.wait_until(lambda: nginx.metric("split_route_revision") == 2, 5)
        self.assertEqual(nginx.get()[2], b"from legacy")
        self.assertIn('there is no "resolver" in http { }', nginx.errors())


class Tls(ReloadCase):
    def certificate(self, name="localhost"):
        cert, key = pathlib.Path(self.folder) / f"{name}.crt", pathlib.Path(self.folder) / f"{name}.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={name}",
                        "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1"], check=True, capture_output=True)
        return cert, key

    def tls_origin(self, body=b"from tls"):
        """(port, what it saw): an https origin of Python's own."""
        cert, key = self.certificate()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        seen = []
        context.sni_callback = lambda sock, name, ctx: seen.append(name)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            while True:
                try:
                    sock = listener.accept()[0]
                    with context.wrap_socket(sock, server_side=True) as tls, tls.makefile("rb") as stream:
                        while kit.read_request(stream):
                            seen.append(("reused", tls.session_reused))
                            tls.sendall(reply(body, "200 OK", "Connection: close"))
                            break
                except ssl.SSLError:
                    continue
                except OSError:
                    if listener.fileno() < 0:
                        return
        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1], seen, cert

    def test_https_and_http_origins_in_one_upstream(self):
        port, seen, cert = self.tls_origin()
        where = LOCATION.replace("http://both", "https://both") + f"""
            proxy_ssl_server_name on; proxy_ssl_verify on; proxy_ssl_trusted_certificate {cert};"""
        document = policy({"url": f"https://localhost:{port}"}, self.legacy.port, 50)
        nginx = self.enter(Nginx(self.folder, document, location=where, workers=1, http="resolver 127.0.0.1:1;"))
        bodies = {nginx.get()[2] for _ in range(30)}
        self.assertEqual(bodies, {b"from tls", b"from legacy"})
        self.assertIn("localhost", seen)  # SNI is the origin's own name.
        self.assertIn(("reused", True), seen)  # Sessions are kept.
        self.assertEqual(nginx.metric("split_errors_total"), 0)

    def test_a_certificate_that_does_not_fit_is_a_refused_connection(self):
        port, _, _ = self.tls_origin()
        other, _ = self.certificate("other.example")
        where = LOCATION.replace("http://both", "https://both") + f"""
            proxy_ssl_server_name on; proxy_ssl_verify on; proxy_ssl_trusted_certificate {other};"""
        document = policy({"url": f"https://localhost:{port}"}, self.legacy.port, 100)
        nginx = self.enter(Nginx(self.folder, document, location=where))
        self.assertEqual(nginx.get("/", "POST", body=b"1")[2], b"from legacy")
        self.assertEqual(nginx.metric("split_attempt_outcomes_total", origin="new", **{"class": "fail_connect"}), 1)

    def test_an_https_origin_behind_a_plain_proxy_pass_is_said(self):
        document = policy({"url": "https://127.0.0.1:1"}, self.legacy.port, 100)
        nginx = self.enter(Nginx(self.folder, document))
        self.assertEqual(nginx.get()[2], b"from legacy")
        self.assertIn('write "proxy_pass https://..."', nginx.errors())

    def test_visitors_over_tls_and_http2(self):
        cert, key = self.certificate()
        port = kit.free_port()
        nginx = self.start(100, places={"server": f"listen 127.0.0.1:{port} ssl http2; ssl_certificate {cert}; "
                                                  f"ssl_certificate_key {key};"})
        curl = ["curl", "-sk", "--http2", "-i", f"https://127.0.0.1:{port}/"]
        done = subprocess.run([*curl, "-H", "Cookie: a=b", "-H", "Cookie: split_id=two"], capture_output=True, text=True, timeout=20,
                              check=True)
        self.assertIn("HTTP/2 200", done.stdout)
        self.assertNotIn("set-cookie", done.stdout.lower())
        done = subprocess.run(curl, capture_output=True, text=True, timeout=20, check=True)
        self.assertRegex(done.stdout.lower(), r"set-cookie: split_id=[0-9a-f]{32}; .*; secure")
        done = subprocess.run([*curl, "-X", "POST", "-d", "x=1"], capture_output=True, text=True, timeout=20, check=True)
        self.assertIn("from new", done.stdout)
        self.new.answer = lambda r: None  # A failure is hidden over HTTP/2, too.
        done = subprocess.run(curl, capture_output=True, text=True, timeout=20, check=True)
        self.assertIn("from legacy", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=1)
