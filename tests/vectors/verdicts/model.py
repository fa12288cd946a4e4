"""A second implementation of the rollout's verdicts (design/verdicts.md), written for clarity, without the library.

Shares are fractions, so levels are exact; evidence is plain floating point. Windows are the documents' objects.
"""
import math
from fractions import Fraction

ODDS_UP = [1.2, 1.5, 2, 3, 5, 10, 20, 50]
ODDS_DOWN = [.9, .75, .6, .45, .3, .2, .1, .02]
FRACTIONS = [.05, .1, .2, .3, .45, .6, .75, .9]
RANK = {"ok": 0, "off-target": 1, "warning": 2, "critical": 3}


def log_sum(values):
    top = max(values)
    return top + math.log(sum(math.exp(v - top) for v in values))


class Evidence:
    def __init__(self, odds, restarts, bake=1, robust=False):
        self.robust, self.odds, self.restarts, self.bake, self.k, self.value = robust, odds, restarts, bake, 0, 0.0
        self.logs = [0.0] * 8

    def stake(self):
        if self.k == 1:
            return 0.5
        if self.k <= self.bake + 1:
            return 1 / (4 * self.bake)
        i = self.k - self.bake - 1
        return 1 / (4 * i * (i + 1))

    def gain(self, p0, n, bad, r, f):
        if not self.robust:
            return bad * math.log(r) - n * math.log1p(p0 * (r - 1))
        if n == 0:
            return 0
        x = bad / n
        return math.log1p(f * ((x - p0) / p0 if self.odds is ODDS_UP else (p0 - x) / (1 - p0)))

    def step(self, p0, n, bad):
        self.k += 1
        for j, r in enumerate(self.odds):
            if self.restarts:
                stake = math.log(self.stake())
                self.logs[j] = stake if self.k == 1 else log_sum([self.logs[j], stake])
            self.logs[j] += self.gain(p0, n, bad, r, FRACTIONS[j])
        self.value = log_sum(self.logs) - math.log(8)


def condition(text):
    op, rest = text.split(None, 1)
    if rest.endswith("%"):
        return op, Fraction(rest[:-1]) / 100
    unit = 1000 if rest.endswith("ms") else 1000000
    return op, Fraction(rest.rstrip("ms")) * unit


def holds(op, a, b):
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def seconds(text):
    if text is None:
        return None
    number = text.rstrip("msdh")
    return Fraction(number) * {"ms": Fraction(1, 1000), "s": 1, "m": 60, "h": 3600, "d": 86400}[text[len(number):]]


class Metric:
    def __init__(self, spec):
        self.name, self.kind = spec["name"], spec["kind"]
        self.bounds = [condition(spec[k]) for k in ("target", "warning", "critical")]
        self.gate, self.missing_policy = spec.get("gate", True), spec.get("missing", "hold")
        self.low = self.bounds[0][0] in (">", ">=")
        self.tail = 1 - Fraction(str(spec.get("percentile", 95))) / 100
        self.clustered, self.shown, self.missing = spec.get("clustered", False), [], 0

    def share(self, i):
        if self.kind == "latency":
            return self.tail
        value = self.bounds[i][1]
        return 1 - value if self.low else value

    def counts(self, arm):
        if arm is None:
            return None
        if self.kind == "latency":
            over = arm.get("latency_over", {}).get(self.name)
            n = arm.get("timed", arm.get("outcomes"))
            return None if over is None or n is None else (n, *over)
        if self.kind == "ratio":
            pair = arm.get("ratios", {}).get(self.name)
            return None if pair is None else (pair[1], pair[0], pair[0], pair[0])
        keys = {"error": ("outcomes", "error"), "cache": ("lookups", "misses"),
                "edge_5xx": ("edge_requests", "edge_5xx")}[self.kind]
        if keys[0] not in arm or keys[1] not in arm:
            return None
        return arm[keys[0]], arm[keys[1]], arm[keys[1]], arm[keys[1]]

    def over(self, counts, i):
        n, bad = counts[0], counts[1 + i]
        if n == 0:
            return False
        if self.kind == "latency":
            return Fraction(bad, n) > self.tail
        met = holds(self.bounds[i][0], Fraction(n - bad if self.low else bad, n), self.bounds[i][1])
        return not met if i == 0 else met

    def level(self, counts, sample):
        if counts is None:
            return "no-data"
        if counts[0] < sample:
            return "low-sample"
        for i, name in ((2, "critical"), (1, "warning"), (0, "off-target")):
            if self.over(counts, i):
                return name
        return "ok"

    def show(self, level):
        if level not in RANK:
            return level
        self.shown = (self.shown + [level])[-3:]
        return max(self.shown, key=RANK.get)


class Latch:
    def __init__(self):
        self.set, self.off = False, 0

    def window(self, proven, off, trials=1):
        self.set = self.set or proven
        if trials:
            self.off = self.off + 1 if self.set and off else 0


class Model:
    def __init__(self, policy):
        r = policy["rollout"]
        self.variant, self.baseline = r["variant"], r.get("baseline", policy["split"].get("default"))
        self.metrics = [Metric(m) for m in policy["metrics"]]
        self.phases = [(Fraction(str(p["percent"])) / 100, seconds(p["bake"])) for p in r["phases"]]
        self.window = seconds(r.get("window", "60s"))
        self.judgement, self.sample = r.get("judgement", "strict"), r.get("min_sample", 30)
        self.breach = math.log(len(self.metrics) / r.get("alpha", 0.01))
        self.gate_alpha, self.ratio = r.get("gate_alpha", 0.05), r.get("relative", 1.25)
        self.patience = seconds(r.get("warning_patience"))
        self.phase, self.ended, self.last = 0, None, None
        self.paused = self.abort = self.override = False
        self.begin_phase()

    def begin_phase(self):
        self.bake_windows = max(1, math.ceil(self.phases[self.phase][1] / self.window))
        for m in self.metrics:
            self.begin_breach(m)
            self.begin_legacy(m)
            self.begin_gate(m)
            m.relative, m.worse = Evidence(ODDS_UP, True, self.bake_windows, m.clustered), Latch()
            m.recent, m.crit_windows, m.phase_n = [], [], 0
        self.above, self.below, self.split = Evidence(ODDS_UP, False), Evidence(ODDS_DOWN, False), Latch()
        self.sent, self.legacy_sent = [], []
        self.clock, self.restarts, self.windows, self.covered, self.skip = 0, 0, 0, 0, False

    def begin_breach(self, m):
        m.warning, m.critical = (Evidence(ODDS_UP, True, self.bake_windows, m.clustered) for _ in range(2))
        m.warned, m.crit = Latch(), False

    def begin_legacy(self, m):
        legacy = Evidence(ODDS_UP, True, self.bake_windows, m.clustered)
        m.legacy, m.legacy_latch, m.legacy_n = legacy, Latch(), 0

    def begin_gate(self, m):
        m.gate_evidence, m.bake = Evidence(ODDS_DOWN, False, 1, m.clustered), [0, 0, 0, 0]

    def gate_bound(self):
        bound = math.log(1 / self.gate_alpha)
        return bound + math.log(math.pi ** 2 / 6 * self.restarts ** 2) if self.restarts else bound

    def act(self, do):
        if self.ended:
            return
        if do in ("pause", "resume"):
            self.paused = do == "pause"
        elif do == "abort":
            self.abort = True
        elif do == "advance":
            self.override = True
        else:
            self.skip = True

    def gate_index(self):
        return 1 if self.judgement == "lenient" else 0

    def take_metric(self, m, new, old, share):
        if new is not None:
            n = new[0]
            for ev, i in ((m.warning, 1), (m.critical, 2), (m.gate_evidence, self.gate_index())):
                ev.step(float(m.share(i)), n, new[1 + i])
            m.recent = (m.recent + [new])[-30:]
            m.crit_windows = (m.crit_windows + [m.over(new, 2)])[-3:]
            m.phase_n += n
            m.bake = [a + b for a, b in zip(m.bake, new)]
            proven = m.phase_n >= self.sample and m.warning.value >= self.breach
            if proven and not m.warned.set:
                m.warned_id = self.last
            m.warned.window(proven, not m.over(new, 1), n)
            if m.warned.set and m.phase_n >= self.sample and m.critical.value >= self.breach:
                m.crit = True
        if old is not None:
            m.legacy.step(float(m.share(2)), old[0], old[3])
            m.legacy_n += old[0]
            proven = m.legacy_n >= self.sample and m.legacy.value >= self.breach
            m.legacy_latch.window(proven, not m.over(old, 2), old[0])
            if m.legacy_latch.off >= 3:
                self.begin_legacy(m)
        if new is not None and old is not None and 0 < share < 1:
            w = float(share)
            m.relative.step(w * self.ratio / (w * self.ratio + 1 - w), new[3] + old[3], new[3])
            proven = m.relative.value >= self.breach
            m.worse.window(proven, not proven)
            if m.worse.off >= 3:
                m.worse = Latch()

    def take_traffic(self, arm, old, share):
        if old is not None and 0 < share < 1 and arm is not None:
            if "units" in arm and "units" in old:
                pair = arm["units"], old["units"]
            elif "sent" in arm and "sent" in old:
                pair = tuple(a["sent"] + a.get("left_out", 0) for a in (arm, old))
            else:
                pair = None
            if pair is not None:
                for ev in (self.above, self.below):
                    ev.step(float(share), sum(pair), pair[0])
                wrong = max(self.above.value, self.below.value) >= math.log(2000)
                self.split.window(wrong, not wrong)
                if self.split.off >= 3:
                    self.split = Latch()
        for store, a in ((self.sent, arm), (self.legacy_sent, old)):
            if a is not None and "sent" in a and "outcomes" in a:
                store.append((a["sent"], a["outcomes"]))
                del store[:-5]

    def step(self, w):
        if self.last is not None and w["id"] <= self.last:
            return None
        ahead = 1 if self.last is None else w["id"] - self.last
        self.last = w["id"]
        arms = w["arms"]
        arm, old = arms.get(self.variant), arms.get(self.baseline) if self.baseline else None
        share = Fraction(w["share_ppm"], 1000000) if "share_ppm" in w else self.phases[self.phase][0]
        if not self.ended:
            self.windows += ahead
        levels, seen = {}, {}
        for m in self.metrics:
            new = seen[m.name] = m.counts(arm)
            levels[m.name] = m.show(m.level(new, self.sample))
            if not self.ended:
                m.missing += ahead - 1
            m.missing = 0 if new is not None else m.missing + 1
            if not self.ended:
                self.take_metric(m, new, m.counts(old), share)
        out = {"id": w["id"], "phase": self.phase, "percent": float(self.phases[self.phase][0] * 100)}
        if self.ended:
            decision, reason = "HOLD", "ended"
        else:
            decision, reason = self.judge(arm, old, share, seen)
        out["levels"] = levels
        out["verdicts"] = {m.name: self.verdict(m) for m in self.metrics}
        out["ln_evidence"] = {m.name: {"warning": m.warning.value, "critical": m.critical.value,
                                       "compliance": m.gate_evidence.value} for m in self.metrics}
        out.update(bake_s=float(self.clock), decision=decision, reason=reason)
        if decision == "ADVANCE":
            self.phase += 1
            self.begin_phase()
        elif decision in ("ROLLBACK", "COMPLETE"):
            self.ended = decision
        return out

    def judge(self, arm, old, share, seen):
        self.take_traffic(arm, old, share)
        needed = [m for m in self.metrics if m.gate and m.missing_policy != "ignore"]
        data = any(c is not None for c in seen.values()) and all(seen[m.name] is not None for m in needed)
        self.covered += data
        restarted = any(m.warned.off >= 3 for m in self.metrics)
        if restarted:
            for m in self.metrics:
                if m.warned.off >= 3:
                    self.begin_breach(m)
                self.begin_gate(m)
            self.clock, self.windows, self.covered, self.skip = 0, 0, 0, False
            self.restarts += 1
        decision, reason = self.urgent(seen)
        if data and not self.paused and reason != "shared-incident" and not restarted:
            self.clock += self.window
        if decision is None:
            decision, reason = self.rest(seen)
        onward = "COMPLETE" if self.phase + 1 == len(self.phases) else "ADVANCE"
        if decision == "HOLD" and self.override or decision is None:
            decision, reason = onward, ""
        self.override = False
        return decision, reason

    def lost(self, store):
        if len(store) < 5:
            return 0, 0
        sent = sum(s for s, _ in store)
        return sent, max(0, sent - sum(o for _, o in store))

    def urgent(self, seen):
        if self.abort:
            return "ROLLBACK", "manual"
        shared = False
        for m in self.metrics:
            c = seen[m.name]
            half = c is not None and c[0] >= self.sample and 2 * c[3] >= c[0]
            if m.crit and (sum(m.crit_windows) >= 2 or half):
                if not m.legacy_latch.set or m.worse.set:
                    return "ROLLBACK", m.name
                shared = True
        sent, lost = self.lost(self.sent)
        if sent >= self.sample and 2 * lost > sent:
            sent, lost = self.lost(self.legacy_sent)
            if not (sent >= self.sample and 2 * lost > sent):
                return "ROLLBACK", "lost-outcomes"
            shared = True
        return ("HOLD", "shared-incident") if shared else (None, None)

    def rest(self, seen):
        gates = [m for m in self.metrics if m.gate and not (m.missing_policy == "ignore" and m.missing)]
        if self.paused:
            return "HOLD", "paused"
        if self.split.set:
            return "HOLD", "split"
        sent, lost = self.lost(self.sent)
        if sent >= self.sample and 20 * lost > sent:
            return "HOLD", "lost-outcomes"
        for m in self.metrics:
            if m.warned.set and self.patience is not None and (self.last - m.warned_id) * self.window >= self.patience:
                return "ROLLBACK", m.name
        if any(m.crit for m in self.metrics):
            return "HOLD", "confirming"
        if any(m.warned.set for m in self.metrics):
            return "HOLD", "warning"
        if any(m.kind == "error" and m.worse.set for m in self.metrics):
            return "HOLD", "regression"
        dark = [m for m in gates if m.missing > 2]
        for m in dark:
            if m.missing_policy == "rollback":
                return "ROLLBACK", m.name
        if dark:
            return "HOLD", "no-data"
        if self.clock < self.phases[self.phase][1] and not self.skip:
            return "HOLD", "bake"
        if 100 * self.covered < 95 * self.windows:
            return "HOLD", "coverage"
        if not all(self.content(m) for m in gates):
            return "HOLD", "undecided"
        for m in gates:
            pooled = tuple(sum(c[i] for c in m.recent) for i in range(4))
            if m.level(pooled, self.sample) != "ok":
                return "HOLD", "recent"
        return None, None

    def proven(self, m):
        return m.gate_evidence.k > 0 and m.gate_evidence.value >= self.gate_bound()

    def content(self, m):
        on_target = m.level(tuple(m.bake), self.sample) == "ok"
        if self.judgement == "point":
            return on_target
        return self.proven(m) and (self.judgement == "strict" or on_target)

    def verdict(self, m):
        if m.crit:
            return "critical-proven"
        if m.warned.set:
            return "warning-proven"
        if m.missing > 2:
            return "no-data"
        shown = self.proven(m) if self.judgement == "point" else self.content(m)
        return "compliance-proven" if shown else "undecided"
