#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public C function is reachable from Python and from Node: through the bridge or the plain functions of split.i."""

import glob
import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# What scripts have in another form, and why. Headers of split-net are left out: it has sockets, and languages have their own.
ELSEWHERE = {
    r"_(size|bytes)$": "memory is the bridge's own",
    r"^split_(plan|failover|meter|histogram|distinct|evidence|rollout|token)_init$": "objects are made by _new",
    r"^split_plan_(reweight|rehome)$": "made by _reweight_new and _rehome_new",
    r"^split_metric_bound$|^split_policy_metric$": "given as fields of a metric",
    r"^split_metric_is_latency$": "the form of metric_kind()",
    r"^split_arm_add$": "arms are plain values of the language",
}


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def functions(headers):
    for header in headers:
        text = re.sub(r"/\*.*?\*/", " ", open(header, encoding="utf-8").read(), flags=re.S)
        for found in re.finditer(r"SPLIT_API\s[^;]*?\b(split_\w+)\s*\(", text):
            # One that takes a struct's size is called by its macro, which passes it.
            yield found[1].removesuffix("_sized"), os.path.basename(header)


def main():
    net = re.findall(r"'([\w.]+)'", re.search(r"net_headers = files\((.*?)\)", read("include", "split", "meson.build"), flags=re.S)[1])
    headers = [h for h in sorted(glob.glob(os.path.join(TOP, "include/split/*.h"))) if os.path.basename(h) not in net]
    bridge = "".join(open(f, encoding="utf-8").read() for f in glob.glob(os.path.join(TOP, "bindings/bridge/*.c")))
    plain = set(re.findall(r'%rename\("%s"\) (split_\w+);', read("bindings", "split.i")))
    python = "".join(open(f, encoding="utf-8").read() for f in glob.glob(os.path.join(TOP, "bindings/python/split/*.py")))
    node = "".join(open(f, encoding="utf-8").read() for f in glob.glob(os.path.join(TOP, "bindings/node/lib/*.js")))
    missing, n = [], 0
    for name, header in functions(headers):
        n += 1
        if any(re.search(pattern, name) for pattern in ELSEWHERE):
            continue
        if name in plain:
            if name.endswith("_name") and "failover" in name:
                continue
            missing += [f"{header}: {name} is not used in {where}" for where, text in (("Python", python), ("Node", node)) if name not in text]
        elif not re.search(rf"\b{name}\b", bridge):
            missing.append(f"{header}: {name} is not in the bridge")
    flat = re.findall(r"^  (\w+): '", read("bindings", "node", "lib", "signatures.js"), flags=re.M)
    document = re.compile(r"^(policy|route|lines)_(?:open|open_file|faults|fault_path|fault_text|text|origin|plan|failover|describe|publish|close)$")
    for name in flat:
        for where, text, call in (("Python", python, f"_core.{name}"), ("Node", node, f"native.{name}")):
            if call not in text and not document.match(name) and name != "plan_assign":
                missing.append(f"{name} of the bridge is not used in {where}")
    print("\n".join(missing) or f"{n} public functions and {len(flat)} of the bridge are reachable from Python and Node")
    return 1 if missing else 0


sys.exit(main())
