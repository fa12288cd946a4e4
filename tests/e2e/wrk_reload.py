# SPDX-License-Identifier: MIT
"""wrk through nginx with the module while the route is published 20 times: no request may be dropped or go to the wrong system.

  wrk_reload.py [SECONDS]     5 s by default; the long form is 30
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
import kit  # noqa: E402
from nginx_kit import Nginx  # noqa: E402

SHARES = (20, 60, 35, 50)
PUBLISHES = 20


def write_ids(proxy, path):
    """2,000 visitors with the variant they have under every one of the routes, or "any" for those who move."""
    ids = [f"visitor-{i}" for i in range(2000)]
    seen = {key: set() for key in ids}
    for share in SHARES:
        proxy.set_share(share)
        done = subprocess.run([str(kit.SPLITCTL), "assign", "-p", str(proxy.route), *ids], capture_output=True, text=True,
                              timeout=30, check=True)
        for line in done.stdout.splitlines():
            key, _, variant = line.split("\t")
            seen[key].add(variant)
    path.write_text("".join(f"{key} {variants.pop() if len(variants) == 1 else 'any'}\n" for key, variants in seen.items()))
    return sum(len(v) == 0 for v in seen.values())


def publish(proxy, seconds, failures):
    start = time.monotonic()
    for n in range(PUBLISHES):
        time.sleep(max(0.0, start + (n + 0.5) * seconds / PUBLISHES - time.monotonic()))
        try:
            proxy.set_share(SHARES[n % len(SHARES)])
        except (AssertionError, subprocess.SubprocessError) as error:
            failures.append(str(error))


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    if not shutil.which("wrk"):
        print("wrk is not installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="split-wrk-") as folder:
        folder = pathlib.Path(folder)
        with kit.OriginProcess("new", folder, 0, "latency_ms=1", "size_bytes=200") as new, \
                kit.OriginProcess("legacy", folder, 0, "latency_ms=1", "size_bytes=200") as legacy, \
                Nginx(folder, kit.policy(new.port, legacy.port, SHARES[0]), upstream="keepalive 64;") as proxy:
            fixed = write_ids(proxy, folder / "ids")
            failures = []
            publisher = threading.Thread(target=publish, args=(proxy, seconds, failures))
            publisher.start()
            env = dict(os.environ, IDS=str(folder / "ids"))
            done = subprocess.run(["wrk", "-t2", "-c32", f"-d{seconds}s", "-s", str(pathlib.Path(__file__).parent / "expect.lua"),
                                   f"http://127.0.0.1:{proxy.port}"], capture_output=True, text=True, env=env,
                                  timeout=seconds + 60, check=True)
            publisher.join()
            revision = proxy.metric("split_route_revision")
            errors = proxy.metric("split_user_errors_total")
            time.sleep(0.1)
            result = dict(re.findall(r"(\w+)=(\d+)", re.search(r"RESULT (.*)", done.stdout).group(1)))
            print(f"{result['answered']} answers in {seconds} s with {PUBLISHES} routes published: wrong {result['wrong']}, "
                  f"dropped {sum(int(result[k]) for k in ('connect', 'read', 'write', 'timeout'))}, p50 {result['p50_us']} us, "
                  f"p99 {result['p99_us']} us")
            good = (all(result[k] == "0" for k in ("wrong", "connect", "read", "write", "timeout")) and not failures
                    and revision == PUBLISHES + len(SHARES) and fixed > 500 and errors == 0 and int(result["answered"]) > 100)
            if not good:
                print(f"failed: revision {revision}, errors {errors}, {failures}\n{done.stdout}{proxy.errors()[-2000:]}")
            return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
