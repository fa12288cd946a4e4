"""Add up Meson's test logs: tally.py BUILD_DIR...  prints "PASSED FAILED SKIPPED" and names what failed on stderr."""
import json
import pathlib
import sys

counts = {"passed": 0, "failed": 0, "skipped": 0}
for build in sys.argv[1:]:
    for line in (pathlib.Path(build) / "meson-logs/testlog.json").read_text().splitlines():
        test = json.loads(line)
        outcome = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(test["result"], "failed")
        counts[outcome] += 1
        if outcome == "failed":
            print(f"failed in {build}: {test['name']} ({test['result']})", file=sys.stderr)
print(counts["passed"], counts["failed"], counts["skipped"])
