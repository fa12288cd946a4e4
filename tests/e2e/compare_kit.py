# SPDX-License-Identifier: MIT
"""Journals with chosen counts for the tests of splitctl compare, and an own small computation of what systems cost."""
import datetime
import fractions
import json
import sqlite3
import time

from ctl import OK, CtlTest, free_port, splitctl

MONTH_S = 30 * 86400
WINDOW_S = 60


def policy(**cost):
    """A rollout over 50 %, minutes long, with a cache metric; `cost` becomes the policy's."""
    document = {
        "schema": 1,
        "split": {"name": "demo", "default": "legacy", "variants": [
            {"name": "new", "weight": 50, "chain": ["new", "legacy"]}, {"name": "legacy", "weight": 50}]},
        "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}},
        "metrics": [
            {"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"},
            {"name": "cache_hit", "kind": "cache", "target": ">= 85%", "warning": "< 80%", "critical": "< 70%"}],
        "rollout": {"variant": "new", "baseline": "legacy", "phases": [
            {"percent": 50, "bake": "100h"}, {"percent": 100, "bake": "100h"}]},
    }
    if cost:
        document["cost"] = cost
    return document


def arm(sent, errors=0, lookups=None, misses=None):
    counts = {"sent": sent, "outcomes": sent, "error": errors}
    if lookups is not None:
        counts.update(lookups=lookups, misses=misses)
    return counts


def rounded(value):
    """Millionths, halves away from zero."""
    return float(int(fractions.Fraction(value) * 10**6 + fractions.Fraction(1, 2))) / 1e6


def half_up(value):
    return int(fractions.Fraction(value) + fractions.Fraction(1, 2))


def expected_cost(prices, lines, requests, misses, all_requests, seconds):
    """(period, a month, a month with all the traffic) of a system of a price file, exactly."""
    price = {item["id"]: fractions.Fraction(repr(item["price"])) for item in prices["items"]}

    def sum_of(use):
        return sum((price[line["id"]] * fractions.Fraction(repr(line["quantity"])) for line in lines.get(use, [])),
                   fractions.Fraction())
    per_request, per_miss, month = map(sum_of, ("per_million_requests", "per_million_misses", "monthly"))
    a_month = fractions.Fraction(MONTH_S, seconds)
    flows = [(requests, misses, 1 / a_month), (half_up(requests * a_month), half_up(misses * a_month), 1)]
    everything = half_up(all_requests * a_month)
    flows.append((everything, half_up(fractions.Fraction(everything * misses, requests)), 1))
    return [rounded(r * per_request / 10**6 + m * per_miss / 10**6 + part * month) for r, m, part in flows]


class JournalTest(CtlTest):
    """Writes journals window by window; decisions come from `replay`, so that every reader accepts them."""

    policy_document = policy()
    empty = None  # a journal of `run` without windows

    def write_journal(self, document, windows, ended_s=0):
        """`windows`: dicts of arms and perhaps share_ppm, one minute each; the last ended `ended_s` seconds ago."""
        self.write_policy(document)
        self.begin_journal()
        begin = int(time.time()) - ended_s - WINDOW_S * len(windows)
        lines = [{"id": i + 1, "start": self.stamp(begin + i * WINDOW_S), **w} for i, w in enumerate(windows)]
        text = "\n".join(map(json.dumps, [{"policy": document}, *lines]))
        _, out, err = splitctl("replay", "--windows", "-", stdin=text.encode())
        decisions = list(map(json.loads, out.splitlines()))
        self.assertEqual(len(decisions), len(windows), err)
        db = sqlite3.connect(self.journal)
        with db:
            db.execute("update rollout set policy=?, began_us=?", (json.dumps(document), begin * 10**6))
            for line, d in zip(lines, decisions):
                start = (begin + (line["id"] - 1) * WINDOW_S) * 10**6
                db.execute("insert into window values(1,?,?,?,?,?,?,?,?,'')",
                           (line["id"], start, d["phase"], int(d["percent"] * 10**6), d["decision"], d["reason"],
                            json.dumps(line), json.dumps(d)))
        db.close()

    def begin_journal(self):
        if JournalTest.empty is None:
            code, _, err = self.ctl("run", "--source", f"http://127.0.0.1:{free_port()}", "--duration", "1ms")
            self.assertTrue(self.journal.exists(), (code, err))
            JournalTest.empty = self.journal.read_bytes()
        for name in self.folder.glob("rollout.db*"):
            name.unlink()
        self.journal.write_bytes(JournalTest.empty)

    @staticmethod
    def stamp(seconds):
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def compare(self, *args, expect=OK, **more):
        """The answer as JSON."""
        code, out, err = self.ctl("compare", "--json", *args, **more)
        self.assertEqual(code, expect, (out, err))
        return json.loads(out)

    def write_prices(self, document, name="prices.json"):
        (self.folder / name).write_text(json.dumps(document))
