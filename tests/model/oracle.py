#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The failover machine once more, as design/failover.md says it: naive, integers only, no layout, no fast path.

tests/model/oracle_play.py plays random calls on both and compares everything that can be seen. Rules are cited as there (F9).
"""
M64 = (1 << 64) - 1
NEVER = (1 << 63) - 1
COST = 1000
STATES = ("closed", "open", "half_open", "hold", "ramp")
MODES = ("auto", "force_up", "force_down", "observe")
ACTIONS = MODES + ("approve", "reset")
CLASSES = ("ok", "slow", "fail_status", "fail_timeout", "fail_reset", "fail_connect", "busy", "neutral")
TRIPS = ("hard_run", "run", "ratio", "ramp_failed")
ROWS = {("closed", "open", "hard_run"): 1, ("closed", "open", "run"): 2, ("closed", "open", "ratio"): 3,
        ("ramp", "open", "ramp_failed"): 4, ("ramp", "open", "hard_run"): 5, ("ramp", "open", "run"): 6,
        ("ramp", "open", "ratio"): 7, ("open", "half_open", "probe_due"): 8, ("half_open", "open", "probe_failed"): 9,
        ("half_open", "open", "probe_busy"): 10, ("half_open", "open", "probes_lost"): 11,
        ("half_open", "open", "half_open_timeout"): 12, ("half_open", "ramp", "verified"): 13,
        ("half_open", "hold", "verified"): 14, ("hold", "ramp", "approved"): 15, ("hold", "ramp", "failback_delay"): 16,
        ("hold", "open", "probe_failed"): 17, ("hold", "open", "probe_busy"): 18, ("hold", "open", "probes_lost"): 19,
        ("ramp", "closed", "ramp_done"): 20, ("ramp", "closed", "urgent_ramp"): 21, ("closed", "closed", "reset"): 22,
        ("open", "closed", "reset"): 23, ("half_open", "closed", "reset"): 24, ("hold", "closed", "reset"): 25,
        ("ramp", "closed", "reset"): 26}


def mix(*words):
    h = 0x9E3779B97F4A7C15
    for x in words:
        h = (h ^ x) * 0xBF58476D1CE4E5B9 & M64
        h ^= h >> 29
        h = h * 0x94D049BB133111EB & M64
        h ^= h >> 32
    return h


def identity(name):
    """XXH64 of a name of one byte: only the last steps of that hash are needed."""
    p1, p2, p3, p5 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5
    h = p5 + 1 ^ ord(name) * p5 & M64
    h = (h << 11 | h >> 53) & M64
    h = h * p1 & M64
    h = (h ^ h >> 33) * p2 & M64
    h = (h ^ h >> 29) * p3 & M64
    return h ^ h >> 32


def key_bit(key):
    return 1 << (mix(7, key) & 63)


def count_bits(keys):
    return bin(keys).count("1")


class Origin:
    def __init__(self, index, limit):
        self.index, self.id = index, identity("ABCD"[index])
        self.state, self.mode = "closed", "auto"
        self.level = self.gen = self.epoch = self.run = self.hard = self.run_keys = self.run_start = 0
        self.ok = self.bad = self.lost = self.step = self.since = self.last_probe = self.open_until = self.floor = 0
        self.degraded = self.latched = False
        self.stamps, self.leases, self.window = [], {}, {}
        self.in_flight, self.limit = 0, limit
        self.issued = self.reported = self.stale = 0

    def in_service(self):                                                                # F8
        return self.mode == "force_up" or (self.mode != "force_down" and self.state == "closed")


class Ask:
    """A request that wants an attempt."""
    def __init__(self, chain, index, key, safe, replayable, pinned=None, tried=frozenset(), attempts=0, first=True):
        self.chain, self.index, self.key, self.pinned = chain, index, key, pinned
        self.safe, self.replayable, self.tried, self.attempts, self.first = safe, replayable, tried, attempts, first
        self.resendable, self.synthetic = safe and replayable, False


class Machine:
    def __init__(self, options, n_origins, chains):
        self.p, self.chains = options, chains
        self.capped = options.in_flight != 0
        self.origins = [Origin(i, options.in_flight_cap * 1000 if self.capped else 0) for i in range(n_origins)]
        self.T = self.seq = self.regressions = 0
        self.budget = min(options.retry_start_milli, options.retry_cap_milli)
        self.moved, self.events = set(), []

    # Time and events

    def begin(self, now):                                                                # F2
        self.moved, self.events = set(), []
        if now < self.T:
            self.regressions += 1
        self.T = max(self.T, now)

    def evidence(self, o):                                                               # F5
        last = self.T // (self.p.window // self.p.buckets)
        slots = [s for i, s in o.window.items() if i > last - self.p.buckets]
        keys = 0
        for s in slots:
            keys |= s[2]
        return sum(s[0] for s in slots), sum(s[1] for s in slots), keys

    def book(self, o, key, bad):
        s = o.window.setdefault(self.T // (self.p.window // self.p.buckets), [0, 0, 0])
        s[0] += 1
        if bad:
            s[1] += 1
            s[2] |= key_bit(key)

    def share(self, o):
        return self.p.ramp[o.step] if o.state == "ramp" else 1000 if o.state == "closed" else 0

    def tell(self, o, cause, change):
        """Do the change and note the event: the evidence before it, the rest after it."""
        total, bad, keys = self.evidence(o)
        begun, was = o.state, (o.run, o.hard, count_bits(o.run_keys) if o.run else 0, total, bad, count_bits(keys),
                               0 if o.state == "closed" else o.ok, o.lost)
        span = self.T - o.run_start if o.run else 0
        change()
        row = 0 if o.state == begun and cause != "reset" else ROWS[begun, o.state, cause]
        left = o.open_until - self.T if row and o.state == "open" else 0
        self.events.append(f"event {o.index} {begun} {o.state} {cause} at {self.T} span {span} open {left} {o.gen} {o.epoch} "
                           f"{o.level} run {was[0]} {was[1]} {was[2]} window {was[3]} {was[4]} {was[5]} ok {was[6]} {was[7]} "
                           f"share {self.share(o)} {int(o.latched)} row {row}; ")

    # Transitions

    def move(self, o, to, cause):                                                        # F24
        self.tell(o, cause, lambda: self.enter(o, to, cause))
        self.moved.add(o.index)

    def enter(self, o, to, cause):
        o.state = to
        if cause in TRIPS or cause == "probe_failed":
            o.level = min(o.level + 1, 255)
        if cause == "reset":
            o.level = 0
        if cause not in ("ramp_done", "urgent_ramp"):
            o.gen += 1
            o.run = o.hard = 0
            o.window, o.leases = {}, {}
        if cause in TRIPS and self.p.flap_limit:                                         # F25
            o.stamps = [s for s in o.stamps if self.T - s < self.p.flap_window] + [self.T]
            o.latched = o.latched or (len(o.stamps) >= self.p.flap_limit and self.p.flap_window > 0)
        o.since, o.ok, o.bad, o.step = self.T, 0, 0, 0
        if to == "open":
            o.epoch += 1
            length = min(self.p.max_open, self.p.base_open << o.level - 1)
            jitter = mix(self.p.seed, o.id, o.epoch) % (length // 1000 * self.p.jitter_ppm // 1000000 + 1) * 1000
            o.open_until = max(self.T + length + jitter, min(o.floor, self.T + self.p.max_open))
            o.floor = 0
        if to == "half_open":
            o.lost = 0
        if to in ("open", "closed"):
            o.degraded = False

    def timer(self, o):                                                                  # F9
        if o.index in self.moved:
            return
        if o.state in ("half_open", "hold"):
            dead = [seq for seq, expiry in o.leases.items() if self.T >= expiry]
            for seq in dead:
                del o.leases[seq]
            o.lost += len(dead)
            if o.lost >= self.p.lost_limit:
                self.move(o, "open", "probes_lost")
            elif o.state == "half_open" and self.T - o.since >= self.p.half_open_max:
                self.move(o, "open", "half_open_timeout")
            elif self.failback_due(o):
                self.move(o, "ramp", "failback_delay")
        else:
            self.step(o)

    def failback_due(self, o):
        return (o.state == "hold" and self.p.failback == 1 and not o.latched
                and self.T - o.since >= self.p.failback_delay)

    def step_due(self, o):                                                               # F22
        held = self.T - o.since
        return o.state == "ramp" and ((held >= self.p.ramp_hold and o.ok >= self.p.ramp_min_ok)
                                      or (held >= self.p.ramp_max_hold and o.bad == 0))

    def step(self, o):
        if o.index in self.moved or not self.step_due(o):
            return
        following = o.step + 1
        if following >= len(self.p.ramp) or self.p.ramp[following] >= 1000:
            self.move(o, "closed", "ramp_done")
            return

        def change():
            o.step, o.since, o.ok, o.bad = following, self.T, 0, 0
        self.tell(o, f"step{following}", change)
        self.moved.add(o.index)

    # Choosing

    def full(self, o):                                                                   # F28
        return self.capped and o.in_flight >= o.limit // 1000

    def members(self, ask):
        return [self.origins[i] for i in ask.chain]

    def serves_else(self, ask, o):
        return any(m is not o and m.index not in ask.tried and m.in_service() for m in self.members(ask))

    def probe_due(self, o):                                                              # F12
        if o.state == "open":
            return self.T >= o.open_until
        if o.state == "half_open":
            return len(o.leases) < self.p.probes_in_flight and self.T - o.last_probe >= self.p.probe_interval
        return o.state == "hold" and not o.leases and self.T - max(o.since, o.last_probe) >= self.p.hold_probe

    def overdue(self, o):
        return self.T - o.open_until >= self.p.overdue

    def eligible(self, ask, o):                                                          # F13
        heads = [c[0] for c in self.chains]
        home = ask.chain[0] == o.index or o.index not in heads
        urgent = any(m is not o and m.degraded for m in self.members(ask))
        if self.overdue(o) and ask.first and o.state != "hold":
            return True
        return ask.resendable and self.serves_else(ask, o) and (home or urgent or self.overdue(o))

    def bound_elsewhere(self, ask, o):                                                   # F27, F28
        if self.p.sticky == 1 and ask.pinned is not None:
            return ask.pinned != o.index
        return self.p.unsafe_failover == 1 and not ask.safe and ask.chain[0] != o.index

    def may_be_probed(self, ask, o):
        if o.mode == "observe":                                                          # F35
            natural = [m for m in self.members(ask) if m.index not in ask.tried and m.mode != "force_down"]
            if not natural or natural[0] is not o:
                return False
        elif o.mode != "auto":
            return False
        if o.state == "open" and o.index in self.moved:                                  # F11
            return False
        return (o.index not in ask.tried and self.probe_due(o) and not self.full(o) and not self.bound_elsewhere(ask, o)
                and self.eligible(ask, o))

    def lease(self, o):                                                                  # F14
        if o.state == "open":
            self.move(o, "half_open", "probe_due")
        o.leases[self.seq + 1] = self.T + self.p.probe_lease
        o.last_probe = self.T

    def admission(self, ask, o):                                                         # F15
        if o.index in ask.tried or o.mode == "force_down":
            return None
        if o.mode == "force_up":
            return "forced"
        if o.state == "closed":
            return "normal"
        if o.state == "ramp" and (mix(self.p.seed, o.id, o.epoch, ask.key) % 1000 < self.share(o)
                                  or (self.p.unsafe_failover == 1 and not ask.safe)):
            return "ramp"
        return "observed" if o.mode == "observe" else None

    def drilled(self, ask):                                                              # F26
        if not self.p.drill_permille or not ask.first or not ask.resendable or len(ask.chain) < 2:
            return False
        first, second = self.members(ask)[:2]
        well = all(o.state == "closed" and o.mode == "auto" for o in (first, second))
        return well and not self.full(second) and mix(self.p.seed, 13, self.seq) % 1000 < self.p.drill_permille

    def choose(self, ask):
        """(origin, kind, reason), or (None, reason)."""
        for o in self.members(ask):
            if self.may_be_probed(ask, o):
                reason = "probe_overdue" if self.overdue(o) else "probe"
                self.lease(o)
                return o, "probe", reason
        if self.p.sticky == 1 and ask.pinned in ask.chain:
            o = self.origins[ask.pinned]
            if self.admission(ask, o) and not self.full(o):
                return o, self.admission(ask, o), "pinned"
        if self.drilled(ask):
            return self.members(ask)[1], "normal", "drill"
        refused = self.p.unsafe_failover == 1 and not ask.safe
        shed = False
        for o in self.members(ask)[:1 if refused else None]:
            kind = self.admission(ask, o)
            if kind and self.full(o):
                shed = True
            elif kind:
                at_home = "assigned" if o.index == ask.chain[0] else "diverted"
                return o, kind, {"forced": "forced", "ramp": "cohort", "observed": "observed"}.get(kind, at_home)
        return None, "in_flight_cap" if shed else "unsafe_refused" if refused else "all_down"

    def issue(self, ask, o, kind, reason, token_sink):
        self.seq += 1
        o.issued += 1
        o.in_flight += self.capped
        flags = ((o.index != ask.chain[0]) + 2 * (reason == "drill") + 4 * o.degraded
                 + 8 * (ask.pinned is not None and ask.pinned != o.index))
        token = {"seq": self.seq, "origin": o, "kind": kind, "gen": o.gen, "issued": self.T, "key": ask.key,
                 "tried": ask.tried | {o.index}, "attempts": ask.attempts + (kind != "probe"), "ask": ask,
                 "counted": self.capped}
        bits = ask.safe + 2 * ask.replayable + 4 * self.capped + 8 * ask.synthetic
        token_sink.append(token)
        return (f"answer {o.index} {ask.chain[0]} {kind} {reason} {flags} {self.deadline()} token {self.seq} {o.gen} "
                f"{token['attempts']} {sum(1 << i for i in token['tried'])} {bits} {self.T}; ")

    def refuse(self, ask, reason):
        return f"answer -1 {ask.chain[0]} fail_fast {reason} 0 {self.deadline()}; "

    def run_timers(self, ask):
        for o in self.members(ask):
            self.timer(o)

    # Calls

    def route(self, now, chain, key, safe, replayable, pinned, tokens):                  # F10
        self.begin(now)
        self.budget = min(self.budget + self.p.retry_deposit_milli, self.p.retry_cap_milli)
        ask = Ask(self.chains[chain], chain, key, safe, replayable, pinned)
        self.run_timers(ask)
        chosen = self.choose(ask)
        if chosen == (None, "all_down"):                                                 # F16
            ranks = {"closed": 0, "ramp": 0, "hold": 1, "half_open": 2, "open": 3}
            up = [o for o in self.members(ask) if o.mode != "force_down"]
            if up:
                chosen = min(up, key=lambda o: ranks[o.state]), "panic", "least_bad"
        return self.refuse(ask, chosen[1]) if chosen[0] is None else self.issue(ask, *chosen, tokens)

    def probe(self, now, index, tokens):                                                 # F17
        self.begin(now)
        o = self.origins[index]
        ask = Ask([index], 0, 0, False, False)
        ask.synthetic = True
        self.timer(o)
        if o.mode in ("force_up", "force_down") or (o.state == "open" and index in self.moved) or not self.probe_due(o):
            return self.refuse(ask, "not_due")
        self.lease(o)
        return self.issue(ask, o, "probe", "probe", tokens)

    def report(self, now, token, klass, committed, push_back, tokens):
        self.begin(now)
        o = token["origin"]
        self.timer(o)
        o.reported += 1
        self.leave(o, token, klass)
        credit = self.credit(o, token)
        o.stale += credit == "stale"
        if credit == "applied" and klass != "neutral":
            self.score(o, token, klass, push_back)
        follow_up, answer = self.follow_up(token, klass, committed, tokens)
        return f"{credit} {follow_up} {self.deadline()}; {answer}"

    def leave(self, o, token, klass):                                                    # F28
        if not token["counted"]:
            return
        was, o.in_flight = o.in_flight, max(o.in_flight - 1, 0)
        if self.p.in_flight != 2 or klass == "neutral":
            return
        if klass != "ok":
            o.limit = o.limit * 9 // 10
        elif was * 1000 * 2 >= o.limit:
            o.limit += 1000
        o.limit = min(max(o.limit, self.p.in_flight_min * 1000), self.p.in_flight_cap * 1000)

    def credit(self, o, token):                                                          # F18
        if token["kind"] in ("panic", "forced", "observed"):
            return "unscored"
        if token["gen"] != o.gen:
            return "stale"
        if token["kind"] == "probe" and o.leases.pop(token["seq"], None) is None:
            return "stale"
        return "applied"

    def score(self, o, token, klass, push_back):                                         # F19
        failed = klass.startswith("fail_")
        if (failed or klass == "busy") and push_back > 0:
            o.floor = max(o.floor, self.T + push_back)
        if o.state in ("closed", "ramp"):
            self.score_serving(o, token, klass, failed)
        elif klass == "ok" and o.state == "hold":
            o.lost = 0
        elif klass == "ok":
            o.ok += 1
            if o.ok >= self.p.probe_successes:
                self.move(o, "hold" if o.latched or self.p.failback != 0 else "ramp", "verified")
        else:
            self.move(o, "open", "probe_busy" if klass == "busy" else "probe_failed")

    def score_serving(self, o, token, klass, failed):
        self.book(o, token["key"], klass != "ok")
        if failed:
            if o.run == 0:
                o.run_start, o.run_keys, o.hard = self.T, 0, 0
            o.run += 1
            o.run_keys |= key_bit(token["key"])
            o.hard = o.hard + 1 if klass == "fail_connect" else 0
            o.bad += o.state == "ramp"
            self.trip_tests(o)
        elif klass != "busy":
            if o.run == 0 or token["issued"] >= o.run_start:
                o.run = o.hard = 0
                o.degraded = False
            if o.state == "ramp":
                o.ok += 1
            elif o.level > 0:                                                            # F25
                o.ok += 1
                if self.T - o.since >= self.p.decay and o.ok >= self.p.min_samples:
                    o.level, o.since, o.ok = o.level - 1, self.T, 0
        self.step(o)

    def peers(self, o):
        shared = {i for c in self.chains if o.index in c for i in c} - {o.index}
        return [self.origins[i] for i in sorted(shared)]

    def trip_tests(self, o):                                                             # F20, F21
        if o.index in self.moved:
            return
        p = self.p
        broad = self.T - o.run_start >= p.run_min_span and count_bits(o.run_keys) >= p.min_keys
        total, bad, keys = self.evidence(o)
        if o.state == "ramp" and p.ramp_consecutive and o.run >= p.ramp_consecutive:
            self.trip(o, "ramp_failed")
        elif p.hard_consecutive and o.hard >= p.hard_consecutive and broad:
            self.trip(o, "hard_run")
        elif p.consecutive and o.run >= p.consecutive and broad:
            self.trip(o, "run")
        elif p.fail_ppm and total >= p.min_samples and bad * 10**6 >= p.fail_ppm * total and count_bits(keys) >= p.min_keys:
            for peer in self.peers(o):
                theirs = self.evidence(peer)
                if (peer.state == "closed" and theirs[0] >= p.min_samples and theirs[0]
                        and bad * 10**6 // total - theirs[1] * 10**6 // theirs[0] < p.rel_margin_ppm):
                    self.degrade(o, "suppressed_common_cause")
                    return
            self.trip(o, "ratio")

    def degrade(self, o, cause):
        news, o.degraded = not o.degraded, True
        if news:
            self.tell(o, cause, lambda: None)

    def trip(self, o, cause):                                                            # F23
        if all(any(i != o.index and self.origins[i].in_service() for i in c) for c in self.chains if o.index in c):
            self.move(o, "open", cause)
            return
        self.degrade(o, "suppressed_last")
        for peer in self.peers(o):
            if peer.state == "open":
                peer.open_until = min(peer.open_until, self.T + self.p.emergency)
            elif peer.state == "ramp":
                self.move(peer, "closed", "urgent_ramp")

    def follow_up(self, token, klass, committed, tokens):                                # F29
        old, is_probe, unsent = token["ask"], token["kind"] == "probe", klass == "fail_connect"
        paid = not unsent and not is_probe
        if not klass.startswith("fail_") or old.synthetic:
            return "done", ""
        if committed:
            return "give_up_committed", ""
        if not (unsent or old.resendable) or (self.p.unsafe_failover == 1 and not old.safe):
            return "give_up_unsafe", ""
        if token["kind"] == "panic":
            return "give_up_panic", ""
        if not is_probe and token["attempts"] >= self.p.max_attempts:
            return "give_up_attempts", ""
        if paid and self.budget < COST:
            return "give_up_budget", ""
        ask = Ask(old.chain, old.index, old.key, old.safe, old.replayable, None, token["tried"], token["attempts"], False)
        self.run_timers(ask)
        chosen = self.choose(ask)
        if chosen[0] is None:
            return "give_up_no_alternative", ""
        self.budget -= COST if paid else 0
        return "attempt", self.issue(ask, *chosen, tokens)

    def admin(self, now, index, action):                                                 # F30
        self.begin(now)
        o = self.origins[index]
        if action in MODES:
            o.mode = action
        elif action == "reset" or o.state == "hold":
            o.latched, o.stamps = False, []
            if action == "reset":
                o.in_flight = 0
                self.move(o, "closed", "reset")
            else:
                self.move(o, "ramp", "approved")

    def tick(self, now):
        self.begin(now)
        for o in self.origins:
            self.timer(o)

    def restart(self, now, later):                                                       # F32
        """Write at `now`, read in a fresh process whose clock says `later`: distances stay, what was in flight is gone."""
        self.events = []
        length = self.p.window // self.p.buckets
        self.T = max(self.T, now)
        away, slots = later - self.T, later // length - self.T // length
        for o in self.origins:
            for name in ("run_start", "open_until", "floor", "since", "last_probe"):
                setattr(o, name, getattr(o, name) + away)
            o.stamps = [s + away for s in o.stamps]
            o.leases = {seq: expiry + away for seq, expiry in o.leases.items()}
            o.window = {i + slots: s for i, s in o.window.items()}
            o.in_flight = 0
        self.T = later

    # What can be seen

    def deadline(self):                                                                  # F31
        p, ahead = self.p, []
        for o in self.origins:
            verifies = o.state in ("half_open", "hold")
            due = (verifies and (o.lost >= p.lost_limit or any(e <= self.T for e in o.leases.values()))
                   or o.state == "half_open" and self.T - o.since >= p.half_open_max or self.failback_due(o) or self.step_due(o))
            if due:
                return self.T
            if o.state == "open":
                ahead += [o.open_until, o.open_until + p.overdue]
            if verifies:
                ahead += [*o.leases.values(), o.open_until + p.overdue]
            if o.state == "half_open":
                ahead += [o.since + p.half_open_max, o.last_probe + p.probe_interval]
            if o.state == "hold":
                ahead += [max(o.since, o.last_probe) + p.hold_probe]
                ahead += [o.since + p.failback_delay] if p.failback == 1 and not o.latched else []
            if o.state == "ramp":
                ahead += [o.since + p.ramp_hold] if o.ok >= p.ramp_min_ok else []
                ahead += [o.since + p.ramp_max_hold] if o.bad == 0 else []
        return min((t for t in ahead if t > self.T), default=NEVER)

    def show(self):
        lines = []
        for o in self.origins:
            total, bad, keys = self.evidence(o)
            share = {"force_down": 0, "auto": self.share(o)}.get(o.mode, 1000)
            left = max(o.open_until - self.T, 0) if o.state == "open" else 0
            lines.append(f"origin {o.index} {o.state} {o.mode} {o.level} {o.gen} {o.epoch} {int(o.in_service())}"
                         f"{int(o.degraded)}{int(o.latched)} share {share} {o.step} run {o.run} {o.hard} "
                         f"{count_bits(o.run_keys) if o.run else 0} window {total} {bad} {count_bits(keys)} "
                         f"ok {o.ok if o.state == 'half_open' else 0} {o.lost} {len(o.leases)} flight {o.in_flight} "
                         f"{o.limit // 1000} times {self.T - o.since} {left} counts {o.issued} {o.reported} {o.stale}; ")
        return "".join(self.events + lines) + f"machine {self.T} {self.budget} {self.regressions} {self.deadline()}"
