"""End to end on a real caching edge (design/routers.md section 7): nginx with njs and proxy_cache, two origins, 12,000 requests from 1,500 visitors.

Usage: test_edge.py NGINX NODE ASSIGN_KEYS   SEED=n repeats the traffic. Beside our router the same traffic goes through a
router that draws for each request behind the cache. Everything listens on loopback, in a folder of its own.
"""
import http.client
import json
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cookie_vectors  # noqa: E402

NGINX, NODE, ASSIGN_KEYS = sys.argv[1:4]
ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/e2e"
SPLIT = "intelligent-search"
VISITORS, REQUESTS, PATHS, CACHEABLE = 1500, 12000, 300, 0.6
PHASES = [10, 50, 0]
SEED = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
passed = failed = 0


def check(what, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAILED {what} {detail}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask_c(percent, keys=()):
    """Ranges of the split at this percentage, and the variant of each key, by the C library."""
    args = [ASSIGN_KEYS, SPLIT, "-", str(100 * 10**6), "0", "1", "", str(percent), str(100 - percent)]
    data = b"".join(struct.pack("<I", len(k)) + k.encode() for k in keys)
    lines = subprocess.run(args, input=data, stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
    return json.loads(lines[0]), [int(line.split()[1]) for line in lines[1:] if line]


def route_text(percent, revision):
    """`share` is for the random router only; readers ignore fields they do not know."""
    return json.dumps({
        "schema": 1, "split": SPLIT, "revision": revision, "issued_at": "2026-11-23T00:17:00Z", "salt": SPLIT, "mode": "sticky",
        "variants": ["new", "legacy"], "default": 1, "home": [104858, 943718], "ranges": ask_c(percent)[0],
        "chains": [["new", "legacy"], ["legacy"]],
        "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}}, "share": percent})


class Origin:
    def __init__(self, name, port=0):
        self.name = name
        self.process = subprocess.Popen([sys.executable, HERE / "edge_origin.py", name, str(port)], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def ask(self, path):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        conn.request("GET", path)
        text = conn.getresponse().read()
        conn.close()
        return text

    def seen(self, tag):
        return json.loads(self.ask("/_seen")).get(tag, 0)

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        self.process.wait(10)
        self.process.stdout.close()


class Edge:
    """One nginx of its own, from a configuration file whose addresses are replaced."""

    def __init__(self, folder, conf, script, origins):
        self.folder, self.port, self.route = folder, free_port(), folder / "route.json"
        (folder / "tmp").mkdir(parents=True)
        text = conf.read_text()
        for old, new in {"127.0.0.1:8080": f"127.0.0.1:{self.port}", "127.0.0.1:9001": f"127.0.0.1:{origins[0].port}",
                         "127.0.0.1:9002": f"127.0.0.1:{origins[1].port}", "/etc/split/route.json": str(self.route)}.items():
            assert old in text, old
            text = text.replace(old, new)
        (folder / "nginx.conf").write_text(text)
        (folder / "edge.js").write_text(script)
        for path in [folder, folder / "tmp", *folder.parents][:3]:
            path.chmod(0o755)
        self.process = None

    def start(self):
        args = [NGINX, "-p", f"{self.folder}/", "-c", f"{self.folder}/nginx.conf", "-e", f"{self.folder}/start.log", "-g", "daemon off;"]
        self.process = subprocess.Popen(args)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "start.log").read_text())

    def publish(self, text):
        (self.folder / "route.new").write_text(text)
        (self.folder / "route.new").rename(self.route)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)


class Client:
    """Visitors with cookies over one kept connection."""

    def __init__(self, edge):
        self.conn = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
        self.ids = {}

    def send(self, visitor, path, method="GET", headers=None, body=None):
        headers = dict(headers or {})
        if visitor in self.ids:
            headers.setdefault("Cookie", f"other=1; split_id={self.ids[visitor]}")
        self.conn.request(method, path, body=body, headers=headers)
        answer = self.conn.getresponse()
        answer.read()
        fields = {k.lower(): v for k, v in answer.getheaders()}
        if fields.get("set-cookie", "").startswith("split_id="):
            self.ids[visitor] = fields["set-cookie"].split("=", 1)[1].split(";")[0]
        return answer.status, fields


def traffic(rng):
    """Phases of (visitor, path)."""
    def path():
        kind = "c" if rng.random() < CACHEABLE else "d"
        return f"/{kind}/{rng.randrange(PATHS)}"
    per_phase = REQUESTS // len(PHASES)
    return [[(rng.randrange(VISITORS), path()) for _ in range(per_phase)] for _ in PHASES]


def run(edge, phases):
    """Send it all; rows of (phase, visitor, variant the router chose, origin that served, cache)."""
    client, rows = Client(edge), []
    for number, requests in enumerate(phases):
        edge.publish(route_text(PHASES[number], number + 2))
        for visitor, path in requests:
            status, got = client.send(visitor, path)
            rows.append((number, visitor, got.get("x-split-variant"), got.get("x-served-by") if status == 200 else str(status)))
    return client, rows


def flips(rows):
    """Visitors' changes of origin from one request to the next: inside a phase, and across a change of weights."""
    last, inside, across = {}, 0, []
    for phase, visitor, _, served in rows:
        before = last.get(visitor)
        if before and before[1] != served:
            if before[0] == phase:
                inside += 1
            else:
                across.append((visitor, before[0], phase))
        last[visitor] = (phase, served)
    return inside, across


def table(title, rows):
    print(f"\n{title}\n{'share asked':>12} {'requests':>9} {'by new':>8} {'wrong variant':>14} {'flips':>6}")
    for number, percent in enumerate(PHASES):
        part = [r for r in rows if r[0] == number]
        new = sum(r[3] == "new" for r in part)
        wrong = sum(r[2] != r[3] for r in part)
        print(f"{percent:>10} % {len(part):>9} {100 * new / len(part):>6.1f} % {wrong:>14} {flips(part)[0]:>6}")
    inside, across = flips(rows)
    print(f"all: {len(rows)} requests, wrong variant {sum(r[2] != r[3] for r in rows)}, "
          f"flips inside a phase {inside}, when weights change {len(across)}")


def judge(client, rows):
    """Our router against the C library, request by request."""
    visitors = sorted(client.ids)
    by_phase = [dict(zip(visitors, ask_c(percent, [client.ids[v] for v in visitors])[1])) for percent in PHASES]
    names = ["new", "legacy"]
    check("every visitor got an id", len(visitors) == len({r[1] for r in rows}))
    check("ids differ", len(set(client.ids.values())) == len(visitors))
    check("wrong-variant answers", sum(r[2] != r[3] for r in rows) == 0)
    strange = [r for r in rows if r[3] != names[by_phase[r[0]][r[1]]]]
    check("answers other than the C library's", not strange, strange[:3])
    inside, across = flips(rows)
    beyond = [a for a in across if by_phase[a[1]][a[0]] == by_phase[a[2]][a[0]]]
    check("flips inside a phase", inside == 0, inside)
    check("flips beyond those the weights move", not beyond, beyond[:3])
    for number, percent in enumerate(PHASES):
        n, share = len(visitors), percent / 100
        new = sum(v == 0 for v in by_phase[number].values())
        check(f"visitors at {percent} %", abs(new - n * share) <= 5 * math.sqrt(n * share * (1 - share)), f"{new} of {n}")
        got = sum(r[0] == number and r[3] == "new" for r in rows)
        expected = sum(r[0] == number and by_phase[number][r[1]] == 0 for r in rows)
        check(f"requests by new at {percent} %", got == expected, f"{got} of {expected}")
        print(f"{percent} %: {new} of {n} visitors on new, {got} requests by new, expected for them {expected}")
    return by_phase


def visitors_of(client, percent, variant):
    ids = sorted(client.ids.items())
    return [v for (v, _), got in zip(ids, ask_c(percent, [i for _, i in ids])[1]) if got == variant]


def served(client, visitor, path, method="GET", **more):
    status, got = client.send(visitor, path, method, **more)
    return status, got.get("x-served-by"), got.get("x-split-variant")


def unsafe_once(client, visitor, origins, status, where, mode):
    """POST, PUT and DELETE reach at most one origin, once."""
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        tag = f"{mode}-{method}"
        got = served(client, visitor, "/d/pay", method, headers={"X-Tag": tag}, body=b"amount=1")
        seen = [o.seen(tag) if o else 0 for o in origins]
        check(f"{method} with new {mode}", got[0] == status and seen == where, f"{got} seen {seen}")


def failing_origin(edge, client, origins):
    edge.publish(route_text(50, 10))
    on_new = visitors_of(client, 50, 0)
    moved = [(v, f"/{kind}/outage-{i}") for i, v in enumerate(on_new[:60]) for kind in "cd"]
    port, (new, legacy) = origins[0].port, origins
    check("before: new serves", served(client, on_new[0], "/d/x") == (200, "new", "new"))
    new.stop(signal.SIGKILL)
    over = [served(client, v, path) for v, path in moved]
    check("killed: GETs fail over", all(g == (200, "legacy", "new") for g in over), over[:2])
    unsafe_once(client, on_new[0], [None, legacy], 502, [0, 0], "killed")
    check("killed: legacy's visitors notice nothing", served(client, visitors_of(client, 50, 1)[0], "/d/x") == (200, "legacy", "legacy"))
    new = origins[0] = Origin("new", port)
    back = [served(client, v, path) for v, path in moved]
    check("back: new serves, nothing of legacy was kept under its key", all(g == (200, "new", "new") for g in back), back[:2])
    new.ask("/_mode/drop")
    over = [served(client, v, path + "-drop") for v, path in moved]
    check("dropping: GETs fail over", all(g == (200, "legacy", "new") for g in over), over[:2])
    unsafe_once(client, on_new[1], origins, 502, [1, 0], "dropping")
    new.ask("/_mode/503")
    check("503: GETs fail over", served(client, on_new[2], "/d/x") == (200, "legacy", "new"))
    unsafe_once(client, on_new[2], origins, 503, [1, 0], "503")
    new.ask("/_mode/ok")
    check("well again", served(client, on_new[2], "/d/x") == (200, "new", "new"))
    print(f"new killed: {len(moved)} GETs, {len(moved)} answered by legacy; 12 POST, PUT, DELETE, PATCH in three kinds of failure, "
          "none sent twice")


def bad_input(edge, client):
    """Damaged routes and forged requests."""
    on_ten, off_ten = visitors_of(client, 10, 0)[0], visitors_of(client, 50, 1)[0]
    only_fifty = next(v for v in visitors_of(client, 50, 0) if v not in visitors_of(client, 10, 0))
    good = json.loads(route_text(50, 11))
    bad = {"nothing": "", "cut": json.dumps(good)[:200], "other split": {**good, "split": "x"}, "old": {**good, "revision": 0},
           "ranges": {**good, "ranges": [[0, 5, 0]]}, "chains": {**good, "chains": [["new"], ["gone"]]}, "null": None, "schema": {**good, "schema": 2}}
    for what, route in bad.items():
        edge.publish(route if isinstance(route, str) else json.dumps(route))
        got = [served(client, v, "/d/x")[1] for v in (on_ten, only_fifty, off_ten)]
        check(f"damaged route ({what}): the compiled-in 10 % serve", got == ["new", "legacy", "legacy"], got)
    edge.route.unlink()
    check("no route: the compiled-in 10 % serve", served(client, on_ten, "/d/x")[1] == "new")
    edge.publish(json.dumps(good))
    check("the next request sees a new route", served(client, only_fifty, "/d/x")[1] == "new")
    _, got = client.send(off_ten, "/d/x", headers={"X-Split-Variant": "new"})
    check("a forged variant is replaced", (got["x-got-variant"], got["x-split-variant"]) == ("legacy", "legacy"), got)
    for cookie in ["split_id=", "split_id=a b", "split_id=" + "x" * 65, "split_id=%00", "split_id=\u00e9", "nosplit_id=abc"]:
        status, got = Client(edge).send("nobody", "/d/x", headers={"Cookie": cookie.encode("latin-1")})
        check(f"cookie {cookie[:20]}: a new id", status == 200 and "split_id=" in got.get("set-cookie", ""), got)
    status, got = Client(edge).send("nobody", "/c/1")
    check("cookie's attributes", got["set-cookie"].endswith("; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"), got)
    status, got = client.send(off_ten, "/c/1")
    check("known visitors get no cookie", "set-cookie" not in got, got)


def cookies(edge):
    """Every form of the cookie's grammar: only a visitor without an id gets one."""
    for case in cookie_vectors.cases():
        head = cookie_vectors.ask(edge.port, case["headers"], "/c/cookie")[0].lower()
        check(f"cookie: {case['name']}", ("set-cookie: split_id=" in head) == (case["id"] is None), head)


def script_for(folder):
    (folder / "built-in.json").write_text(route_text(10, 1))
    return subprocess.run([NODE, ROOT / "examples/edge/build.js", "nginx", folder / "built-in.json"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="split-edge-"))
    folder.chmod(0o755)
    origins, edges = [], []
    print(f"SEED={SEED}")
    try:
        origins += [Origin("new"), Origin("legacy")]
        edges.append(Edge(folder / "ours", ROOT / "examples/edge/nginx/nginx.conf", script_for(folder), origins))
        edges.append(Edge(folder / "random", HERE / "random_router.conf", (HERE / "random_router.js").read_text(), origins))
        for edge in edges:
            edge.publish(route_text(10, 1))
            edge.start()
        phases = traffic(random.Random(SEED))
        client, ours = run(edges[0], phases)
        _, drawn = run(edges[1], phases)
        table("libsplit at the edge, variant in the cache key", ours)
        judge(client, ours)
        table("a draw for each request, behind the cache", drawn)
        print()
        check("the other router shows the fault that this test looks for", sum(r[2] != r[3] for r in drawn) > 100)
        failing_origin(edges[0], client, origins)
        bad_input(edges[0], client)
        cookies(edges[0])
    finally:
        for thing in edges + origins:
            thing.stop()
        if failed == 0:
            shutil.rmtree(folder)
        else:
            print(f"logs are in {folder}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
