# SPDX-License-Identifier: MIT
"""The kinds of vectors: each function takes a file's text and yields (id, None or what differs)."""

import json
from array import array

import split


def differ(expected, got):
    return None if expected == got else f"expected {expected!r} got {got!r}"


def assign_case(case):
    try:
        plan = split.Plan("vectors", case["weights"], salt=case["salt"] if "salt" in case else None)
    except split.SplitError as error:
        wanted = case.get("error")
        named = isinstance(wanted, str) and wanted.startswith("SPLIT_ERR_")
        return None if wanted is not None and (not named or wanted == error.name) else f"expected a plan got {error.name}"
    if "error" in case:
        return f"expected {case['error']} got a plan"
    if "buckets" in case and plan.buckets != case["buckets"]:
        return differ(case["buckets"], plan.buckets)
    if "ranges" in case and [list(r) for r in plan.ranges] != case["ranges"]:
        return differ(case["ranges"], [list(r) for r in plan.ranges])
    rows = case.get("keys", [])
    texts = [row[0] for row in rows]
    coded = [text.encode("utf-8") for text in texts]
    offsets = array("I", [0])
    for key in coded:
        offsets.append(offsets[-1] + len(key))
    lists = plan.assign_many(texts), plan.assign_many(coded), plan.assign_buffer(b"".join(coded), offsets)
    for i, (key, bucket, variant) in enumerate(rows):
        got = plan.decide(key)
        why = plan.explain(key)
        if (got.bucket, got.variant, why.bucket, why.variant, plan.assign(key)) != (bucket, variant, bucket, variant, variant):
            return f"key {key[:60]!r}: expected bucket {bucket} variant {variant} got {got.bucket} {got.variant}"
        if any(variants[i] != variant for variants in lists):
            return f"key {key[:60]!r}: expected variant {variant} got {[v[i] for v in lists]} in a batch"
    return None


def reweight_case(case):
    plan = split.Plan("vectors", case["home_weights"], salt=case.get("salt"))
    for i, step in enumerate(case["steps"]):
        before = plan
        try:
            plan, moved = plan.reweight(step["weights"])
        except split.SplitError as error:
            wanted = step.get("error")
            if wanted is None or (str(wanted).startswith("SPLIT_ERR_") and wanted != error.name):
                return f"step {i}: {error.name}"
            continue
        got = [list(r) for r in plan.ranges]
        if "error" in step or moved != step.get("moved", moved) or got != step.get("ranges", got):
            return f"step {i}: expected {step} got moved {moved} ranges {got}"
        if before.diff(plan)[0] != moved:
            return f"step {i}: expected a diff of {moved} got {before.diff(plan)[0]}"
    return None


def cases(check):
    def run(text):
        document = json.loads(text)
        for case in document["cases"] if isinstance(document, dict) else document:
            yield case["id"], check(case)

    return run


def same_number(expected, got):
    return isinstance(got, (int, float)) and (expected == got or abs(expected - got) <= 1e-9 * max(1, abs(expected)))


def evidence_case(case):
    robust = case.get("form") == "robust" or case.get("robust", False)
    evidence = split.Evidence(case["bound"], case["side"], robust=robust, restarts=case["restarts"],
                              bake_windows=case["bake_windows"])
    for i, ((n, bad), expected) in enumerate(zip(case["windows"], case["ln_evidence"])):
        got = evidence.step(n, bad)
        if not same_number(expected, got):
            return f"window {i + 1}: expected {expected!r} got {got!r}"
    return None


def failover_options(config):
    options = {}
    for name, value in config.items():
        if value is None:
            continue
        if name.endswith("_ms"):
            options[name[:-3] + "_us"] = value * 1000
        else:
            options[name] = value
    return options


def lower(value):
    """The traces write the machine's words in capitals; names of origins stay as they are."""
    if isinstance(value, dict):
        return {key: word if key == "origin" else lower(word) for key, word in value.items()}
    return value.lower() if isinstance(value, str) else value


def follow(answer):
    return None if answer.origin is None else {"origin": answer.origin, "kind": answer.kind}


def failover_step(machine, step, tokens):
    """Do one step; returns what it answered in the words of the trace, and its events."""
    at = step["at_ms"] * 1000
    if step["op"] == "route":
        answer = machine.route(at, step["chain"], step["key"], safe=step["safe"], replayable=step["replayable"])
        tokens[step["id"]] = [answer.token]
        return follow(answer), answer.events
    if step["op"] == "report":
        token = tokens[step["id"]][step["attempt"] - 1]
        after = machine.report(at, token, lower(step["class"]), committed=step.get("committed", False),
                               push_back_us=(step.get("retry_after_ms") or 0) * 1000)
        if after.attempt is not None:
            tokens[step["id"]].append(after.attempt.token)
        then = follow(after.attempt) if after.attempt is not None else after.next
        return {"credit": after.credit, "next": then}, after.events
    if step["op"] == "admin":
        return None, machine.admin(at, step["origin"], lower(step["do"]))
    raise ValueError(f"unknown op {step['op']}")


def failover_case(case):
    machine = split.Failover(case["chains"], **failover_options(case["config"]))
    tokens = {}
    for i, step in enumerate(case["steps"]):
        got, events = failover_step(machine, step, tokens)
        if "expect" in step and got != lower(step["expect"]):
            return f"step {i}: expected {step['expect']} got {got}"
        listed = [[e.origin, e.before, e.after, e.cause] for e in events]
        if "events" in step and listed != [[e[0], *map(lower, e[1:])] for e in step["events"]]:
            return f"step {i}: expected events {step['events']} got {listed}"
        for origin, expected in step.get("after", {}).items():
            status = machine.status(origin)
            if [status.state, status.level, status.gen] != [lower(word) for word in expected]:
                return f"step {i}: {origin} expected {expected} got {[status.state, status.level, status.gen]}"
    return None


def verdict_difference(expect, decision):
    plain = {"id": decision.id, "phase": decision.phase, "percent": decision.percent, "bake_s": decision.bake_us / 1e6,
             "decision": decision.decision, "reason": decision.reason, "detail": decision.detail}
    of = {"levels": lambda m: m.level, "verdicts": lambda m: m.verdict}
    for field, want in expect.items():
        if field in plain:
            got = plain[field]
            if got != want and not (isinstance(want, (int, float)) and same_number(want, got)):
                return f"{field}: expected {want!r} got {got!r}"
        elif field in of:
            for name, word in want.items():
                if of[field](decision.metrics[name]) != word:
                    return f"{name}: expected {word} got {of[field](decision.metrics[name])}"
        elif field == "ln_evidence":
            for name, bounds in want.items():
                for bound, number in bounds.items():
                    got = getattr(decision.metrics[name], "ln_" + bound)
                    if not same_number(number, got):
                        return f"ln_evidence {name} {bound}: expected {number!r} got {got!r}"
        else:
            return f"expected a field {field} got none of that name"
    return None


def verdict(text):
    replay, name = None, ""
    for line in text.splitlines():
        if not line.strip():
            continue
        given = json.loads(line)
        if "policy" in given:
            replay, name = split.Replay(), given["policy"].get("x-name", "")
        if replay is None:
            raise ValueError("the first line must be a policy")
        error = None
        try:
            got = replay.read(line)
        except split.SplitError as raised:
            got, error = None, raised.name
        case = f"{name}/{given.get('id')}" if name else str(given.get("id"))
        if "policy" in given or "do" in given:
            if error not in (None, "SPLIT_ERR_MODE"):
                raise ValueError(f"{case}: {error}")
            continue
        if "expect" not in given:
            continue
        if error is not None or "error" in given["expect"]:
            yield case, differ(given["expect"].get("error"), error)
        else:
            yield case, verdict_difference(given["expect"], got)


KINDS = {
    "assign": cases(assign_case),
    "reweight": cases(reweight_case),
    "failover": cases(failover_case),
    "evidence": cases(evidence_case),
    "verdict": verdict,
}
