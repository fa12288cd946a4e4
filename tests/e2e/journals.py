# SPDX-License-Identifier: MIT
"""Journals for tests that only read them: windows judged by `splitctl replay`, put into a file that `splitctl run` made."""
import datetime
import gzip
import json
import re
import shutil
import sqlite3

from ctl import OK, POLICY, SAMPLES, AdminPort, splitctl

START = datetime.datetime(2026, 11, 23, 0, 17, tzinfo=datetime.timezone.utc)


def iso(seconds):
    return (START + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def microseconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) * 1_000_000


def empty_journal(folder):
    """A journal whose rollout has no window yet, with the program's own schema."""
    policy, path = folder / "template.json", folder / "template.db"
    document = json.loads(json.dumps(POLICY))
    document["rollout"]["window"] = "20ms"
    policy.write_text(json.dumps(document))
    with AdminPort(folder / "template.route") as admin:
        code, _, err = splitctl("run", "-p", policy, "--journal", path, "--route", folder / "template.route", "--source",
                                admin.url, "--once")
    assert code in (OK, 3), err
    db = sqlite3.connect(path)
    db.executescript("delete from window; delete from action; delete from publication; pragma wal_checkpoint(truncate)")
    db.commit()
    db.close()
    return path


def fill(template, path, document, windows, actions=(), publications=(), display=None, outcome=""):
    """A journal of `windows` (dicts of the documents' JSON Lines), decided by `splitctl replay`.

    `actions` are (window that they take effect in, name, who, why), `publications` (seconds, percent, effect in us, by).
    Ends with a rollback or completion, as a run does. Returns the decisions.
    """
    shutil.copy(template, path)
    lines = [json.dumps({"policy": document})]
    for window in windows:
        lines += [json.dumps({"at": window["start"], "do": name, "who": who, "why": why})
                  for at, name, who, why in actions if at == window["id"]]
        lines.append(json.dumps(window))
    code, out, err = splitctl("replay", "--windows", "-", stdin="\n".join(lines).encode(), timeout=300)
    assert code == OK and not err, (code, err)
    decisions = [json.loads(line) for line in out.splitlines()]
    ended = [i for i, d in enumerate(decisions) if d["decision"] in ("ROLLBACK", "COMPLETE")]
    del decisions[ended[0] + 1 if ended else len(decisions):]  # there a run ends, too
    db = sqlite3.connect(path)
    db.execute("update rollout set name = ?, policy = ?, began_us = ?, ended_us = ?, outcome = ?", (
        document["split"]["name"], json.dumps(document), microseconds(iso(0)), microseconds(iso(1)) if outcome else 0, outcome))
    db.executemany("insert into window values (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
        (w["id"], microseconds(w["start"]), d["phase"], round(d["percent"] * 1e6), d["decision"], d["reason"],
         json.dumps(w), json.dumps(d), display(w) if display else "") for w, d in zip(windows, decisions)))
    db.executemany("insert into action(rollout, at_us, action, who, why, window) values (1, ?, ?, ?, ?, ?)", (
        (microseconds(iso(60 * at)), name, who, why, at) for at, name, who, why in actions))
    db.executemany("insert into publication(rollout, revision, at_us, percent_e6, effect_us, by) values (1, ?, ?, ?, ?, ?)", (
        (i + 1, microseconds(iso(at)), round(percent * 1e6), effect, by)
        for i, (at, percent, effect, by) in enumerate(publications)))
    db.commit()
    db.close()
    return decisions


def recorded(folder, template, **more):
    """The journal of a rollout that was recorded on loopback: 10 % healthy, 50 % healthy, 50 % degraded, back to 0 %."""
    document = json.loads(json.dumps(POLICY))
    document["split"]["name"] = "recorded-search"
    document["metrics"] = [
        {"name": "error_rate", "kind": "error", "target": "< 5%", "warning": "> 7%", "critical": "> 10%"},
        {"name": "p95", "kind": "latency", "percentile": 95, "target": "< 100ms", "warning": "> 150ms", "critical": "> 200ms"},
        {"name": "cache_hit", "kind": "cache", "target": ">= 20%", "warning": "< 15%", "critical": "< 5%"}]
    document["rollout"].update(window="1s", phases=[{"percent": 10, "bake": "3s"}, {"percent": 50, "bake": "1h"},
                                                    {"percent": 100, "bake": "1h"}])
    log = gzip.decompress((SAMPLES / "rollout_nginx_canary.log.gz").read_bytes())
    policy = folder / "recorded.json"
    policy.write_text(json.dumps(document))
    code, out, err = splitctl("logs", "--windows", "-p", policy, "-", stdin=log)
    assert code == OK, err
    windows = [json.loads(line) for line in out.splitlines()[1:]]
    decisions = fill(template, folder / "recorded.db", document, windows, display=percentiles(log.decode()), **more)
    return policy, folder / "recorded.db", windows[:len(decisions)], decisions


def percentiles(log):
    """What `run` would have noted beside each window: nearest-rank percentiles of each arm's seconds."""
    seconds = {}
    for when, rt, arm in re.findall(r"\[23/Nov/2026:([\d:]+) .* rt=([\d.]+) .* variant=(\w+)", log):
        seconds.setdefault((when, arm), []).append(float(rt))
    def display(window):
        out = {"revision": 1, "alarms": -1}
        for name, arm in (("arm", "new"), ("baseline", "legacy")):
            got = sorted(seconds.get((window["start"][11:19], arm), []))
            out[name] = [round(1e6 * got[-(-len(got) * p // 100) - 1]) if got else -1 for p in (50, 95, 99)]
        return json.dumps(out)
    return display


def steady(n, n_new=60, n_old=540, errors=0, seconds=60, hits=True, **more):
    """n windows of the same numbers; `more` gives fields of the new arm."""
    def arm(sent, bad, extra):
        fields = {"sent": sent, "outcomes": sent, "error": bad, "latency_over": {"p95": [sent // 40, 0, 0]}}
        if hits:
            fields.update(lookups=sent, misses=sent // 20)
        return {**fields, **extra}
    return [{"id": i, "start": iso(seconds * (i - 1)), "arms": {"new": arm(n_new, errors, more), "legacy": arm(n_old, 0, {})}}
            for i in range(1, n + 1)]
