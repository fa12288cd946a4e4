# SPDX-License-Identifier: MIT
"""Chaos campaign: every single-origin fault under mixed load through nginx with the module, two workers.

For each fault: errors that visitors saw on replayable requests (must be 0), on the others, requests sent twice (must be 0),
what the first hop cost after the trip, probes, time to full return, visitors who changed variant (must be 0).

  chaos.py [--long] [FAULT...]     short form about 40 s; long form about 12 minutes, more load and longer faults
  chaos.py --default-budget [--rate N] [--percent N] [FAULT...]
                                   what the retry budget of the defaults costs; then errors are a measure, not a failure
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from nginx_kit import Nginx  # noqa: E402

SHORT = {"rate": 150, "healthy": 0.7, "fault": 2.5, "recovery": 3.0}
LONG = {"rate": 400, "healthy": 5.0, "fault": 20.0, "recovery": 30.0}


class BlackHole:
    """A port whose connections are never accepted: the queue is full, so the kernel drops every new one."""

    def __init__(self, port):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(0)
        self.fillers = []
        for _ in range(3):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
            self.fillers.append(s)

    def close(self):
        for s in (*self.fillers, self.listener):
            s.close()


class Stage:
    """Two origins, nginx between them and a load, and one of the origins to be hurt."""

    def __init__(self, folder, form, victim="new"):
        self.folder = folder
        self.form = form
        self.victim = victim
        self.origins = {name: kit.OriginProcess(name, folder, 0, "latency_ms=3", "jitter_ms=2")
                        for name in ("new", "legacy")}
        budget = {} if form.get("default_budget") else {"retry_cap_milli": 1000000, "retry_start_milli": 1000000}
        document = kit.policy(
            *({"url": f"http://127.0.0.1:{o.port}", "connect_timeout": "1s", "first_byte_timeout": "1s",
               "timeout": "5s"} for o in self.origins.values()), form.get("percent", 50),
            # Retries are a matter of the policy: with this budget no replayable request is lost while the machine finds out.
            failover={"base_open": "300ms", "max_open": "1s", "probe_interval": "50ms", "ramp_hold": "100ms",
                      "ramp_min_ok": 2, "ramp_max_hold": "2s", **budget})
        document["split"]["variants"][1]["chain"] = ["legacy", "new"]
        self.proxy = Nginx(folder, document, upstream="keepalive 64; keepalive_timeout 20s;")

    def origin(self):
        return self.origins[self.victim]

    def restart(self):
        port = self.origin().port
        self.origin().stop()
        self.origins[self.victim] = kit.OriginProcess(self.victim, self.folder, port, "latency_ms=3", "jitter_ms=2")

    def close(self):
        self.proxy.stop()
        for o in self.origins.values():
            o.send(signal.SIGCONT) if o.child.poll() is None else None
            o.stop()


def by_setting(**settings):
    """A fault that the origin plays itself."""
    def play(stage, seconds):
        stage.origin().set(fail_percent=100, **settings)
        time.sleep(seconds)
        stage.origin().set(fail_percent=0, latency_ms=3, fault="status")
    return play


def refused(stage, seconds):
    stage.origin().stop(signal.SIGTERM)
    time.sleep(seconds)
    stage.restart()


def killed(stage, seconds):
    stage.origin().stop(signal.SIGKILL)
    time.sleep(seconds)
    stage.restart()


def stopped(stage, seconds):
    stage.origin().send(signal.SIGSTOP)
    time.sleep(seconds)
    stage.origin().send(signal.SIGCONT)


def black_hole(stage, seconds):
    stage.origin().stop()
    hole = BlackHole(stage.origin().port)
    time.sleep(seconds)
    hole.close()
    stage.restart()


def slow(stage, seconds):
    stage.origin().set(latency_ms=3000)
    time.sleep(seconds)
    stage.origin().set(latency_ms=3)


def partly(stage, seconds):
    stage.origin().set(fail_percent=30, status=503)
    time.sleep(seconds)
    stage.origin().set(fail_percent=0)


def flapping(stage, seconds):
    end = time.monotonic() + seconds
    step = min(2.0, seconds / 4)
    while time.monotonic() < end:
        stage.origin().set(fail_percent=100, status=500)
        time.sleep(step)
        stage.origin().set(fail_percent=0)
        time.sleep(step)


def poisoned(stage, seconds):
    """One visitor's requests fail, whoever asks for them; nobody else may notice, and the origin must stay in service."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kit.request(stage.proxy.port, "/poison", headers={"Cookie": "split_id=unlucky", "x-poison": "1"})
        time.sleep(0.02)


def both_down(stage, seconds):
    ports = {n: o.port for n, o in stage.origins.items()}
    for o in stage.origins.values():
        o.stop()
    time.sleep(seconds)
    for name, port in ports.items():
        stage.origins[name] = kit.OriginProcess(name, stage.folder, port, "latency_ms=3")


FAULTS = {
    "refused": refused,
    "killed (SIGKILL)": killed,
    "stopped (SIGSTOP)": stopped,
    "black hole": black_hole,
    "reset": by_setting(fault="reset"),
    "truncated": by_setting(fault="truncate"),
    "never answers": by_setting(fault="hang"),
    "slow": slow,
    "status 500": by_setting(fault="status", status=500),
    "status 502": by_setting(fault="status", status=502),
    "status 503 + Retry-After": by_setting(fault="status", status=503, retry_after_s=1),
    "status 504": by_setting(fault="status", status=504),
    "30 % status 503": partly,
    "flapping": flapping,
    "legacy killed": killed,
    "poisoned visitor": poisoned,
    "both down": both_down,
}


def watch_states(stage, samples, done):
    """Sample the victim's state to find the trip and the full return."""
    while not done.is_set():
        origin = next(o for o in stage.proxy.status()["origins"] if o["name"] == stage.victim)
        samples.append((time.monotonic(), origin["state"]))
        time.sleep(0.02)


def returned(stage):
    """Every origin is in service again. One that flapped too often waits for an operator, who is us."""
    origins = stage.proxy.status()["origins"]
    for o in origins:
        if o["latched"] and o["state"] == "hold":
            stage.proxy.operator(o["name"], "approve")
    return all(o["state"] == "closed" for o in origins)


def hop_cost_ms(records, victim, trip, end):
    """Median extra time of diverted GETs between trip and end of the fault, against GETs the other system served itself."""
    def median(values):
        values = sorted(values)
        return values[len(values) // 2] if values else float("nan")
    gets = [r for r in records if r["method"] == "GET" and r["status"] == "200" and trip < int(r["mono_us"]) / 1e6 < end]
    diverted = median([int(r["took_us"]) for r in gets if r["variant"] == victim])
    own = median([int(r["took_us"]) for r in gets if r["variant"] != victim])
    return (diverted - own) / 1000


def run_fault(name, form):
    with tempfile.TemporaryDirectory(prefix="split-chaos-") as folder:
        stage = Stage(folder, form, "legacy" if name.startswith("legacy") else "new")
        done = threading.Event()
        try:
            return play(name, stage, form, folder, done)
        finally:
            done.set()
            stage.close()


def play(name, stage, form, folder, done):
    record = pathlib.Path(folder) / "load.csv"
    seconds = form["healthy"] + form["fault"] * (2 if name == "flapping" else 1) + form["recovery"]
    load = subprocess.Popen([str(kit.LOAD), "--url", f"http://127.0.0.1:{stage.proxy.port}", "--visitors", "300", "--rate",
                             str(form["rate"]), "--seconds", str(seconds + 30), "--record", str(record), "--connections",
                             "256", "--post-percent", "20"], stdout=subprocess.PIPE, text=True)
    samples = []
    watcher = threading.Thread(target=watch_states, args=(stage, samples, done))
    try:
        time.sleep(form["healthy"])
        watcher.start()
        started = time.monotonic()
        FAULTS[name](stage, form["fault"])
        ended = time.monotonic()
        kit.wait_until(lambda: time.monotonic() > ended + 0.3 and returned(stage), form["recovery"] + 25,
                       f"{name}: the return of every origin")
        back = time.monotonic()
        time.sleep(0.3)
    finally:
        load.send_signal(signal.SIGTERM)
        summary = json.loads(load.communicate(timeout=90)[0])
        done.set()
        if watcher.ident:
            watcher.join()
    with record.open() as f:
        records = list(csv.DictReader(f))
    trips = [t for t, state in samples if state == "open"]
    posts = [line for o in stage.origins.values() for line in o.posts.read_text().split()]
    probes = stage.proxy.metric("split_attempts_total", origin=stage.victim, kind="probe")
    return {
        "fault": name,
        "requests": summary["requests"],
        "errors_replayable": summary["user_errors_replayable"],
        "before_trip": began_before(records, trips[0] if trips else ended),
        "errors_other": summary["user_errors_not_replayable"],
        "sent_twice": len(posts) - len(set(posts)),
        "trip_ms": (trips[0] - started) * 1000 if trips else None,
        "hop_ms": hop_cost_ms(records, stage.victim, trips[0], ended) if trips else None,
        "probes": int(probes),
        "return_ms": (back - ended) * 1000 if trips else None,
        "changed": summary["visitors_changed_variant"],
        "why": why_given_up(stage, records),
    }


def began_before(records, moment):
    """Failed GETs that visitors sent before this moment."""
    return sum(r["method"] == "GET" and (r["status"] not in ("200", "304") or r["failure"] != "") and
               int(r["mono_us"]) / 1e6 < moment for r in records)


def why_given_up(stage, records):
    """For a failed campaign: what nginx says of the errors, and the first of them as the visitor saw them."""
    given = {k.split('"')[1]: int(v) for k, v in stage.proxy.metrics().items() if k.startswith("split_give_ups_total") and v}
    seen = [(r["mono_us"], r["status"], r["variant"], r["served_by"], r["took_us"], r["failure"]) for r in records
            if r["method"] == "GET" and r["status"] not in ("200", "304")]
    return f"{given} {seen[:8]} {stage.proxy.errors()[-1500:]}"


COLUMNS = (("fault", 26), ("requests", 9), ("errors_replayable", 18), ("before_trip", 12), ("errors_other", 13), ("sent_twice", 11), ("trip_ms", 8),
           ("hop_ms", 7), ("probes", 7), ("return_ms", 10), ("changed", 8))


def show(row):
    def cell(value):
        if value is None:
            return "-"
        return f"{value:.1f}" if isinstance(value, float) and abs(value) < 10 else f"{value:.0f}" if isinstance(value, float) else str(value)
    print("".join(cell(row[c]).ljust(w) if c == "fault" else cell(row[c]).rjust(w) for c, w in COLUMNS), flush=True)


def faulty(row):
    """What must not happen. With both systems down errors are what is left; with one of them never on replayable requests."""
    if row["sent_twice"] or row["changed"]:
        return True
    if row["fault"] == "poisoned visitor" and row["trip_ms"] is not None:
        return True
    if row["fault"] == "truncated":  # nginx has passed on the head: each is seen until the trip, and each probe.
        return row["errors_replayable"] > row["before_trip"] + row["probes"]
    return row["fault"] != "both down" and row["errors_replayable"] > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--default-budget", action="store_true")
    parser.add_argument("--rate", type=int, help="requests per second")
    parser.add_argument("--percent", type=int, default=50, help="share of the new system")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("faults", nargs="*", default=[])
    args = parser.parse_args()
    form = dict(LONG if args.long else SHORT, default_budget=args.default_budget, percent=args.percent)
    form["rate"] = args.rate or form["rate"]
    names = args.faults or list(FAULTS)
    print("".join(c.ljust(w) if c == "fault" else c.rjust(w) for c, w in COLUMNS))
    with concurrent.futures.ThreadPoolExecutor(1 if args.long else args.jobs) as pool:
        rows = []
        for row in pool.map(lambda n: run_fault(n, form), names):
            show(row)
            rows.append(row)
    if args.default_budget:
        print(f"{len(rows)} faults, {sum(r['requests'] for r in rows)} requests at {form['rate']}/s")
        return 0
    bad = [r["fault"] for r in rows if faulty(r)]
    total = sum(r["requests"] for r in rows)
    for row in rows:
        if faulty(row):
            print(f"{row['fault']}: {row['why']}")
    print(f"{len(rows)} faults, {total} requests; " + ("failed: " + ", ".join(bad) if bad else "no replayable request failed while a system was up"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
