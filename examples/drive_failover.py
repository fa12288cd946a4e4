# SPDX-License-Identifier: MIT
"""Drive a failover machine by hand: the new origin fails, the legacy one serves, a probe brings it back."""

import split

machine = split.Failover({"new": ["new", "legacy"], "legacy": ["legacy"]}, jitter_ppm=0)


def request(now_us, key, broken):
    """Send one request; "new" fails while it is broken."""
    at = machine.route(now_us, "new", key)
    while at is not None:
        outcome = "fail_status" if at.origin == "new" and broken else "ok"
        print(f"{now_us // 1000} ms: {at.kind} {at.origin} {outcome}")
        after = machine.report(now_us, at.token, outcome)
        for event in after.events:
            print(f"  {event.origin}: {event.before} -> {event.after} ({event.cause})")
        at = after.attempt


for i in range(5):
    request(i * 50_000, i, broken=True)
for i in range(3):
    request(5_200_000 + i * 500_000, i, broken=False)
