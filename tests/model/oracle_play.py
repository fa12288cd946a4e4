#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random calls on the library and on the oracle; every answer, event and status must be the same text.

  oracle_play.py DRIVER [--games N] [--calls M] [--seed S]      seeds S, S + 1, ...; each is a configuration and a game of M calls

A difference prints the seed, the calls that led there and both texts. Long form: oracle_play.py build/tests/model/oracle-driver
--games 20000, 8 million calls in about 5 minutes."""
import argparse
import collections
import random
import subprocess
import sys
import types

import oracle

MS, SEC = 1000, 1000000
DEFAULTS = {"consecutive": 5, "hard_consecutive": 3, "min_keys": 2, "buckets": 10, "min_samples": 20, "fail_ppm": 500000,
            "rel_margin_ppm": 100000, "jitter_ppm": 200000, "probes_in_flight": 1, "probe_successes": 3, "lost_limit": 3,
            "ramp_min_ok": 5, "ramp_consecutive": 2, "flap_limit": 5, "max_attempts": 2, "drill_permille": 0,
            "in_flight_cap": 0, "in_flight_min": 1, "retry_deposit_milli": 200, "retry_cap_milli": 10000,
            "retry_start_milli": 10000, "failback": 0, "sticky": 0, "unsafe_failover": 0, "in_flight": 0, "seed": 1,
            "run_min_span": 100 * MS, "window": 10 * SEC, "base_open": 5 * SEC, "max_open": 300 * SEC,
            "probe_interval": 500 * MS, "probe_lease": 10 * SEC, "half_open_max": 60 * SEC, "overdue": 30 * SEC,
            "ramp_hold": 5 * SEC, "ramp_max_hold": 60 * SEC, "decay": 60 * SEC, "failback_delay": 0, "hold_probe": 30 * SEC,
            "flap_window": 600 * SEC, "emergency": SEC}
CHAINS = [(2, [[0, 1], [1]]), (2, [[0, 1], [1, 0]]), (3, [[0, 1, 2], [1, 0]]), (3, [[0, 1, 2], [1, 0, 2], [2]]), (1, [[0]]),
          (4, [[0, 1, 2, 3], [3, 1], [2, 0]])]
OTHERS = {"consecutive": (0, 1, 2), "hard_consecutive": (0, 1, 2), "min_keys": (0, 1, 3), "buckets": (1, 2, 16),
          "min_samples": (0, 1, 5), "fail_ppm": (0, 200000, 1000000), "rel_margin_ppm": (0, 500000), "jitter_ppm": (0, 1000000),
          "probes_in_flight": (2, 3, 8), "probe_successes": (1, 2), "lost_limit": (1, 2), "ramp_min_ok": (0, 1),
          "ramp_consecutive": (0, 1), "flap_limit": (0, 1, 2, 8), "max_attempts": (1, 3, 8), "drill_permille": (100, 999),
          "in_flight_cap": (1, 2, 5), "retry_deposit_milli": (0, 1000), "retry_cap_milli": (0, 1000, 2500),
          "retry_start_milli": (0, 1500), "failback": (1, 2), "sticky": (1,), "unsafe_failover": (1,), "in_flight": (1, 2),
          "run_min_span": (0, SEC), "window": (SEC, 60 * SEC, 777777), "base_open": (0, 10 * MS, SEC + 1),
          "max_open": (0, SEC, 20 * SEC), "probe_interval": (0, 10 * MS), "probe_lease": (0, SEC), "half_open_max": (0, 3 * SEC),
          "overdue": (0, SEC), "ramp_hold": (0, SEC), "ramp_max_hold": (0, SEC, 10 * SEC), "decay": (0, SEC, 10 * SEC),
          "failback_delay": (SEC, 20 * SEC), "hold_probe": (0, SEC), "flap_window": (0, 20 * SEC), "emergency": (0, 10 * MS)}
# Half of the games are quick: what takes many calls or minutes by default happens within one game.
QUICK = {"consecutive": 2, "hard_consecutive": 2, "run_min_span": MS, "min_samples": 4, "base_open": 200 * MS, "max_open": 2 * SEC,
         "probe_successes": 1, "probe_interval": 20 * MS, "probe_lease": SEC, "lost_limit": 2, "half_open_max": 4 * SEC,
         "overdue": SEC, "ramp_hold": 100 * MS, "ramp_min_ok": 2, "ramp_max_hold": SEC, "decay": SEC, "hold_probe": SEC}
RAMPS = ((50, 250, 500, 1000), (1000,), (300, 1000), (100, 200, 300, 400, 500, 600, 700, 1000))
PAUSES = (0, 0, 1, 7 * MS, 30 * MS, 30 * MS, 120 * MS, 500 * MS, SEC)


def configure(rng):
    p = dict(DEFAULTS, seed=rng.getrandbits(32))
    p.update(QUICK if rng.random() < 0.5 else {})
    for name in rng.sample(sorted(OTHERS), rng.randrange(0, 14)):
        p[name] = rng.choice(OTHERS[name])
    if p["in_flight"]:
        p["in_flight_cap"] = max(p["in_flight_cap"], 1)
        p["in_flight_min"] = rng.randint(1, p["in_flight_cap"])
    n, chains = rng.choice(CHAINS)
    return p, n, chains, list(rng.choice(RAMPS))


def new_line(p, n, chains, ramp):
    words = [n, len(chains)]
    for c in chains:
        words += [len(c), *c]
    words += [len(ramp), *ramp, len(p)]
    for name, value in p.items():
        words += [name, value]
    return "new " + " ".join(map(str, words))


class Game:
    """One configuration and the calls on it, decided by what the oracle answered."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        p, self.n, self.chains, ramp = configure(self.rng)
        self.first = new_line(p, self.n, self.chains, ramp)
        self.m = oracle.Machine(types.SimpleNamespace(**p, ramp=ramp), self.n, self.chains)
        self.tokens, self.open, self.now = [], [], 0
        self.ill = [0] * self.n
        self.lines, self.expected = [], []

    def add(self, words, text):
        self.lines.append(" ".join(map(str, words)))
        self.expected.append(text + self.m.show())

    def route(self, now):
        rng = self.rng
        pinned = rng.choice((-1, -1, -1, rng.randrange(self.n)))
        args = [rng.randrange(len(self.chains)), rng.choice((1, 2, 3, rng.getrandbits(40))), rng.random() < 0.8, rng.random() < 0.9]
        before = len(self.tokens)
        text = self.m.route(now, *args, None if pinned < 0 else pinned, self.tokens)
        self.open += range(before, len(self.tokens))
        self.add(["route", now, args[0], args[1], int(args[2]), int(args[3]), pinned], text)

    def report(self, now):
        rng = self.rng
        index = rng.randrange(len(self.open)) if rng.random() < 0.5 else -1
        token = self.open.pop(index) if rng.random() < 0.95 else rng.randrange(len(self.tokens))
        t = self.tokens[token]
        if rng.random() < self.ill[t["origin"].index]:
            klass = rng.choice(("fail_status", "fail_status", "fail_timeout", "fail_reset", "fail_connect", "fail_connect", "slow", "busy"))
        else:
            klass = rng.choice(("ok",) * 12 + ("slow", "busy", "neutral"))
        committed = rng.random() < 0.05
        push_back = rng.choice((0, 0, 0, 3 * SEC, 400 * SEC))
        before = len(self.tokens)
        text = self.m.report(now, t, klass, committed, push_back, self.tokens)
        self.open += range(before, len(self.tokens))
        self.add(["report", now, token, oracle.CLASSES.index(klass), int(committed), push_back], text)

    def other(self, now):
        rng = self.rng
        origin = rng.randrange(self.n)
        what = rng.choice(("probe", "probe", "tick", "tick", "tick", "admin", "admin", "restart", "reload"))
        if what == "probe":
            before = len(self.tokens)
            text = self.m.probe(now, origin, self.tokens)
            self.open += range(before, len(self.tokens))
            self.add(["probe", now, origin], text)
        elif what == "tick":
            self.m.tick(now)
            self.add(["tick", now], "")
        elif what == "admin":
            action = rng.choice(oracle.ACTIONS + ("auto", "auto", "auto", "approve", "reset"))
            self.m.admin(now, origin, action)
            self.add(["admin", now, origin, oracle.ACTIONS.index(action)], "")
        elif what == "reload":
            self.m.events = []
            self.add(["reload"], "")
        else:
            self.now = rng.choice((self.now, 0, 3 * SEC, self.now + 100 * SEC, 10**12))
            self.m.restart(now, self.now)
            self.add(["restart", now, self.now], "")

    def call(self):
        rng = self.rng
        if rng.random() < 0.02:
            self.ill[rng.randrange(self.n)] = rng.choice((0, 0, 0.3, 0.6, 1, 1))
        self.now += rng.choice(PAUSES) if rng.random() < 0.97 else rng.choice((5 * SEC, 11 * SEC, 60 * SEC, 400 * SEC))
        deadline = self.m.deadline()
        if rng.random() < 0.05 and deadline < self.now + 400 * SEC:
            self.now = max(self.now, deadline - rng.randrange(2))
        now = self.now if rng.random() < 0.98 else max(self.now - SEC, 0)
        roll = rng.random()
        if roll < 0.05:
            self.other(now)
        elif self.open and (roll < 0.55 or len(self.open) > 6):
            self.report(now)
        else:
            self.route(now)

    def play(self, n_calls):
        for _ in range(n_calls):
            self.call()


def difference(game, seed, said):
    """What to print about the first call on which the two disagree, or None."""
    for i, expected in enumerate(game.expected):
        got = said[i] if i < len(said) else "(nothing: the driver stopped)"
        if got != expected:
            return "\n".join([f"seed {seed}, call {i}:", game.first, *game.lines[max(0, i - 15):i + 1],
                              "oracle: " + expected, "libsplit: " + got])
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("driver")
    parser.add_argument("--games", type=int, default=400)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    seen, n_calls = collections.Counter(), 0
    for start in range(args.seed, args.seed + args.games, 50):
        seeds = range(start, min(start + 50, args.seed + args.games))
        games = [Game(seed) for seed in seeds]
        for game in games:
            game.play(args.calls)
        script = "\n".join(line for g in games for line in (g.first, *g.lines)) + "\n"
        run = subprocess.run([args.driver], input=script, stdout=subprocess.PIPE, text=True, timeout=600)
        said = run.stdout.splitlines()
        for k, (seed, game) in enumerate(zip(seeds, games)):
            wrong = difference(game, seed, said[k * args.calls:(k + 1) * args.calls])
            if wrong:
                print(wrong)
                return 1
            n_calls += len(game.lines)
            seen.update(word for text in game.expected for part in text.split("; ") if part.startswith("event ")
                        for word in (" ".join(part.split()[2:5]),))
        if run.returncode != 0:
            print(f"the driver ended with {run.returncode}")
            return 1
    rows = sum(tuple(event.split()) in oracle.ROWS for event in seen)
    if args.games >= 400 and rows < 22:
        print(f"only {rows} rows of the table were seen: these games prove little")
        return 1
    print(f"seeds {args.seed} to {args.seed + args.games - 1}: {n_calls} calls agree, {sum(seen.values())} events, "
          f"{rows} of {len(oracle.ROWS)} rows of the table")
    return 0


if __name__ == "__main__":
    sys.exit(main())
