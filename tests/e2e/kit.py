# SPDX-License-Identifier: MIT
"""Servers for the end-to-end tests: real processes on free loopback ports, stopped by their own id."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

BUILD = pathlib.Path(os.environ.get("SPLIT_BUILD", "build"))
ORIGIN = pathlib.Path(__file__).resolve().parents[2] / "examples/demo/origin.py"
LOAD = BUILD / "examples/demo/split-load"
SPLITCTL = BUILD / "tools/splitctl/splitctl"


def wait_until(test, seconds=10.0, what="a condition"):
    """Wait for `test()` to become true; a deadline passes only when something is broken."""
    end = time.monotonic() + seconds
    while True:
        got = test()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.01)


class Process:
    """A program with a ports file; killed when the block ends."""

    def __init__(self, argv, ports, folder):
        self.stderr = pathlib.Path(folder) / f"{time.monotonic_ns()}.err"
        with self.stderr.open("wb") as errors:
            self.child = subprocess.Popen([str(a) for a in argv], stderr=errors, stdout=subprocess.DEVNULL)
        try:
            wait_until(lambda: self.child.poll() is not None or ports.exists() and ports.read_text().endswith("\n"),
                       15, f"{argv[0]} to start")
            if self.child.poll() is not None:
                raise AssertionError(f"{argv[0]} ended with {self.child.returncode}: {self.errors()}")
        except BaseException:
            self.stop()
            raise
        self.ports = {k: int(v) for k, v in (line.split("=") for line in ports.read_text().split())}

    def errors(self):
        return self.stderr.read_text(errors="replace")

    def send(self, number):
        os.kill(self.child.pid, number)

    def stop(self, number=signal.SIGKILL):
        if self.child.poll() is None:
            self.child.send_signal(number)
        status = self.child.wait(timeout=30)
        if re.search(r"runtime error:|ERROR: AddressSanitizer|ERROR: LeakSanitizer", self.errors()):
            raise AssertionError(self.errors())
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def request(port, path="/", method="GET", headers=None, body=None, timeout=15):
    """One request on a connection of its own: (status, list of headers, body)."""
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        conn.request(method, path, body=body, headers=headers or {})
        answer = conn.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        conn.close()


def header(headers, name):
    """All values of a header, joined; None when absent."""
    values = [v for k, v in headers if k.lower() == name.lower()]
    return ", ".join(values) if values else None


class OriginProcess(Process):
    """examples/demo/origin.py."""

    def __init__(self, name, folder, port=0, *settings):
        ports = pathlib.Path(folder) / f"{name}.{time.monotonic_ns()}.ports"
        self.posts = pathlib.Path(folder) / f"{name}.posts"
        super().__init__([sys.executable, ORIGIN, "--name", name, "--listen", f"127.0.0.1:{port}", "--ports-file", ports,
                          "--post-log", self.posts, *settings], ports, folder)
        self.port = self.ports["listen"]

    def set(self, **settings):
        query = "&".join(f"{k}={v}" for k, v in settings.items())
        status, _, body = request(self.port, f"/_control?{query}", "POST")
        assert status == 200, body
        return json.loads(body)

    def stats(self):
        return json.loads(request(self.port, "/_control")[2])


class Scripted:
    """An origin in this process that answers as a function says, and keeps what it got.

    `answer(request)` gets a dict of method, target, headers (list) and body and returns the bytes to send; None closes
    the connection without an answer, and a callable gets the socket to do as it likes.
    """

    def __init__(self, answer=None):
        self.answer = answer or (lambda r: reply(b"ok"))
        self.requests = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.sockets = []
        self.open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while self.open:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            with sock, sock.makefile("rb") as stream:
                while (got := read_request(stream)) is not None:
                    self.requests.append(got)
                    out = self.answer(got)
                    if callable(out):
                        out = out(sock)
                    if out is None:
                        return
                    sock.sendall(out)
        except (OSError, ValueError):
            pass

    def close(self):
        self.open = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # Wakes the thread in accept(), which would keep the port open.
        except OSError:
            pass
        self.listener.close()
        for sock in self.sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def read_request(stream):
    """Read one request; None at the end of the connection."""
    line = stream.readline()
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, value = line.decode("latin-1").split(":", 1)
        headers.append((name, value.strip()))
    length = header(headers, "Content-Length")
    if (header(headers, "Transfer-Encoding") or "").lower() == "chunked":
        body = read_chunks(stream)
    else:
        body = stream.read(int(length)) if length else b""
    return {"method": method, "target": target, "headers": headers, "body": body}


def read_chunks(stream):
    body = b""
    while True:
        line = stream.readline()
        if not line:
            raise ValueError("the body broke off")
        size = int(line, 16)
        body += stream.read(size)
        stream.readline()
        if size == 0:
            return body


def reply(body=b"", status="200 OK", *headers, length=None):
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def free_port():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def policy(new, legacy, percent=50, name="e2e", **more):
    """A policy with two variants; `new` and `legacy` are ports or dicts of an origin's fields."""
    def origin(spec):
        fields = {"connect_timeout": "500ms", "first_byte_timeout": "2s", "timeout": "5s"}
        fields.update(spec if isinstance(spec, dict) else {"url": f"http://127.0.0.1:{spec}"})
        return fields
    out = {
        "schema": 1,
        "split": {
            "name": name,
            "variants": [
                {"name": "new", "weight": percent, "chain": ["new", "legacy"]},
                {"name": "legacy", "weight": 100 - percent, "chain": ["legacy"]},
            ],
            "default": "legacy",
        },
        "origins": {"new": origin(new), "legacy": origin(legacy)},
        "metrics": [
            {"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"},
            {"name": "p95", "kind": "latency", "percentile": 95, "target": "< 200ms", "warning": "> 300ms",
             "critical": "> 500ms"},
            {"name": "cache_hit", "kind": "cache", "target": ">= 85%", "warning": "< 80%", "critical": "< 70%"},
        ],
        "rollout": {"variant": "new", "baseline": "legacy", "phases": [{"percent": 10, "bake": "4h"}]},
    }
    for key, value in more.items():
        if key == "split":
            out["split"].update(value)
        else:
            out[key] = value
    return out
