"""Writes the *.jsonl files: windows, operator lines and what is expected of them. --check compares instead.

Each expectation below was worked out by hand from design/verdicts.md section 3; the script checks it against model.py, a second
implementation, and adds the model's ln evidence to it. Run it again only when a rule changes.
"""
import copy
import datetime
import json
import pathlib
import random
import sys

import model

HERE = pathlib.Path(__file__).parent
START = datetime.datetime(2026, 11, 23)
POLICY = {
    "schema": 1,
    "split": {"name": "intelligent-search",
              "variants": [{"name": "new", "weight": 10, "chain": ["new", "legacy"]},
                           {"name": "legacy", "weight": 90, "chain": ["legacy"]}],
              "default": "legacy"},
    "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}},
    "metrics": [
        {"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"},
        {"name": "p95", "kind": "latency", "percentile": 95, "target": "< 200ms", "warning": "> 300ms",
         "critical": "> 500ms"},
        {"name": "cache_hit", "kind": "cache", "target": ">= 85%", "warning": "< 80%", "critical": "< 70%"},
        {"name": "edge_5xx", "kind": "edge_5xx", "target": "< 0.1%", "warning": "> 0.5%", "critical": "> 1%"}],
    "rollout": {"variant": "new", "baseline": "legacy",
                "phases": [{"percent": 10, "bake": "4h"}, {"percent": 50, "bake": "4h"},
                           {"percent": 100, "bake": "48h"}]}}
BAKE = {"decision": "HOLD", "reason": "bake"}
ADVANCE = {"decision": "ADVANCE", "reason": ""}
COMPLETE = {"decision": "COMPLETE", "reason": ""}
FAULTS = []
ENDED = {"decision": "HOLD", "reason": "ended"}


def hold(reason, **more):
    return {"decision": "HOLD", "reason": reason, **more}


def back(reason, **more):
    return {"decision": "ROLLBACK", "reason": reason, **more}


def policy(bakes=None, metrics=None, changes=None, **rollout):
    p = copy.deepcopy(POLICY)
    if bakes:
        percents = rollout.pop("percents", [10, 50, 100])
        p["rollout"]["phases"] = [{"percent": c, "bake": b} for c, b in zip(percents, bakes)]
    if metrics is not None:
        p["metrics"] = metrics
    for name, change in (changes or {}).items():
        next(m for m in p["metrics"] if m["name"] == name).update(change)
    p["rollout"].update(rollout)
    return p


def arm(n=600, error=0, over=None, lookups=None, misses=None, edge=None, edge_bad=0, **more):
    lookups = n if lookups is None else lookups
    out = {"sent": n, "outcomes": n, "error": error, "latency_over": {"p95": over or [n // 50, n // 200, 0]},
           "lookups": lookups, "misses": lookups // 20 if misses is None else misses,
           "edge_requests": 10 * n if edge is None else edge, "edge_5xx": edge_bad}
    out.update(more)
    return {k: v for k, v in out.items() if v is not None}


def w(n=600, error=0, legacy=None, id=None, share_ppm=None, expect=None, none=False, **more):
    """One window of the new arm; `legacy` is that arm, or None."""
    arms = {} if none else {"new": arm(n, error, **more)}
    if legacy is not None:
        arms["legacy"] = legacy
    window = {"id": id, "arms": arms}
    if share_ppm is not None:
        window["share_ppm"] = share_ppm
    return window, expect


def op(do):
    return {"do": do}, None


def at(items, expectations):
    """Attach expectations by position from 1."""
    out = list(items)
    for index, expect in expectations.items():
        out[index - 1] = (out[index - 1][0], expect)
    return out


def agrees(want, got):
    if isinstance(want, dict):
        return all(k in got and agrees(v, got[k]) for k, v in want.items())
    return abs(want - got) < 5e-3 if isinstance(want, float) else want == got


def run(name, pol, items, full=False):
    """The lines of one rollout; fails when an expectation and the model differ."""
    m, lines, id, seen = model.Model(pol), [json.dumps({"policy": pol}, separators=(",", ":"))], 0, 0
    for item, expect in items:
        if "do" in item:
            m.act(item["do"])
            item = {"at": stamp(id, 30), **item, "who": "oncall", "why": name}
        else:
            id = item["id"] if item["id"] is not None else id + 1
            item = {"id": id, "start": stamp(id, 0), **{k: v for k, v in item.items() if k != "id"}}
            if all(x["name"] != "p95" for x in pol["metrics"]):
                item["arms"]["new"].pop("latency_over", None)
            if expect is not None and "error" in expect:
                id = m.last
                seen += 1
                lines.append(json.dumps({**item, "expect": expect}, separators=(",", ":")))
                continue
            got = m.step(item)
            id = m.last
            if expect is not None and not agrees(expect, got):
                print(f"{name}, window {id}: expected {expect}, model {got}")
                FAULTS.append(name)
            if expect is not None or (full and got is not None):
                seen += 1
                evidence = {k: {f: float(f"{x:.12g}") for f, x in v.items()} for k, v in got["ln_evidence"].items()}
                item["expect"] = {**got, "ln_evidence": evidence} if full else {**expect, "ln_evidence": evidence}
        lines.append(json.dumps(item, separators=(",", ":")))
    if seen == 0:
        print(f"{name}: expects nothing")
        FAULTS.append(name)
    return lines


def stamp(id, second):
    return (START + datetime.timedelta(minutes=id, seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")


def spread(total, n):
    return [(i + 1) * total // n - i * total // n for i in range(n)]


def printed():
    """The worked scenarios of the design, by their numbers."""
    proven = {"verdicts": {"error_rate": "compliance-proven"}}
    good = [w(error=3) for _ in range(240)]
    yield "01", policy(), at(good, {4: {**BAKE, "verdicts": {"error_rate": "undecided"}}, 5: {**BAKE, **proven},
                                    239: {**BAKE, "bake_s": 14340.0},
                                    240: {**ADVANCE, **proven, "phase": 0, "percent": 10.0,
                                          "ln_evidence": {"error_rate": {"compliance": 217.18}}}})
    yield "03", policy(), at([w(60, e, over=[0, 0, 0], edge=6000) for e in spread(115, 240)],
                             {240: hold("undecided", ln_evidence={"error_rate": {"compliance": 1.31}})})
    yield "05", policy(), at([w(error=6) for _ in range(240)],
                             {1: {**BAKE, "ln_evidence": {"error_rate": {"warning": -2.28}}},
                              240: hold("undecided", levels={"error_rate": "off-target"},
                                        ln_evidence={"error_rate": {"compliance": -9.73}})})
    yield "07", policy(), [w(3, 3, edge=30, expect={**BAKE, "levels": {"error_rate": "low-sample"},
                                                   "ln_evidence": {"error_rate": {"warning": 7.91}}})]
    yield "09", policy(), at([w(60, 12), w(60, 12)], {
        1: hold("confirming"), 2: back("error_rate", ln_evidence={"error_rate": {"critical": 14.13}})})
    late = [w(error=3) for _ in range(60)] + [w(error=60)] + [w(error=3) for _ in range(243)]
    yield "11", policy(), at(late, {
        61: hold("warning", ln_evidence={"error_rate": {"warning": 77.50, "critical": 3.45}},
                 levels={"error_rate": "critical"}, bake_s=3660.0),
        63: hold("warning", levels={"error_rate": "critical"}),
        64: {**BAKE, "bake_s": 0.0, "levels": {"error_rate": "ok"}}, 303: BAKE, 304: ADVANCE})
    yield "13", policy(), at([w(error=30) for _ in range(30)], {
        1: hold("warning", ln_evidence={"error_rate": {"critical": -3.16}}),
        30: hold("warning", levels={"error_rate": "warning"}, verdicts={"error_rate": "warning-proven"})})
    long = [w(error=4) for _ in range(1440)] + [w(error=120), w(error=120)]
    yield "15", policy(["48h"], percents=[10]), at(long, {
        1440: BAKE, 1441: hold("confirming", verdicts={"error_rate": "critical-proven"}), 1442: back("error_rate")})
    yield "17", policy(), at([w(over=[18, 3, 0]) for _ in range(240)], {
        1: {"verdicts": {"p95": "undecided"}}, 2: {**BAKE, "verdicts": {"p95": "compliance-proven"}}, 240: ADVANCE})
    yield "19", policy(), at([w(over=[60, 48, 6]) for _ in range(3)], {
        1: BAKE, 2: hold("warning", verdicts={"p95": "warning-proven"}), 3: hold("warning")})
    yield "21", policy(), at([w(misses=78) for _ in range(240)], {
        5: {"verdicts": {"cache_hit": "undecided"}}, 6: {**BAKE, "verdicts": {"cache_hit": "compliance-proven"}},
        240: ADVANCE})
    yield "23", policy(), at([w(misses=150) for _ in range(3)], {
        2: {**BAKE, "levels": {"cache_hit": "warning"}}, 3: hold("warning", verdicts={"cache_hit": "warning-proven"})})
    yield "25", policy(), at([w(edge=6) for _ in range(240)], {
        240: hold("undecided", ln_evidence={"edge_5xx": {"compliance": 0.93}}, levels={"edge_5xx": "low-sample"})})
    calm = [w(600, 5, legacy=arm(5400, 43)) for _ in range(30)]
    storm = [w(600, 48, legacy=arm(5400, 432)) for _ in range(10)]
    yield "27", policy(), at(calm + storm, {30: {**BAKE, "bake_s": 1800.0},
                                            40: hold("shared-incident", verdicts={"error_rate": "critical-proven"})})
    yield "29", policy(), at([w(660, legacy=arm(5340)) for _ in range(10)], {6: BAKE, 7: hold("split"),
                                                                           10: hold("split")})
    quiet = [w(error=3) for _ in range(9)] + [w(none=True) for _ in range(3)] + [w(error=3)]
    yield "31", policy(), at(quiet, {
        11: {**BAKE, "bake_s": 540.0, "levels": {"error_rate": "no-data"}},
        12: hold("no-data", bake_s=540.0, verdicts={"error_rate": "no-data"}),
        13: {**BAKE, "bake_s": 600.0, "verdicts": {"error_rate": "compliance-proven"}}})
    refused = [w(error=3), w(error=3), w(error=600, id=2), w(error=600, id=1),
               w(error=3, expect={**BAKE, "bake_s": 180.0})]
    yield "33", policy(), refused
    yield "35", policy(["5m", "4h"]), [w(error=3) for _ in range(4)] + [
        op("abort"), w(error=3, expect=back("manual")), w(error=3, expect=ENDED)]


def reasons():
    """Every reason code that the printed scenarios leave out, and their neighbours."""
    yield "short-complete", policy(["5m"], percents=[100]), at(
        [w(error=3) for _ in range(6)], {4: BAKE, 5: {**COMPLETE, "percent": 100.0}, 6: ENDED})
    yield "split-below", policy(), at([w(540, legacy=arm(5460)) for _ in range(3)],
                                      {2: BAKE, 3: hold("split")})
    yield "split-ends", policy(), at([w(660, legacy=arm(5340)) for _ in range(7)]
                                     + [w(600, legacy=arm(5400)) for _ in range(4)],
                                     {7: hold("split"), 9: hold("split"), 10: BAKE, 11: {**BAKE, "bake_s": 660.0}})
    yield "split-share", policy(), at([w(660, legacy=arm(5340), share_ppm=110000) for _ in range(30)], {30: BAKE})
    yield "split-units", policy(), at([w(900, legacy=arm(5100, units=90), units=10) for _ in range(10)], {10: BAKE})
    yield "split-left-out", policy(), at([w(300, legacy=arm(5400), left_out=300) for _ in range(10)], {10: BAKE})
    yield "split-all-traffic", policy(["4h"], percents=[100]), at([w(600, legacy=arm(5)) for _ in range(10)],
                                                                  {10: BAKE})
    lost6 = [w(600, outcomes=564) for _ in range(5)]
    yield "lost-6-percent", policy(), at(lost6, {4: BAKE, 5: hold("lost-outcomes")})
    yield "lost-exactly-5-percent", policy(), at([w(600, outcomes=570) for _ in range(6)], {6: BAKE})
    yield "lost-ends", policy(), at(lost6 + [w(600) for _ in range(2)], {6: BAKE, 5: hold("lost-outcomes")})
    yield "lost-half", policy(), at([w(600, outcomes=240) for _ in range(5)], {4: BAKE, 5: back("lost-outcomes")})
    yield "lost-exactly-half", policy(), at([w(600, outcomes=300) for _ in range(5)], {5: hold("lost-outcomes")})
    yield "lost-half-everywhere", policy(), at(
        [w(600, outcomes=240, legacy=arm(5400, outcomes=2000)) for _ in range(5)],
        {5: hold("shared-incident", bake_s=240.0)})
    yield "lost-late-outcomes", policy(), at([w(600, outcomes=300), w(600, outcomes=900)] + [w() for _ in range(4)],
                                             {6: BAKE})
    worse = [w(600, 5, legacy=arm(5400, 11)) for _ in range(6)]
    yield "regression", policy(), at(worse, {1: BAKE, 6: hold("regression")})
    yield "regression-ends", policy(), at(
        worse + [w(600, 2, legacy=arm(5400, 43)) for _ in range(30)], {6: hold("regression"), 36: BAKE})
    attributable = [w(600, 5, legacy=arm(5400, 43)) for _ in range(10)] + [
        w(600, 240, legacy=arm(5400, 432)) for _ in range(2)]
    yield "critical-attributed", policy(), at(attributable, {12: back("error_rate")})
    yield "critical-no-legacy-arm", policy(["4h"], percents=[100]), at([w(60, 12), w(60, 12)], {2: back("error_rate")})
    gap = [w(error=3) for _ in range(10)] + [w(none=True)] + [w(error=3) for _ in range(10)]
    yield "coverage", policy(["20m", "4h"]), at(gap, {20: BAKE, 21: {**ADVANCE, "bake_s": 1200.0}})
    two = [w(error=3) for _ in range(10)] + [w(none=True)] * 2 + [w(error=3) for _ in range(28)]
    yield "coverage-below-95", policy(["20m", "4h"]), at(two, {22: hold("coverage"), 39: hold("coverage"), 40: ADVANCE})
    yield "recent", policy(["90m", "4h"], alpha=0.000001), at(
        [w(error=1) for _ in range(60)] + [w(error=7) for _ in range(30)] + [w(error=1) for _ in range(10)],
        {89: BAKE, 90: hold("recent"), 95: hold("recent"), 96: ADVANCE})
    yield "paused", policy(["5m", "4h"]), [w(error=3), op("pause"), w(error=3, expect=hold("paused", bake_s=60.0)),
                                           w(error=3, expect=hold("paused", bake_s=60.0)), op("resume"),
                                           w(error=3, expect={**BAKE, "bake_s": 120.0})]
    yield "paused-critical", policy(), [op("pause"), w(60, 12, expect=hold("paused")),
                                        w(60, 12, expect=back("error_rate"))]
    yield "abort-before-critical", policy(), [w(60, 12), op("abort"), w(60, 12, expect=back("manual"))]
    yield "ended-after-complete", policy(["1m"], percents=[10]), at(
        [w(10000) for _ in range(3)], {1: COMPLETE, 2: ENDED, 3: ENDED})
    yield "skip-wait", policy(), [w(), w(), op("skip-wait"), w(expect=ADVANCE), w(expect={**BAKE, "phase": 1})]
    yield "skip-wait-undecided", policy(), [op("skip-wait"), w(60, over=[0, 0, 0], expect=hold("undecided"))]
    yield "advance", policy(), [w(), op("advance"), w(expect={**ADVANCE, "bake_s": 120.0}),
                                w(expect={**BAKE, "phase": 1, "percent": 50.0, "bake_s": 60.0})]
    yield "advance-over-warning", policy(), [w(error=30), op("advance"), w(error=30, expect=ADVANCE),
                                             w(error=3, expect={**BAKE, "phase": 1})]
    yield "advance-not-over-rollback", policy(), [w(60, 12), op("advance"), w(60, 12, expect=back("error_rate"))]
    yield "advance-last-phase", policy(["4h"], percents=[10]), [op("advance"), w(expect=COMPLETE)]
    yield "rollback-p95", policy(), at([w(over=[300, 240, 180]) for _ in range(2)], {2: back("p95")})
    yield "rollback-cache", policy(), at([w(misses=300) for _ in range(1)], {1: back("cache_hit")})
    yield "rollback-edge", policy(), at([w(edge_bad=300) for _ in range(2)], {1: hold("confirming"),
                                                                              2: back("edge_5xx")})
    yield "warning-patience", policy(warning_patience="5m"), at([w(error=18) for _ in range(7)], {
        1: BAKE, 2: hold("warning"), 6: hold("warning"), 7: back("error_rate")})
    yield "one-point-three", policy(), at([w(error=8 if i % 5 else 7) for i in range(40)], {40: hold("warning")})


def equalities():
    """Values that lie exactly on a bound, and the sample."""
    def level(name, text, *items, **rollout):
        return name, policy(**rollout), [(i[0], {"levels": text}) for i in items]
    yield level("error-1-percent", {"error_rate": "off-target"}, w(error=6))
    yield level("error-below-1", {"error_rate": "ok"}, w(error=5))
    yield level("error-5-percent", {"error_rate": "warning"}, w(error=30))
    yield level("error-above-5", {"error_rate": "critical"}, w(error=31))
    yield level("cache-85", {"cache_hit": "ok"}, w(misses=90))
    yield level("cache-below-85", {"cache_hit": "off-target"}, w(misses=91))
    yield level("cache-80", {"cache_hit": "off-target"}, w(misses=120))
    yield level("cache-70", {"cache_hit": "warning"}, w(misses=180))
    yield level("cache-below-70", {"cache_hit": "critical"}, w(misses=181))
    yield level("edge-0.1", {"edge_5xx": "off-target"}, w(edge=6000, edge_bad=6))
    yield level("edge-0.5", {"edge_5xx": "off-target"}, w(edge=6000, edge_bad=30))
    yield level("edge-1", {"edge_5xx": "warning"}, w(edge=6000, edge_bad=60))
    yield level("edge-above-1", {"edge_5xx": "critical"}, w(edge=6000, edge_bad=61))
    yield level("p95-200", {"p95": "ok"}, w(over=[30, 0, 0]))
    yield level("p95-above-200", {"p95": "off-target"}, w(over=[31, 0, 0]))
    yield level("p95-300", {"p95": "off-target"}, w(over=[60, 30, 0]))
    yield level("p95-500", {"p95": "warning"}, w(over=[60, 40, 30]))
    yield level("p95-above-500", {"p95": "critical"}, w(over=[60, 40, 31]))
    yield level("sample-29", {"error_rate": "low-sample"}, w(29, 0))
    yield level("sample-30", {"error_rate": "ok"}, w(30, 0))
    yield level("falls-after-three", {"error_rate": "critical"}, w(error=60), w(), w())
    yield "falls-to-the-worst-of-three", policy(), [
        w(error=24, expect={"levels": {"error_rate": "warning"}}), w(error=6), w(error=3),
        w(error=3, expect={"levels": {"error_rate": "off-target"}}), w(expect={"levels": {"error_rate": "ok"}})]
    yield "low-sample-keeps-the-shown-level", policy(), [
        w(error=60), w(10, expect={"levels": {"error_rate": "low-sample"}}),
        w(expect={"levels": {"error_rate": "critical"}}), w(), w(expect={"levels": {"error_rate": "ok"}})]
    yield "half-bad-30", policy(), [w(30, 15, expect=back("error_rate"))]
    yield "half-bad-29", policy(), [w(29, 29, expect=BAKE), w(1, 1, expect=back("error_rate"))]
    yield "just-under-half", policy(), [w(60, 29, expect=hold("confirming"))]
    yield "two-of-three", policy(), at([w(60, 12), w(60, 0), w(60, 12)],
                                       {1: hold("confirming"), 2: hold("confirming"), 3: back("error_rate")})
    yield "bake-inclusive", policy(["90s", "4h"]), at([w() for _ in range(2)], {1: BAKE, 2: ADVANCE})
    yield "own-operators", policy(metrics=[
        {"name": "e", "kind": "error", "target": "<= 1%", "warning": ">= 2%", "critical": ">= 5%"}]), [
            w(error=6, expect={"levels": {"e": "ok"}}), w(error=12, expect={"levels": {"e": "warning"}}),
            w(error=30, expect={"levels": {"e": "critical"}})]
    yield "ratio", policy(metrics=[
        {"name": "checkout", "kind": "ratio", "bad": "failed", "of": "tried", "target": "< 2%", "warning": "> 3%",
         "critical": "> 10%"}]), [w(ratios={"checkout": [3, 200]}, expect={"levels": {"checkout": "ok"}}),
                                  w(ratios={"checkout": [50, 200]}, expect=hold("confirming")),
                                  w(ratios={"checkout": [50, 200]}, expect=back("checkout"))]
    yield "ratio-low-is-bad", policy(metrics=[
        {"name": "found", "kind": "ratio", "bad": "empty", "of": "searches", "target": ">= 90%", "warning": "< 85%",
         "critical": "< 70%"}]), [w(ratios={"found": [20, 200]}, expect={"levels": {"found": "ok"}}),
                                  w(ratios={"found": [30, 200]}, expect={"levels": {"found": "off-target"}})]


def clustered():
    """Metrics whose trials depend on each other: one bounded observation a window."""
    cache = {"cache_hit": {"clustered": True}}
    yield "a-burst-proves-nothing", policy(changes=cache), at([w(misses=300) for _ in range(1)], {
        1: {**BAKE, "levels": {"cache_hit": "critical"}, "verdicts": {"cache_hit": "undecided"}}})
    yield "a-lasting-fault-is-found", policy(changes=cache), at([w(misses=400) for _ in range(13)], {
        3: BAKE, 11: hold("warning"), 12: back("cache_hit"), 13: ENDED})
    error = {"error_rate": {"clustered": True}}
    yield "errors-of-users", policy(changes=error), at([w(error=120) for _ in range(5)], {
        1: BAKE, 3: hold("warning"), 5: hold("warning")})
    yield "compliance-takes-windows", policy(["5m", "4h"], changes=cache), at([w(misses=12) for _ in range(40)], {
        5: hold("undecided"), 33: hold("undecided"), 34: ADVANCE})


def missing():
    """Reports that do not come, or come empty."""
    yield "two-windows", policy(), at([w(none=True) for _ in range(2)], {2: {**BAKE, "bake_s": 0.0}})
    yield "three-windows", policy(), at([w(none=True) for _ in range(3)], {3: hold("no-data", bake_s=0.0)})
    yield "one-metric", policy(), at([w(lookups=None, misses=None)] + [
        w(edge=600, edge_requests=None) for _ in range(3)],
        {3: {**BAKE, "bake_s": 60.0}, 4: hold("no-data", verdicts={"edge_5xx": "no-data"})})
    yield "gap-of-ids", policy(), [w(error=3), w(error=3), w(error=3, id=8, expect={**BAKE, "bake_s": 180.0})]
    yield "gap-then-silence", policy(), [w(), w(none=True, id=3, expect=BAKE), w(none=True, expect=hold("no-data"))]
    yield "gap-counts-for-coverage", policy(["5m", "4h"]), [w(), w(), w(id=5), w(), w(expect=hold("coverage"))]
    ignore = {"edge_5xx": {"missing": "ignore"}}
    yield "ignored", policy(["5m", "4h"], changes=ignore), at(
        [w(edge_requests=None, edge_5xx=None) for _ in range(5)], {4: BAKE, 5: ADVANCE})
    yield "not-gating", policy(["5m", "4h"], changes={"edge_5xx": {"gate": False}}), at(
        [w(edge_requests=None, edge_5xx=None) for _ in range(5)], {5: ADVANCE})
    yield "not-gating-still-guards", policy(changes={"edge_5xx": {"gate": False}}), at(
        [w(edge_bad=300) for _ in range(2)], {2: back("edge_5xx")})
    yield "rolls-back", policy(changes={"edge_5xx": {"missing": "rollback"}}), at(
        [w(edge_requests=None, edge_5xx=None) for _ in range(3)], {2: BAKE, 3: back("edge_5xx")})
    yield "no-traffic", policy(), at([w(error=3)] * 5 + [w(0) for _ in range(5)], {
        10: {**BAKE, "bake_s": 600.0, "levels": {"error_rate": "low-sample"},
             "verdicts": {"error_rate": "compliance-proven"}}})
    yield "breach-stays-in-the-dark", policy(), at([w(error=30)] + [w(none=True) for _ in range(4)], {
        5: hold("warning", verdicts={"error_rate": "warning-proven"}, bake_s=60.0)})
    yield "late-and-double", policy(), [w(error=3), w(error=3, id=5), w(error=500, id=3), w(error=500, id=5),
                                        w(error=3, expect={**BAKE, "bake_s": 180.0})]
    def no(name):
        return {"error": f"SPLIT_ERR_{name}", **BAKE, "bake_s": 120.0, "verdicts": {"error_rate": "undecided"}}
    yield "refused-windows-change-nothing", policy(), [
        w(error=3), w(error=3, id=4), w(error=500, id=4, expect=no("DUPLICATE")), w(error=500, id=3, expect=no("LATE")),
        w(error=601, expect=no("WINDOW")), w(error=-1, expect=no("WINDOW")), w(misses=601, expect=no("WINDOW")),
        w(over=[1, 2, 0], expect=no("WINDOW")), w(sent=-5, expect=no("WINDOW")), w(edge=5, edge_bad=6, expect=no("WINDOW")),
        w(legacy=arm(10, 11), expect=no("WINDOW")), w(error=3, expect={**BAKE, "bake_s": 180.0})]
    yield "shown-not-judged", policy(), at([w(error=3, diverted=100, left_out=0, user_errors=50) for _ in range(5)], {
        5: {**BAKE, "verdicts": {"error_rate": "compliance-proven", "p95": "compliance-proven"}}})
    yield "timed", policy(), at([w(error=100, timed=100, over=[10, 6, 0]) for _ in range(1)],
                                {1: {"levels": {"p95": "warning"}}})


def clock():
    """What moves the bake clock and what does not."""
    yield "off-target-does-not-touch", policy(["30m", "4h"]), at(
        [w(error=1) for _ in range(10)] + [w(error=6)] + [w(error=1) for _ in range(19)],
        {11: {**BAKE, "bake_s": 660.0}, 30: ADVANCE})
    yield "one-bad-window-does-not-touch", policy(["30m", "4h"]), at(
        [w(error=1) for _ in range(10)] + [w(error=12)] + [w(error=1) for _ in range(19)],
        {11: {**BAKE, "bake_s": 660.0, "levels": {"error_rate": "warning"}}, 30: ADVANCE})
    pairs = ([w(error=24)] + [w() for _ in range(3)]) * 2 + [w() for _ in range(10)]
    yield "two-restarts", policy(["10m", "4h"]), at(pairs, {
        4: {**BAKE, "bake_s": 0.0}, 5: hold("warning", bake_s=60.0), 8: {**BAKE, "bake_s": 0.0}, 17: BAKE})
    yield "warning-goes-on", policy(), at([w(error=24), w(), w(), w(error=12), w(), w(), w()], {
        3: hold("warning"), 6: hold("warning"), 7: {**BAKE, "bake_s": 0.0}})
    yield "no-traffic-does-not-end-a-warning", policy(), at([w(error=24), w(), w(0), w(), w()], {
        4: hold("warning"), 5: {**BAKE, "bake_s": 0.0}})
    calm = [w(600, 5, legacy=arm(5400, 43)) for _ in range(5)]
    storm = [w(600, 120, legacy=arm(5400, 1080)) for _ in range(5)]
    yield "shared-incident-ends", policy(), at(calm + storm + calm, {
        6: hold("confirming", bake_s=360.0), 7: hold("shared-incident", bake_s=360.0),
        11: hold("shared-incident", bake_s=360.0), 12: hold("confirming", bake_s=420.0),
        13: {**BAKE, "bake_s": 0.0}, 14: {**BAKE, "bake_s": 60.0}})
    yield "skip-wait-ends-with-the-bake", policy(), [
        w(error=60), op("skip-wait"), w(), w(), w(expect={**BAKE, "bake_s": 0.0}), w(expect=BAKE)]
    yield "fresh-per-phase", policy(["2m", "2m", "4h"]), at([w() for _ in range(4)], {
        2: ADVANCE, 3: {**BAKE, "phase": 1, "bake_s": 60.0}, 4: {**ADVANCE, "phase": 1}})
    yield "lenient", policy(["20m", "4h"], judgement="lenient"), at(
        [w(edge=60, over=[0, 0, 0]) for _ in range(20)], {19: BAKE, 20: ADVANCE})
    yield "lenient-off-target", policy(["20m", "4h"], judgement="lenient"), at(
        [w(edge=600, edge_bad=1 if i % 10 == 0 else 0) for i in range(20)],
        {20: ADVANCE})
    yield "lenient-not-on-target", policy(["20m", "4h"], judgement="lenient"), at(
        [w(edge=600, edge_bad=1) for _ in range(20)], {20: hold("undecided")})
    yield "point", policy(["2m", "4h"], judgement="point"), at([w(60), w(60)], {1: BAKE, 2: {
        **ADVANCE, "verdicts": {"error_rate": "undecided"}}})
    yield "point-low-sample", policy(["2m", "4h"], judgement="point"), at([w(10), w(10), w(10)], {
        2: hold("undecided"), 3: ADVANCE})
    yield "point-still-guards", policy(judgement="point"), at([w(60, 12), w(60, 12)], {2: back("error_rate")})


def wander(seed):
    """A random rollout, every window expected in full."""
    rng = random.Random(seed)
    pol = policy([rng.choice(["10m", "30m"]), "20m", "15m"], judgement=rng.choice(["strict", "lenient", "point"]),
                 warning_patience=rng.choice([None, "12m"]), alpha=rng.choice([0.01, 0.05]))
    if pol["rollout"]["warning_patience"] is None:
        del pol["rollout"]["warning_patience"]
    pol["metrics"][2]["clustered"] = rng.random() < 0.5
    pol["metrics"][0]["clustered"] = rng.random() < 0.2
    items, share, id = [], 0.1, 0
    rate = rng.choice([0.001, 0.004, 0.02])
    for _ in range(120):
        id += rng.choice([1] * 30 + [2, 4])
        rate = rng.choice([rate] * 20 + [0.001, 0.004, 0.02, 0.2])
        total = rng.choice([60, 600, 6000])
        n = sum(rng.random() < share for _ in range(total))

        def draw(k, p):
            return sum(rng.random() < p for _ in range(k))
        over = sorted((draw(n, 0.02), draw(n, 0.005), draw(n, 0.001)), reverse=True)
        more = {"none": True} if rng.random() < 0.04 else {}
        if rng.random() < 0.05:
            more["edge_requests"] = None
        old = arm(total - n, draw(total - n, rng.choice([rate, 0.004]))) if rng.random() < 0.9 else None
        items.append(w(n, draw(n, rate), legacy=old, over=over, misses=draw(n, 0.1), edge=10 * n,
                       edge_bad=draw(10 * n, 0.0002), id=id, **more))
        if rng.random() < 0.04:
            items.append(op(rng.choice(["pause", "resume", "resume", "skip-wait", "advance"])))
    return f"wander-{seed}", pol, items


def write(file, scenarios, full=False):
    lines = []
    for name, pol, items in scenarios:
        lines += run(f"{file}/{name}", {"x-name": name, **pol}, items, full)
    path, text = HERE / f"{file}.jsonl", "\n".join(lines) + "\n"
    if "--check" not in sys.argv:
        path.write_text(text)
    elif path.read_text() != text:
        print(f"{path.name} is not what the model says")
        FAULTS.append(file)
    print(file, sum('"expect"' in line for line in lines), "expectations")


for group in (printed, reasons, equalities, clustered, missing, clock):
    write(group.__name__, group())
write("random", (wander(seed) for seed in range(1, 7)), full=True)
if FAULTS:
    raise SystemExit(f"{len(FAULTS)} expectations differ from the model")
