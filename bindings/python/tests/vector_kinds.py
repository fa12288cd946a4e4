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


KINDS = {"assign": cases(assign_case), "reweight": cases(reweight_case)}
