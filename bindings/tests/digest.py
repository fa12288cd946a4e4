# SPDX-License-Identifier: MIT
"""Digest of the keys in a file (see digest.c), each as text: digest.py FILE."""

import hashlib
import sys

import split

plan, sha, n = split.Plan("digest", [1, 2, 3]), hashlib.sha256(), 0
with open(sys.argv[1], "rb") as file:
    while head := file.read(4):
        got = plan.decide(file.read(int.from_bytes(head, "little")).decode("utf-8"))
        sha.update((got.bucket | got.variant << 24).to_bytes(4, "little"))
        n += 1
print(n, sha.hexdigest(), "Python")
