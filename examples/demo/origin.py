# SPDX-License-Identifier: MIT
"""A small real HTTP origin for the demo and the tests, with latency, failures and cache results as asked.

Usage: origin.py --name NAME --listen IP:PORT [--ports-file FILE] [--post-log FILE] [SETTING=VALUE...]
Settings: latency_ms jitter_ms fail_percent cache_hit_percent size_bytes retry_after_s status
          fault=status|reset|truncate|hang   (change them with POST /_control?SETTING=VALUE)
GET /events is a text/event-stream with an event every half a second.
"""
import argparse
import asyncio
import json
import math
import random
import signal
import socket
import struct
import urllib.parse

RANGES = {"latency_ms": (0, 600000), "jitter_ms": (0, 600000), "fail_percent": (0, 100), "cache_hit_percent": (0, 100),
          "size_bytes": (0, 1048576), "retry_after_s": (0, 86400), "status": (200, 599)}
FAULTS = ("status", "reset", "truncate", "hang")


class Origin:
    def __init__(self, name, post_log):
        self.name = name
        self.post_log = open(post_log, "a", buffering=1, encoding="utf-8") if post_log else None
        self.settings = {"latency_ms": 1.0, "jitter_ms": 0.0, "fail_percent": 0.0, "cache_hit_percent": 90.0, "size_bytes": 1000.0,
                         "retry_after_s": 0.0, "status": 503.0, "fault": "status"}
        self.counts = {"gets": 0, "posts": 0, "failed": 0}
        self.connections = set()

    def set(self, name, value):
        """False when there is no such setting, or it does not take this value."""
        if name == "fault":
            if value not in FAULTS:
                return False
            self.settings[name] = value
            return True
        try:
            number = float(value)
        except ValueError:
            return False
        low, high = RANGES.get(name, (1, 0))
        if not math.isfinite(number) or not low <= number <= high:
            return False
        self.settings[name] = number
        return True

    def control(self, method, query):
        if method == "POST":
            before = dict(self.settings)
            for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
                if not self.set(name, value):
                    self.settings = before
                    return 400, "text/plain", f"no setting '{name[:40]}' takes this value\n"
        return 200, "application/json", json.dumps({"name": self.name, **self.counts, **self.settings}) + "\n"


def head(status, headers, length):
    lines = [f"HTTP/1.1 {status} X", *headers, f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode("latin-1")


class Connection(asyncio.Protocol):
    """One request after the other; a request that is answered late holds back those after it."""

    def __init__(self, origin):
        self.origin = origin
        self.buffer = bytearray()
        self.busy = None
        self.timer = None

    def connection_made(self, transport):
        self.transport = transport
        self.origin.connections.add(self)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, why):
        self.origin.connections.discard(self)
        if self.timer:
            self.timer.cancel()

    def data_received(self, data):
        self.buffer += data
        self.go_on()

    def go_on(self):
        while self.busy is None and (request := self.take_request()) is not None:
            self.begin(*request)

    def take_request(self):
        """(method, path, query, headers) when a whole request is there."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
        whole = self.body_end(headers, end + 4)
        if whole is None:
            return None
        del self.buffer[:whole]
        method, target = lines[0].split(" ")[:2]
        path, _, query = target.partition("?")
        return method, path, query, headers

    def body_end(self, headers, at):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            end = self.buffer.find(b"0\r\n\r\n", at)
            return None if end < 0 else end + 5
        end = at + int(headers.get("content-length", 0))
        return None if len(self.buffer) < end else end

    def begin(self, method, path, query, headers):
        o, s = self.origin, self.origin.settings
        if path == "/_control":
            status, kind, text = o.control(method, query)
            self.transport.write(head(status, [f"Content-Type: {kind}"], len(text)) + text.encode())
            return
        post = method == "POST"
        o.counts["posts" if post else "gets"] += 1
        if post and o.post_log and "x-request-id" in headers:
            o.post_log.write(headers["x-request-id"][:80] + "\n")
        fails = random.random() * 100 < s["fail_percent"] or "x-poison" in headers
        o.counts["failed"] += fails
        hit = not post and random.random() * 100 < s["cache_hit_percent"]
        ms = s["latency_ms"] - s["jitter_ms"] * math.log(1 - random.random())
        self.busy = (method, path, fails, hit)
        if fails and s["fault"] == "hang":
            return
        self.timer = asyncio.get_running_loop().call_later((ms / 10 if hit else ms) / 1000, self.answer)

    def answer(self):
        method, path, fails, hit = self.busy
        s = self.origin.settings
        if fails and s["fault"] == "reset":
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
            return
        if path == "/events" and not fails:
            self.stream()
            return
        failed = fails and s["fault"] == "status"
        headers = ["Content-Type: text/plain", f"x-served-by: {self.origin.name}"]
        if method != "POST":
            headers.append(f"x-cache: {'hit' if hit else 'miss'}")
        if len(path) > 1:
            headers.append(f"x-echo: {path[1:64]}")
        if failed and s["retry_after_s"] > 0:
            headers.append(f"Retry-After: {s['retry_after_s']:.0f}")
        size = int(s["size_bytes"])
        cut = fails and s["fault"] == "truncate"
        size = max(size, 2) if cut else size
        body = b"" if method == "HEAD" else b"x" * (size // 2 if cut else size)
        self.transport.write(head(int(s["status"]) if failed else 200, headers, size) + body)
        if cut:
            self.transport.close()
            return
        self.busy = None
        self.go_on()

    def stream(self):
        self.transport.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-served-by: {self.origin.name}\r\n"
                             "Connection: close\r\n\r\n".encode())
        self.event(0)

    def event(self, n):
        if self.transport.is_closing():
            return
        self.transport.write(f"data: {n}\n\n".encode())
        self.timer = asyncio.get_running_loop().call_later(0.5, self.event, n + 1)


async def serve(args, origin):
    loop = asyncio.get_running_loop()
    stopping = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: stopping.done() or stopping.set_result(None))
    address, port = args.listen.rsplit(":", 1)
    server = await loop.create_server(lambda: Connection(origin), address, int(port), backlog=1024)
    text = f"listen={server.sockets[0].getsockname()[1]}\n"
    if args.ports_file:
        with open(args.ports_file, "w", encoding="ascii") as f:
            f.write(text)
    else:
        print(text, end="", flush=True)
    await stopping
    server.close()
    for connection in list(origin.connections):
        connection.transport.abort()


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n", 1)[1])
    for name in ("--name", "--listen"):
        parser.add_argument(name, required=True)
    for name in ("--ports-file", "--post-log"):
        parser.add_argument(name)
    parser.add_argument("settings", nargs="*")
    args = parser.parse_args()
    origin = Origin(args.name, args.post_log)
    for setting in args.settings:
        if not origin.set(*setting.partition("=")[::2]):
            raise SystemExit(f"origin.py: no such setting: {setting}")
    asyncio.run(serve(args, origin))


main()
